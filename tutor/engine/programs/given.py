"""What a program is written for: exact numbers with which the graph can be run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.tree import Expr, lift, names
from tutor.algebra.values import Value
from tutor.algebra.whole import Whole
from tutor.engine.graph import Graph
from tutor.engine.passes import run
from tutor.i18n import N_, message


def numbers(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None
) -> tuple[dict[str, Value], Value]:
    """The inputs in the graph's order and the start, exact.

    Raises `AlgebraError` where one of them is a symbol, and `NotANumber` where the graph has no value in floats.
    """
    exact = {name: _exact(inputs[name]) for name in graph.inputs}
    start = _exact(start)
    for name, value in exact.items():
        if _has_symbols(value):
            text = N_("A program computes with numbers, and {name} is a symbol. Give {name} a value.")
            raise AlgebraError(message(text, name=name), -1)
    if _has_symbols(start):
        raise AlgebraError(message(N_("A program computes with numbers, and the start is a symbol. Start with 1.")), -1)
    floats = {name: values.each(nearest_float, value) for name, value in exact.items()}
    run(graph, floats, values.each(nearest_float, start), wrt)
    return exact, start


def _exact(value: Value) -> Value:
    if isinstance(value, Whole):
        return value
    return values.each(lambda cell: cell if isinstance(cell, Expr) else lift(Fraction(cell)), value)


def _has_symbols(value: Value) -> bool:
    if isinstance(value, Whole):
        return True
    cells = [cell for row in value for cell in row] if values.is_matrix(value) else [value]
    return any(names(cell) for cell in cells)
