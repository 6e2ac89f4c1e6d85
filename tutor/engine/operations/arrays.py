"""Operations that pick, join and rearrange entries. Their parameters come from the formula: an index, an axis, a shape.

Each is made for its parameters and the number of its operands; the table holds an example of each, for the catalogue and
the rule cards. In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_functions import BoundFunction, bound, resolve_axis
from tutor.algebra.expr import Sym
from tutor.algebra.indexing import Index, shape_from_axes
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.ops import broadcast_like, is_vector_shape, shape_of, sum_axis, transpose
from tutor.algebra.printing import format_expr
from tutor.engine.operation import EdgeContext, Mistake, Operation, no_gradient
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value


# --- index -----------------------------------------------------------------------------------------------------


def _scatter(function: BoundFunction, g: Value, *operands: Value) -> Value:
    """Return `g` added back to the places that the index picked."""
    return _reverse(function)(g, *operands)


def _reverse(function: BoundFunction) -> BoundFunction:
    source, *indexes = function.operand_shapes
    result = function.shape(function.operand_shapes)
    return bound("scatter_add", (function.parameters, source), result, *indexes)


def _positions(function: BoundFunction, e: EdgeContext) -> tuple[Value, Value]:
    """Return the picked positions, and the upstream of each, in one row each. Raises `ValueError` for formulas."""
    if not ops.is_array(e.x):
        raise ValueError("no entries")
    positions = function.parameters.positions(function.operand_shapes[0], e.operands[1:])
    if positions.ndim not in (0, 2):
        raise ValueError("a batch")
    np = ops.load_arrays().np
    return positions.ravel(), np.ravel(e.g)


def _overwritten(function: BoundFunction, e: EdgeContext) -> Value:
    """Return what a loop of assignments leaves: of several upstreams for one place the last."""
    positions, entries = _positions(function, e)
    result = (e.x * 0).ravel()
    result[positions] = entries
    return result.reshape(e.x.shape)


def _first_only(function: BoundFunction, e: EdgeContext) -> Value:
    positions, entries = _positions(function, e)
    result = (e.x * 0).ravel()
    result[positions[::-1]] = entries[::-1]
    return result.reshape(e.x.shape)


def _averaged(function: BoundFunction, e: EdgeContext) -> Value:
    """Return the mean of the upstreams of each place instead of their sum."""
    positions, _entries = _positions(function, e)
    np = ops.load_arrays().np
    counts = np.bincount(positions, minlength=e.x.size).clip(1)
    return _scatter(function, e.g, *e.operands[1:]) / counts.reshape(e.x.shape)


def _everywhere(function: BoundFunction, e: EdgeContext) -> Value:
    """Return a gradient that also goes to the places that were not picked."""
    if not ops.is_matrix(e.g):
        return broadcast_like(e.g, e.x)
    rows = sum_axis(e.g, 0)
    if rows.shape[-1] != e.x.shape[-1]:
        raise ValueError("no row of the value")
    return broadcast_like(rows, e.x)


def _counted_from_one(function: BoundFunction, e: EdgeContext) -> Value:
    positions, entries = _positions(function, e)
    step = (
        e.x.shape[-1] if len(function.parameters.parts) == 1 and not is_vector_shape(function.operand_shapes[0]) else 1
    )
    shifted = positions - step
    if (shifted < 0).any():
        raise ValueError("nothing before the first")
    np = ops.load_arrays().np
    result = (e.x * 0).ravel()
    np.add.at(result, shifted, entries)
    return result.reshape(e.x.shape)


def _index_operation(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    index = function.parameters
    assert isinstance(index, Index)
    text = format_expr(function.formula([Sym("x"), *map(Sym, ["·"] * index.num_operands)]))
    return Operation(
        id="index",
        symbol=text.removeprefix("x"),
        title=N_("index"),
        forward=function,
        vjp=(partial(_index_vjp, function), *(no_gradient,) * index.num_operands),
        data_slots=tuple(range(1, 1 + index.num_operands)),
        index_sizes=dict(enumerate(index.operand_sizes(shapes[0]), start=1)),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        rule=(
            N_(
                "The upstream goes back to the places it was taken from, added up where one was taken twice; the rest is 0."
            ),
        ),
        confirmation=(N_("the upstream at the places that were taken, 0 elsewhere"),),
        skill_name=(N_("index to its places"),),
        question=(
            N_(
                "The answer has the shape of what the entries were taken from, {shape}. "
                "Raise only one of its entries by 1: was it taken, and how often?"
            ),
        ),
        why=N_(
            "An entry that was not taken moves nothing, so it gets 0. "
            "An entry that was taken moves its copy as much as itself, so it gets the upstream of that copy. "
            "If it was taken twice it moves both copies, and what comes back from them is added."
        ),
        mistakes=(
            Mistake(
                "overwritten",
                N_("duplicates overwritten"),
                partial(_overwritten, function),
                N_("One entry was taken more than once. You kept only what came back last: what about the others?"),
                asks=N_("Did the last upstream replace the earlier ones at an entry that was taken twice?"),
            ),
            Mistake(
                "first-only",
                N_("only the first of duplicates"),
                partial(_first_only, function),
                N_("One entry was taken more than once. You kept only what came back first: what about the others?"),
                asks=N_("Did you leave out what came back from the second copy?"),
            ),
            Mistake(
                "averaged",
                N_("duplicates averaged"),
                partial(_averaged, function),
                N_(
                    "You took the mean where an entry was taken more than once. Raise it by 1: do both copies rise by 1?"
                ),
                asks=N_("Did you take the mean over the copies of an entry?"),
            ),
            Mistake(
                "everywhere",
                N_("gradient to entries not taken"),
                partial(_everywhere, function),
                N_("Entries that were not taken got a gradient too. Raise one of them by 1: what moves?"),
                asks=N_("Did you put the upstream gradient in every entry?"),
            ),
            Mistake(
                "counted-from-one",
                N_("counted from 1"),
                partial(_counted_from_one, function),
                N_("The numbers are right, one place too early. Indexes are counted from 0: which entry is [1]?"),
                asks=N_("Did you count the entries from 1?"),
            ),
            Mistake(
                "not-spread",
                N_("zeros left out"),
                lambda e: e.g,
                N_("These are the upstreams of the entries taken. The answer has a number for every entry, {shape}."),
                asks=N_("Did you pass the upstream gradient on as it came?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the values"),
                lambda e: _scatter(function, e.g * e.z, *e.operands[1:]),
                N_("You multiplied by the entries. Raise one that was taken by 1: does its copy rise by its value?"),
                asks_in_words=N_("Did you multiply by the entries that were taken?"),
            ),
        ),
    )


def _index_vjp(function: BoundFunction, g: Value, z: Value, x: Value, *operands: Value) -> Value:
    if isinstance(x, MatrixExpr):
        # A number would be written into a matrix of zeros.
        return _reverse(function).as_formula((g, *operands))
    return _scatter(function, g, *operands)


# --- joining ---------------------------------------------------------------------------------------------------


def _part_of(key: Sequence[int | slice], shape: Shape, g: Value) -> Value:
    """Return the part of a value of `shape` at a key."""
    return bound("index", Index(tuple(key)), shape)(g)


def _joined_keys(function: BoundFunction, shapes: Sequence[Shape]) -> list[tuple[int | slice, ...]]:
    """Return the index of each operand in the result of concat, stack or a matrix of formulas."""
    name, parameters = function.function.id, function.parameters
    if name == "grid":
        rows, columns = parameters
        return [(i,) if not rows else divmod(i, columns) for i in range(len(shapes))]
    if name == "stack":
        is_column = parameters in (1, -1) and shapes[0] is not None
        return [(slice(None), i) if is_column else (i,) for i in range(len(shapes))]
    along = resolve_axis(parameters, shapes[0], 0, name)
    keys: list[tuple[int | slice, ...]] = []
    begin = 0
    for shape in shapes:
        assert shape is not None
        part = slice(begin, begin + shape[along])
        keys.append((part,) if along == 0 or is_vector_shape(shape) else (slice(None), part))
        begin += shape[along]
    return keys


_JOIN_WHY = N_(
    "Each operand becomes one part of the result and moves nothing else. "
    "Raise an entry of it by 1, and the same entry of that part rises by 1. "
    "So each operand gets back its own part of the upstream, unchanged."
)


def _join_operation(
    label: str, symbol: str, title: str, rule: str, skill_name: str, function: BoundFunction, shapes: Sequence[Shape]
) -> Operation:
    keys, joined = _joined_keys(function, shapes), function.shape(shapes)

    def other_part(e: EdgeContext) -> Value:
        place = e.slot + 1 if e.slot + 1 < len(keys) else e.slot - 1
        return _part_of(keys[place], joined, e.g)

    return Operation(
        id=function.function.id,
        label=label,
        symbol=symbol,
        title=title,
        forward=function,
        vjp=tuple(partial(_join_vjp, key, joined) for key in keys),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        rule=(rule,),
        confirmation=(N_("the part of the upstream that belongs to this operand"),),
        skill_name=(skill_name,),
        question=(N_("The answer has the shape of this operand, {shape}. Where in the result does it stand?"),),
        why=_JOIN_WHY,
        mistakes=(
            Mistake(
                "other-part",
                N_("the part of another operand"),
                other_part,
                N_("That is what another operand gets back. Where in the result does this one stand?"),
                asks=N_("Did you take the part of the operand beside this one?"),
            ),
            Mistake(
                "whole",
                N_("the whole upstream"),
                lambda e: e.g,
                N_("That is all of the upstream. Which part of the result is made from this operand?"),
                asks=N_("Did you pass on the whole upstream gradient?"),
            ),
            Mistake(
                "added-up",
                N_("everything added up"),
                lambda e: broadcast_like(sum_axis(e.g), e.x),
                N_(
                    "You added up the whole upstream. Raise one entry of this operand: which entries of the result move?"
                ),
                asks=N_("Did you add up all cells?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the values"),
                lambda e: _part_of(keys[e.slot], joined, e.g) * e.x,
                N_("You multiplied by the entries. Raise one by 1: does the result rise by that entry's value?"),
                asks_in_words=N_("Did you multiply by the values of this operand?"),
            ),
        ),
    )


def _join_vjp(key: Sequence[int | slice], joined: Shape, g: Value, z: Value, *operands: Value) -> Value:
    return _part_of(key, joined, g)


def _concat(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return _join_operation(
        "concat",
        "concat",
        N_("values joined"),
        N_("concat sends each operand its own part of the upstream, unchanged."),
        N_("part of concat"),
        function,
        shapes,
    )


def _stack(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return _join_operation(
        "stack",
        "stack",
        N_("values on top of each other"),
        N_("stack sends each operand its own row or column of the upstream, unchanged."),
        N_("line of stack"),
        function,
        shapes,
    )


def _grid(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return _join_operation(
        "grid",
        "[ ]",
        N_("numbers in a matrix"),
        N_("Each entry gets back the upstream at its own place, unchanged."),
        N_("numbers in a matrix"),
        function,
        shapes,
    )


# --- reshape ---------------------------------------------------------------------------------------------------


def _reshaped_to(shape: Shape, g: Value) -> Value:
    sizes = () if shape is None else (shape[1],) if is_vector_shape(shape) else tuple(shape)
    return bound("reshape", sizes)(g)


def _column_by_column(e: EdgeContext) -> Value:
    """Return the upstream in the order of columns."""
    turned = transpose(e.g)
    shape = shape_of(transpose(e.x))
    assert shape is not None
    return transpose(bound("reshape", (shape[0], shape[1]))(turned))


def _reshape(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return Operation(
        id="reshape",
        symbol="reshape",
        title=N_("another shape"),
        forward=function,
        vjp=(lambda g, z, x: _reshaped_to(shapes[0], g),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        rule=(N_("reshape sends the upstream back in the shape of its input; no number changes."),),
        confirmation=(N_("the upstream in the shape of the input"),),
        skill_name=(N_("shape back"),),
        question=(N_("The upstream is {up_shape}, the answer {shape}. In which order are the entries counted?"),),
        why=N_(
            "The entries keep their values and their order, row by row. "
            "Each entry of the input is one entry of the output. "
            "So each gets back the upstream of that one entry."
        ),
        mistakes=(
            Mistake(
                "column-order",
                N_("counted column by column"),
                _column_by_column,
                N_(
                    "The numbers are there, in another order. Entries are counted row by row: where does each come from?"
                ),
                asks=N_("Did you count the entries column by column?"),
            ),
            Mistake(
                "not-reshaped",
                N_("shape of the output"),
                lambda e: e.g,
                N_("The numbers are right. The answer has the shape of the input, {shape}."),
                asks=N_("Did you leave the upstream gradient in its own shape?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the values"),
                lambda e: _reshaped_to(shapes[0], e.g) * e.x,
                N_("You multiplied by the entries. Raise one by 1: does the output rise by that entry's value?"),
                asks_in_words=N_("Did you multiply by the entries?"),
            ),
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {
    "index": _index_operation,
    "concat": _concat,
    "stack": _stack,
    "grid": _grid,
    "reshape": _reshape,
    "unsqueeze": _reshape,
    "squeeze": _reshape,
}
_VECTOR, _NUMBER = shape_from_axes((2,)), shape_from_axes(())
TABLE = (
    _index_operation(bound("index", Index((None,)), (2, 2), _VECTOR), [(2, 2), _VECTOR]),
    _concat(bound("concat", 0, _VECTOR, _VECTOR), [_VECTOR, _VECTOR]),
    _stack(bound("stack", 0, _VECTOR, _VECTOR), [_VECTOR, _VECTOR]),
    _grid(bound("grid", (0, 2), _NUMBER, _NUMBER), [_NUMBER, _NUMBER]),
    _reshape(bound("reshape", (4,), (2, 2)), [(2, 2)]),
)
