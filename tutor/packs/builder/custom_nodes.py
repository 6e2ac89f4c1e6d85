"""Nodes of an exercise's own, `[nodes]`, and groups that are shown folded, `[fold]`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, postorder
from tutor.engine.fold import fold
from tutor.engine.function_definition import (
    FunctionDefinition,
    UnusedInputError,
    check_inputs,
    check_name,
    make_definition,
)
from tutor.i18n import N_, message
from tutor.packs.diagnostics import with_position

if TYPE_CHECKING:
    from tutor.algebra.parser import Equation
    from tutor.engine.graph import Graph
    from tutor.packs.model import NodeTable

#: Takes a sentence and the keys that it is about.
Reporter: TypeAlias = Callable[..., None]


def build_definitions(nodes: Mapping[str, NodeTable], report: Reporter) -> dict[str, FunctionDefinition] | None:
    """The functions of `[nodes]`, each able to use those before it; None where something in them is reported."""
    found: dict[str, FunctionDefinition] = {}
    names = list(nodes)
    sound = True
    for position, (name, node) in enumerate(nodes.items()):
        fault = check_name(name, found)
        in_inputs = check_inputs(name, node.inputs, found)
        if fault is not None:
            report(fault, "nodes", name)
        elif in_inputs is not None:
            report(in_inputs[1], "nodes", name, "inputs")
        else:
            try:
                found[name] = make_definition(name, node.inputs, node.value, found, names[position + 1 :])
                continue
            except UnusedInputError as error:
                report(error.message, "nodes", name, "inputs")
            except AlgebraError as error:
                report(with_position(error, node.value), "nodes", name, "value")
        sound = False
    return found if sound else None


def report_unused_definitions(
    definitions: Mapping[str, FunctionDefinition], equations: Sequence[Equation], report: Reporter
) -> None:
    """Report functions that neither the graph nor another function uses: a name may be misspelt."""
    if not definitions:
        return
    texts = [equations, *(definition.equations for definition in definitions.values())]
    called = {part.op for text in texts for one in text for part in postorder(one.expr) if isinstance(part, Apply)}
    for name in definitions:
        if name not in called:
            text = N_("“{name}” is not used in the graph, written {name}(…). Use it or delete it.")
            report(message(text, name=name), "nodes", name)


def fold_groups(
    graph: Graph, groups: Mapping[str, Collection[str]], report: Reporter
) -> tuple[Graph, Mapping[str, str]] | None:
    """The graph with its groups folded in their order, and for each id and name inside a group the group's name.

    None where something is reported.
    """
    hidden: dict[str, str] = {}
    sound = True
    for group, nodes in groups.items():
        twice = next((one for one in nodes if one in hidden), None)
        if not group.isidentifier():
            text = N_("“{name}” is no name for a group. Write one word of letters and digits.")
            report(message(text, name=group), "fold", group)
        elif twice is not None:
            text = N_("“{name}” is in the group “{group}” already. Leave it out of one of the two.")
            report(message(text, name=twice, group=hidden[twice]), "fold", group)
        else:
            try:
                smaller = fold(graph, nodes, group)
            except AlgebraError as error:
                report(error.message, "fold", group)
            else:
                for node in graph.nodes:
                    if node.id not in smaller.position:
                        hidden |= dict.fromkeys((node.id, node.name or node.id), group)
                graph = smaller
                continue
        sound = False
    return (graph, hidden) if sound else None
