"""softmax along an axis, and softmax of what a mask leaves: `softmax(where(M, S, -inf))`.

Infinity is not a number here. It is allowed only as the branch of `where` directly inside softmax, where it means that an entry
is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_function import ArrayFunction, NoValueError, read_whole, resolve_axis
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE, ZERO, Apply, Expr, Grid, Num, Sym, number, postorder
from tutor.algebra.ops import is_vector_shape
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.array_function import Reading
    from tutor.algebra.ops import Shape, Value

#: How infinity is typed, in a graph, behind the name of a library, and in quotes.
INFINITY = ("inf", "Inf", "infty", "Infinity", "infinity")
#: The error of a row of which the mask leaves nothing.
_EMPTY_ROW = Message(N_("The mask hides a whole row or column, so softmax has no value there."))
_INFINITY = N_(
    "Infinity is allowed only to mask a softmax: softmax(where(M, S, -inf)) leaves out the entries where M is 0."
)
#: The comparison that holds where another doesn't.
_NEGATED = {"gt": "le", "le": "gt", "lt": "ge", "ge": "lt", "eq": "ne", "ne": "eq"}


# --- reading ---------------------------------------------------------------------------------------------------


def infinity(position: int) -> Apply:
    """Return infinity as part of a formula, which `read_masked_steps` takes out again."""
    return Apply("inf", (), position)


def read_masked_steps(equations: Sequence[tuple[str | None, Expr]]) -> list[tuple[str | None, Expr | None]]:
    """Return equations with `masked_softmax(S, M)` for `softmax(where(M, S, -inf))`.

    The argument may be a step of its own, S2 = where(M, S, -inf), of which None is left. Raises `AlgebraError` for
    infinity anywhere else.
    """
    steps: dict[str, Apply] = {}
    result: list[tuple[str | None, Expr | None]] = []
    for name, tree in equations:
        read = _with_masks(tree, steps)
        steps.pop(name or "", None)
        if name and isinstance(read, Apply) and read.op == "where" and any(map(_is_minus_infinity, read.args[1:])):
            steps[name] = read
            result.append((name, None))
        else:
            _reject_infinity(read)
            result.append((name, read))
    if result[-1][1] is None and steps:
        _reject_infinity(next(reversed(steps.values())))
    return result


def _with_masks(tree: Expr, steps: Mapping[str, Apply]) -> Expr:
    done: dict[int, Expr] = {}
    for node in postorder(tree):
        new = node
        if isinstance(node, Apply):
            new = _masked(node, [done[id(arg)] for arg in node.args], steps)
        elif isinstance(node, Grid):
            new = Grid(tuple(tuple(done[id(cell)] for cell in row) for row in node.rows), node.position, node.is_vector)
        elif isinstance(node, Sym) and node.name in steps:
            # Only softmax takes such a step; its parent puts it in.
            new = Apply("masked step", (steps[node.name],), node.position)
        done[id(node)] = new
    return done[id(tree)]


def _reject_infinity(tree: Expr) -> None:
    """Raise an error if infinity occurs in a tree. A name inf may be an input, but not as a branch or an entry."""
    for node in postorder(tree):
        parts = node.args[1:] if isinstance(node, Apply) and node.op == "where" else ()
        cells = (cell for row in node.rows for cell in row) if isinstance(node, Grid) else ()
        if (isinstance(node, Apply) and node.op == "inf") or any(map(_is_infinity, (*parts, *cells))):
            raise AlgebraError(message(_INFINITY), getattr(node, "position", 0))


def _masked(node: Apply, args: Sequence[Expr], steps: Mapping[str, Apply]) -> Expr:
    if node.op == "softmax":
        scores, mask = _scores_and_mask(args[0])
        if mask is not None:
            return Apply("masked_softmax", (scores, mask, *args[1:]), node.position)
    return Apply(node.op, tuple(args), node.position)


def _scores_and_mask(tree: Expr) -> tuple[Expr, Expr | None]:
    """Return what softmax is taken of, and its mask: from `where(M, S, -inf)`, or from S + where(M, 0, -inf)."""
    if not isinstance(tree, Apply):
        return tree, None
    if tree.op == "masked step":
        return _scores_and_mask(tree.args[0])
    if tree.op == "where":
        condition, chosen, other = tree.args
        if _is_minus_infinity(other):
            return chosen, condition
        if _is_minus_infinity(chosen):
            return other, _negation(condition)
    if tree.op == "add":
        for added, scores in (tree.args, reversed(tree.args)):
            zero, mask = _scores_and_mask(added)
            if mask is not None and isinstance(zero, Num) and zero.value == 0:
                return scores, mask
    return tree, None


def _is_infinity(tree: Expr) -> bool:
    inside = tree.args[0] if isinstance(tree, Apply) and tree.op == "neg" else tree
    return (isinstance(inside, Apply) and inside.op == "inf") or (isinstance(inside, Sym) and inside.name in INFINITY)


def _is_minus_infinity(tree: Expr) -> bool:
    return isinstance(tree, Apply) and tree.op == "neg" and _is_infinity(tree.args[0])


def _negation(condition: Expr) -> Expr:
    if isinstance(condition, Apply) and condition.op in _NEGATED:
        return Apply(_NEGATED[condition.op], condition.args, condition.position)
    return Apply("eq", (condition, ZERO))


# --- the functions ---------------------------------------------------------------------------------------------


def _read_softmax(args: Sequence[Expr | None], offset: int) -> Reading:
    return read_whole(args[1], offset, "axis"), (0,)


def _softmax_shape(axis: int, shapes: Sequence[Shape], offset: int) -> Shape:
    resolve_axis(axis, shapes[0], offset, "softmax")
    return shapes[0]


def softmax_along(axis: int, x: Value) -> Value:
    """Return the softmax of each row (axis 1) or each column (axis 0)."""
    if resolve_axis(axis, ops.shape_of(x), 0, "softmax") == 1:
        return ops.softmax(x)
    return ops.transpose(ops.softmax(ops.transpose(x)))


def _read_masked(args: Sequence[Expr | None], offset: int) -> Reading:
    return (read_whole(args[2], offset, "axis") if len(args) > 2 else -1), (0, 1)


def _masked_shape(axis: int, shapes: Sequence[Shape], offset: int) -> Shape:
    shape, mask = shapes
    resolve_axis(axis, shape, offset, "softmax")
    assert shape is not None
    if mask is None or any(size not in (1, whole) for size, whole in zip(mask, shape, strict=True)):
        template = N_("The mask of a softmax must have the shape of the scores, or be a single row or column.")
        raise AlgebraError(message(template), offset)
    if is_vector_shape(shape) and mask[0] != 1:
        raise AlgebraError(message(N_("The mask of a vector must be a vector.")), offset)
    return shape


def kept_entries(x: Value, mask: Value) -> Value:
    """Return 1 for each entry that the mask leaves and 0 for the others, in the shape and kind of `x`."""
    np = ops.load_arrays().np
    if ops.is_exact(x):
        marks = ops.map_cells(lambda cell: ZERO if nearest_float(cell) == 0 else ONE, mask)
        return np.broadcast_to(marks, x.shape)
    floats = ops.nearest_floats(mask) if ops.is_exact(mask) else np.asarray(mask)
    shape = np.broadcast_shapes(x.shape, floats.shape)
    return np.broadcast_to(floats != 0, shape).astype(float)


def masked_softmax(axis: int, x: Value, mask: Value) -> Value:
    """Return the softmax over the entries where the mask is not 0, and 0 for the others.

    Raises `NoValueError` for a row without such entries; in a batch its member becomes nan.
    """
    along = resolve_axis(axis, ops.shape_of(x), 0, "softmax")
    kept = kept_entries(x, mask)
    np = ops.load_arrays().np
    if ops.is_exact(x):
        weights = np.frompyfunc(lambda keep, cell: ops.exp(cell) if keep is ONE else ZERO, 2, 1)(kept, x)
        totals = ops.sum_axis(np.asarray(weights), along)
        if any(isinstance(total, Num) and total.value == 0 for total in totals.ravel()):
            raise NoValueError(_EMPTY_ROW)
        # A single entry that is left is 1, not e^x/e^x.
        return np.frompyfunc(lambda weight, total: ONE if weight is total else weight / total, 2, 1)(weights, totals)
    empty = kept.sum(axis=along - 2, keepdims=True) == 0
    if x.ndim == kept.ndim == 2 and empty.any():
        raise NoValueError(_EMPTY_ROW)
    shown = np.where(kept == 1, x, -np.inf)
    largest = np.where(empty, 0.0, shown.max(axis=along - 2, keepdims=True))
    weights = np.exp(shown - largest)
    return weights / weights.sum(axis=along - 2, keepdims=True)


RECORDS = (
    ArrayFunction(
        id="softmax",
        read=_read_softmax,
        shape=_softmax_shape,
        forward=softmax_along,
        to_args=lambda axis, operands: (*operands, number(axis)),
    ),
    ArrayFunction(
        id="masked_softmax",
        read=_read_masked,
        shape=_masked_shape,
        forward=masked_softmax,
        to_args=lambda axis, operands: (*operands, *(() if axis == -1 else (number(axis),))),
    ),
)
