"""Inputs that are data: indexes and conditions. Which values they may have, and what fresh ones are drawn from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Num, free_names, number
from tutor.algebra.indexing import range_message
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_value
from tutor.i18n import N_, Message, message
from tutor.packs.random_inputs import ChoiceSource, StepSource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph, Node
    from tutor.packs.random_inputs import InputDraw, NumberSource

_SYMBOL = N_("{name} is an index and needs a number. Give it a whole number from 0 to {last}.")
_FRACTION = N_("{name} is an index, but {value} is not a whole number. Write one from 0 to {last}.")
_NOT_IN_RANGE = N_("{name} is an index. Draw whole numbers from 0 to {last} for it.")
_TRUTH_VALUES = ChoiceSource((number(0), number(1)))


def _index_value_error(name: str, value: Value, size: int) -> Message | None:
    """Return why a value can't be an index into `size` entries; None if it can."""
    if isinstance(value, MatrixExpr) or any(map(free_names, ops.cells(value))):
        return message(_SYMBOL, name=name, last=size - 1)
    for cell in ops.cells(value):
        if not isinstance(cell, Num) or cell.value.denominator != 1:
            return message(_FRACTION, name=name, value=format_value(cell), last=size - 1)
        if not -size <= cell.value < size:
            text = N_("{name}: {problem}")
            return message(text, name=name, problem=range_message(int(cell.value), size))
    return None


def find_data_input(graph: Graph, wrt: Collection[str] | None) -> str | None:
    """Return the first input in `wrt` to which nothing comes back because it is data; None if there is none."""
    differentiable = graph.differentiable_inputs()
    return next((name for name in wrt or () if name not in differentiable), None)


def data_input_message(name: str) -> Message:
    """Return why an input has no gradient."""
    text = N_("{name} has no gradient because it is data here, such as an index or a condition. Name other inputs.")
    return message(text, name=name)


def index_value_errors(graph: Graph, inputs: Mapping[str, Value]) -> Iterator[tuple[str, Message]]:
    """Yield each input that can't be the index it is used as, and why."""
    for name, size in graph.index_sizes.items():
        error = _index_value_error(name, inputs[name], size) if name in inputs else None
        if error:
            yield name, error


def index_range_errors(graph: Graph, draws: Mapping[str, InputDraw]) -> Iterator[tuple[str, str, Message]]:
    """Yield each index that can be drawn outside of its entries, the key of `[vary]` to blame, and what to write."""
    for name, size in graph.index_sizes.items():
        key = _key_out_of_range(name, draws[name].numbers, size) if name in draws else None
        if key:
            yield name, key, message(_NOT_IN_RANGE, name=name, last=size - 1)


def _key_out_of_range(name: str, source: NumberSource, size: int) -> str | None:
    if isinstance(source, StepSource):
        if source.first.denominator != 1 or source.first < -size:
            return "from"
        if source.count > 1 and source.step.denominator != 1:
            return "step"
        return None if source.first + source.step * (source.count - 1) < size else "to"
    assert isinstance(source, ChoiceSource)
    return "choose" if any(_index_value_error(name, each, size) for each in source.numbers) else None


def default_source(graph: Graph, name: str, value: Value = None) -> NumberSource | None:
    """Return what fresh numbers of an input that is data are drawn from; None for any other input.

    Indexes are drawn from all entries they may pick, and 0 and 1 stay 0 and 1. `value` is None without a value.
    """
    size = _index_bounds(graph).get(name)
    if size is not None:
        return StepSource(Fraction(0), Fraction(1), size)
    if name in graph.differentiable_inputs():
        return None
    is_condition = name in _conditions(graph) if value is None else _is_truth_value(value)
    return _TRUTH_VALUES if is_condition else None


def _is_truth_value(value: Value) -> bool:
    return all(isinstance(cell, Num) and cell.value in (0, 1) for cell in ops.cells(value))


def _index_bounds(graph: Graph) -> dict[str, int]:
    """Return the inputs that are an index or from which one is computed, each with the size of the shortest axis."""
    bounds = dict(graph.index_sizes)
    for node in graph.nodes:
        for slot, size in _index_slots(node).items():
            for name in inputs_of(graph, node.args[slot]):
                bounds[name] = min(size, bounds.get(name, size))
    return bounds


def _index_slots(node: Node) -> Mapping[int, int]:
    """Return the operands of a node that are an index, or from which one is computed inside of it."""
    if node.is_input or node.body is None:
        return {} if node.is_input else node.operation.index_sizes
    inside = _index_bounds(node.body)
    return {slot: inside[name] for slot, name in enumerate(node.body.inputs) if name in inside}


def inputs_of(graph: Graph, position: int | None) -> Iterator[str]:
    """Yield the inputs from which a value is computed."""
    waiting = [] if position is None else [position]
    seen: set[int] = set()
    while waiting:
        position = waiting.pop()
        if position in seen:
            continue
        seen.add(position)
        node = graph.nodes[position]
        if node.is_input:
            yield node.id
        waiting += [arg for arg in node.args if arg is not None]


def _conditions(graph: Graph) -> set[str]:
    """Return the inputs by which `where` chooses."""
    found: set[str] = set()
    for node in graph.nodes:
        inside = _conditions(node.body) if node.body else set()
        for slot, arg in enumerate(node.args):
            chooses = node.body.inputs[slot] in inside if node.body else node.op == "where" and slot == 0
            source = arg if arg is None or graph.nodes[arg].op != "broadcast" else graph.nodes[arg].args[0]
            if chooses and source is not None and graph.nodes[source].is_input:
                found.add(graph.nodes[source].id)
    return found
