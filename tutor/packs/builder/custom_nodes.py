"""Custom nodes (`[nodes]`) and groups of nodes that are shown as one (`[fold]`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from tutor.engine.standard_functions import with_standard_functions
from tutor.i18n import N_, message
from tutor.packs.diagnostics import with_position

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tutor.algebra.parser import Equation
    from tutor.engine.graph import Graph
    from tutor.packs.builder.context import BuildContext


def build_definitions(context: BuildContext) -> dict[str, FunctionDefinition] | None:
    """Return the functions of `[nodes]`, each of which may use those above it; None if one of them has an error."""
    definitions: dict[str, FunctionDefinition] = {}
    nodes = context.file.nodes
    names = list(nodes)
    for position, (name, node) in enumerate(nodes.items()):
        name_error = check_name(name, definitions)
        input_error = check_inputs(name, node.inputs, definitions)
        if name_error is not None:
            context.report(name_error, "nodes", name)
        elif input_error is not None:
            context.report(input_error[1], "nodes", name, "inputs")
        else:
            try:
                definitions[name] = make_definition(
                    name, node.inputs, node.value, with_standard_functions(definitions), names[position + 1 :]
                )
            except UnusedInputError as error:
                context.report(error.message, "nodes", name, "inputs")
            except AlgebraError as error:
                context.report(with_position(error, node.value), "nodes", name, "value")
    return definitions if len(definitions) == len(nodes) else None


def report_unused_definitions(
    context: BuildContext, definitions: Mapping[str, FunctionDefinition], equations: Sequence[Equation]
) -> None:
    """Report functions that neither the graph nor another function uses: their names may be misspelt."""
    if not definitions:
        return
    every_equation = [*equations, *(each for definition in definitions.values() for each in definition.equations)]
    called = {part.op for each in every_equation for part in postorder(each.expr) if isinstance(part, Apply)}
    for name in definitions:
        if name not in called:
            text = N_("The function “{name}” is never used in the graph as {name}(…). Use it or delete it.")
            context.report(message(text, name=name), "nodes", name)


def fold_groups(context: BuildContext, graph: Graph) -> Graph | None:
    """Return the graph with the groups of `[fold]` folded in their order; None if one of them has an error.

    Keeps the unfolded graph and the members of groups in the context.
    """
    context.unfolded_graph = graph
    group_of: dict[str, str] = {}
    num_folded = 0
    for group, members in context.file.fold.items():
        folded = _fold_group(context, graph, group, members, group_of)
        if folded is not None:
            for node in graph.nodes:
                if node.id not in folded.position:
                    group_of |= dict.fromkeys((node.id, node.name or node.id), group)
            graph = folded
            num_folded += 1
    if num_folded < len(context.file.fold):
        return None
    context.group_of = group_of
    return graph


def _fold_group(
    context: BuildContext, graph: Graph, group: str, members: Collection[str], group_of: Mapping[str, str]
) -> Graph | None:
    twice = next((member for member in members if member in group_of), None)
    if not group.isidentifier():
        text = N_("“{name}” can't be the name of a group. Write one word of letters and digits.")
        context.report(message(text, name=group), "fold", group)
    elif twice is not None:
        text = N_("“{name}” is already in the group “{group}”. Remove it from one of the two.")
        context.report(message(text, name=twice, group=group_of[twice]), "fold", group)
    else:
        try:
            return fold(graph, members, group)
        except AlgebraError as error:
            context.report(error.message, "fold", group)
    return None
