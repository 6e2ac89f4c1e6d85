"""Hessian of a graph of numbers: each row is the gradient of a gradient, found by the same backward pass run twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE, ZERO, Expr, Sym, postorder, substitute
from tutor.algebra.simplify import simplify
from tutor.engine.gradient_graph import GradientGraph, check_scalars, gradient_graph
from tutor.engine.passes import NonFiniteError, forward_backward, forward_interpreted
from tutor.engine.singularities import find_kinks
from tutor.engine.symbolic import closed_form_gradients, has_symbols
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph

#: More rows and columns don't fit a screen.
MAX_NAMES = 12
#: The most parts of a formula that is simplified, and the most nodes of a gradient whose derivatives are. Those of more
#: nodes would be too long to read, and take seconds. With symbols the formulas are all there is to show.
_MAX_SIMPLIFIED_PARTS = 200
_MAX_NODES, _MAX_NODES_WITH_SYMBOLS = 40, 200


@dataclass(frozen=True)
class HessianRow:
    """The gradient of one input, its value, and its own gradients.

    `entries` are exact values; if an input is a symbol, they are formulas, None for one that is too long. `formula` is the
    gradient and `closed_forms` the entries as formulas of the inputs, None if too long.
    """

    gradient: GradientGraph
    value: Value
    formula: Expr | None
    entries: tuple[Value, ...]
    closed_forms: tuple[Expr | None, ...]


@dataclass(frozen=True)
class Hessian:
    """Second derivatives: entry (i, j) is the derivative by `names[j]` of the derivative by `names[i]`.

    `kinks` are the labels of nodes whose slope jumps exactly at these inputs. The slope there counts as a constant.
    """

    names: tuple[str, ...]
    rows: tuple[HessianRow, ...]
    kinks: tuple[str, ...]


def hessian(graph: Graph, inputs: Mapping[str, Value], names: Sequence[str]) -> Hessian:
    """Return the Hessian at exact numbers or symbols.

    Raise `AlgebraError` for names that are no inputs, for matrices, and for symbols at a kink; raise `NonFiniteError` if
    a gradient has no slope.
    """
    check_names(graph, names)
    rows = tuple(_row(graph, inputs, name, names) for name in names)
    kinks: tuple[str, ...] = ()
    if not any(map(has_symbols, inputs.values())):
        depends = graph.depends_on(names)
        positions = find_kinks(graph, forward_interpreted(graph, inputs))
        kinks = tuple(dict.fromkeys(graph.label(position) for position in positions if depends[position]))
    return Hessian(tuple(names), rows, kinks)


def check_names(graph: Graph, names: Sequence[str]) -> None:
    """Raise `AlgebraError` unless a graph has a Hessian by these inputs."""
    for position, name in enumerate(names):
        if name not in graph.inputs:
            text = N_("“{name}” is not an input of this formula. Its inputs are {known}.")
            raise AlgebraError(message(text, name=name, known=", ".join(graph.inputs)), -1)
        if name in names[:position]:
            raise AlgebraError(message(N_("“{name}” is listed twice. Remove one."), name=name), -1)
    if len(names) > MAX_NAMES:
        text = N_("A Hessian can have at most {n} rows, but you listed {count} names. Leave some out.")
        raise AlgebraError(message(text, n=MAX_NAMES, count=len(names)), -1)
    check_scalars(graph)


def _row(graph: Graph, inputs: Mapping[str, Value], name: str, names: Sequence[str]) -> HessianRow:
    gradient = gradient_graph(graph, name, inputs)
    formula = _simplified(gradient.formula)
    if gradient.graph is None:
        value = substitute(gradient.formula, {key: value for key, value in inputs.items() if isinstance(value, Expr)})
        is_input = [isinstance(formula, Sym) and formula.name == other for other in names]
        units: tuple[Expr, ...] = tuple(ONE if same else ZERO for same in is_input)
        return HessianRow(gradient, value, formula, units, units)
    known = gradient.graph.inputs
    wrt = tuple(other for other in names if other in known)
    closed = _closed_forms(gradient, {other: Sym(other) for other in known}, wrt, _MAX_NODES)
    closed_forms = tuple(closed.get(other) if other in wrt else ZERO for other in names)
    at = {other: inputs[other] for other in known}
    try:
        if any(map(has_symbols, at.values())):
            formulas = _closed_forms(gradient, at, wrt, _MAX_NODES_WITH_SYMBOLS)
            shown = tuple(formulas.get(other) if other in wrt else ZERO for other in names)
            return HessianRow(gradient, _simplified(substitute(gradient.formula, at)), formula, shown, closed_forms)
        passes = forward_backward(gradient.graph, at, ONE, wrt)
    except NonFiniteError as error:
        text = N_("∂{f}/∂{x} has no derivative for these inputs: {problem}")
        raise NonFiniteError(error.node, message(text, f=graph.output, x=name, problem=error.message)) from None
    gradients = dict(zip((node.id for node in gradient.graph.nodes), passes.gradients, strict=True))
    entries = tuple(gradients[other] if other in wrt else ZERO for other in names)
    return HessianRow(gradient, passes.values[-1], formula, entries, closed_forms)


def _closed_forms(
    gradient: GradientGraph, inputs: Mapping[str, Value], wrt: tuple[str, ...], max_nodes: int
) -> dict[str, Expr]:
    """Return the derivatives of a gradient as formulas, without those that are too long; none of a large graph."""
    if gradient.graph is None or len(gradient.graph.nodes) > max_nodes:
        return {}
    forms = closed_form_gradients(gradient.graph, inputs, ONE, wrt)
    return {name: form for name, form in forms.items() if isinstance(form, Expr)}


def _simplified(formula: Expr) -> Expr | None:
    """Return a formula as a person would write it, None for a long one."""
    for count, _part in enumerate(postorder(formula)):
        if count > _MAX_SIMPLIFIED_PARTS:
            return None
    return simplify(formula)
