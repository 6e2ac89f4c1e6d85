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
    """Return the result of assignments in a loop: of several upstreams for one place, the last."""
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
        title=N_("indexing"),
        forward=function,
        vjp=(partial(_index_vjp, function), *(no_gradient,) * index.num_operands),
        data_slots=tuple(range(1, 1 + index.num_operands)),
        index_sizes=dict(enumerate(index.operand_sizes(shapes[0]), start=1)),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        rule=(
            N_(
                "Send each upstream back to the entry that was picked. If an entry was picked more "
                "than once, add its upstreams. All other entries get 0."
            ),
        ),
        confirmation=(N_("the upstream at each picked entry, 0 elsewhere"),),
        skill_name=(N_("indexing"),),
        question=(
            N_(
                "The answer has the shape of the indexed input, {shape}. Choose one of its entries: "
                "how many times was it picked?"
            ),
        ),
        why=N_(
            "An entry that was not picked does not affect the output, so its gradient is 0. An entry "
            "that was picked changes its copy as much as itself, so it gets the upstream of that copy. "
            "If it was picked twice, it changes both copies, so their upstreams add up."
        ),
        mistakes=(
            Mistake(
                "overwritten",
                N_("duplicates overwritten"),
                partial(_overwritten, function),
                N_(
                    "That sends only the last upstream back to an entry that was picked more than "
                    "once. How do you combine the upstreams of all its copies?"
                ),
                asks=N_("At an entry that was picked twice, did the last upstream replace the earlier one?"),
            ),
            Mistake(
                "first-only",
                N_("first duplicate only"),
                partial(_first_only, function),
                N_(
                    "That sends only the first upstream back to an entry that was picked more than "
                    "once. How do you combine the upstreams of all its copies?"
                ),
                asks=N_("Did you leave out the upstream of the second copy?"),
            ),
            Mistake(
                "averaged",
                N_("duplicates averaged"),
                partial(_averaged, function),
                N_(
                    "That takes the mean at an entry that was picked more than once. When that entry "
                    "rises by 1, by how much does each copy rise?"
                ),
                asks=N_("Did you take the mean of the upstreams of an entry's copies?"),
            ),
            Mistake(
                "everywhere",
                N_("same gradient for every entry"),
                partial(_everywhere, function),
                N_(
                    "Every entry has the same gradient, as if each had been picked. Which entries did "
                    "the forward pass pick?"
                ),
                asks=N_("Did you put the upstream gradient in every entry?"),
            ),
            Mistake(
                "counted-from-one",
                N_("counted from 1"),
                partial(_counted_from_one, function),
                N_("The numbers are right, but they are one place too early. Indexes start at 0: which entry is [1]?"),
                asks=N_("Did you count the entries from 1?"),
            ),
            Mistake(
                "not-spread",
                N_("zeros left out"),
                lambda e: e.g,
                N_(
                    "These are the upstreams as they are in the output. The answer has the shape {shape}: "
                    "which upstreams, if any, belong to its first entry?"
                ),
                asks=N_("Did you pass the upstream gradient on unchanged?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the forward values"),
                lambda e: _scatter(function, e.g * e.z, *e.operands[1:]),
                N_(
                    "That multiplies by the picked entries. When one of them rises by 1, by how much "
                    "does its copy rise?"
                ),
                asks_in_words=N_("Did you multiply by the picked entries?"),
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
    "Each input becomes one part of the output and affects nothing else. When an entry of the input "
    "rises by 1, the same entry of that part rises by 1. So each input gets its own part of the "
    "upstream, unchanged."
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
        confirmation=(N_("the part of the upstream that belongs to this input"),),
        skill_name=(skill_name,),
        question=(
            N_("The answer has the shape of this input, {shape}. Which part of the output is made from this input?"),
        ),
        why=_JOIN_WHY,
        mistakes=(
            Mistake(
                "other-part",
                N_("part of another input"),
                other_part,
                N_("That is the gradient of another input. Which part of the output is made from this one?"),
                asks=N_("Did you take the part of the input next to this one?"),
            ),
            Mistake(
                "whole",
                N_("whole upstream"),
                lambda e: e.g,
                N_("That is the whole upstream. Which part of the output is made from this input?"),
                asks=N_("Did you pass on the whole upstream gradient?"),
            ),
            Mistake(
                "added-up",
                N_("everything added up"),
                lambda e: broadcast_like(sum_axis(e.g), e.x),
                N_(
                    "That adds up the whole upstream. When one entry of this input changes, which "
                    "entries of the output change?"
                ),
                asks=N_("Did you add up all cells?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the forward values"),
                lambda e: _part_of(keys[e.slot], joined, e.g) * e.x,
                N_(
                    "That multiplies by this input's values. When one of them rises by 1, by how much "
                    "does the output rise?"
                ),
                asks_in_words=N_("Did you multiply by the values of this input?"),
            ),
        ),
    )


def _join_vjp(key: Sequence[int | slice], joined: Shape, g: Value, z: Value, *operands: Value) -> Value:
    return _part_of(key, joined, g)


def _concat(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return _join_operation(
        "concat",
        "concat",
        N_("concatenation"),
        N_("concat sends each input its own part of the upstream, unchanged."),
        N_("concatenation"),
        function,
        shapes,
    )


def _stack(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return _join_operation(
        "stack",
        "stack",
        N_("stacking"),
        N_("stack sends each input its own row or column of the upstream, unchanged."),
        N_("stacking"),
        function,
        shapes,
    )


def _grid(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return _join_operation(
        "grid",
        "[ ]",
        N_("numbers in a matrix"),
        N_("Each entry gets the upstream at its own place, unchanged."),
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
        title=N_("reshaping"),
        forward=function,
        vjp=(lambda g, z, x: _reshaped_to(shapes[0], g),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        rule=(N_("reshape gives the upstream the shape of the input. The numbers stay the same."),),
        confirmation=(N_("the upstream in the shape of the input"),),
        skill_name=(N_("reshaping"),),
        question=(
            N_(
                "The upstream has the shape {up_shape}, the answer {shape}. In which order does reshape go "
                "through the entries?"
            ),
        ),
        why=N_(
            "The entries keep their values and their order, row by row. Each entry of the input "
            "becomes one entry of the output. So each entry gets the upstream of that one entry."
        ),
        mistakes=(
            Mistake(
                "column-order",
                N_("read column by column"),
                _column_by_column,
                N_(
                    "The numbers are right, but not their order. reshape reads row by row: which entry "
                    "of the upstream comes first, and which comes second?"
                ),
                asks=N_("Did you read the entries column by column?"),
            ),
            Mistake(
                "not-reshaped",
                N_("shape of the output"),
                lambda e: e.g,
                N_(
                    "The numbers are right, but the answer has the shape of the input, {shape}. Which "
                    "numbers belong in its first row?"
                ),
                asks=N_("Did you leave the upstream gradient in its own shape?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the forward values"),
                lambda e: _reshaped_to(shapes[0], e.g) * e.x,
                N_(
                    "That multiplies by the entries. When one of them rises by 1, by how much does the "
                    "same entry of the output rise?"
                ),
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
