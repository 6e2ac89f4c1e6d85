"""Formulas as NumPy and PyTorch write them: with one-dimensional vectors.

The engine computes with a vector as one row, and its rules are written for rows: `x @ W.T`, `g.T @ x`, `sum(g, 0)`. A
library has arrays with one axis for vectors, and a person writes `W @ x`, `outer(g, x)`, `g.sum(axis=0)`. Every part of
a formula gets the axes that its value has in the program; a part with fewer axes than in the engine lacks axes of
size 1 at the front, so that it is broadcast alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import functions
from tutor.algebra.array_functions import ARRAY_FUNCTIONS, is_array_call
from tutor.algebra.evaluate import PARAMETER_OPS
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, free_names, number, postorder
from tutor.algebra.ops import VectorShape, is_vector_shape
from tutor.engine.codegen.rule_formulas import UPSTREAM, part_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Shape
    from tutor.engine.codegen.rule_formulas import Shapes

#: The sizes of an array's axes in a program; none for a number.
Axes: TypeAlias = tuple[int, ...]

_REDUCTIONS = ("sum", "mean")
#: Functions along the last axis whose value has the shape of their operand.
_ROW_BY_ROW = ("softmax",)


@dataclass(frozen=True, slots=True)
class _Form:
    """A part as the program writes it.

    `is_vector` says whether the engine takes its value for a vector, and not for a matrix with one row. `operands` are
    the forms of an elementwise operation's operands.
    """

    tree: Expr
    axes: Axes
    is_vector: bool = False
    operands: tuple[_Form, ...] = ()


def axes_of(shape: Shape) -> Axes:
    """Return the axes of a value of this shape in a program."""
    if shape is None:
        return ()
    return (shape[1],) if is_vector_shape(shape) else tuple(shape)


def library_form(tree: Expr, shapes: Shapes, target: Shape) -> Expr:
    """Return a formula as a library writes it, with a value of the shape `target`."""
    known = part_shapes(tree, shapes)
    forms: dict[int, _Form] = {}
    for part in postorder(tree):
        if isinstance(part, Sym):
            shape = shapes.get(part.name)
            forms[id(part)] = _Form(part, axes_of(shape), is_vector_shape(shape))
        elif isinstance(part, Grid):
            forms[id(part)] = _matrix_form(part, [[forms[id(cell)] for cell in row] for row in part.rows])
        elif isinstance(part, Apply) and part.op not in PARAMETER_OPS:
            forms[id(part)] = _form(part, [forms[id(arg)] for arg in part.args], known[id(part)])
        else:
            forms[id(part)] = _Form(part, ())
    return _with_axes(forms[id(tree)], axes_of(target))


def _matrix_form(part: Grid, rows: list[list[_Form]]) -> _Form:
    """Return the form of a matrix with its entries; computed ones need a function."""
    axes = (len(rows[0]),) if part.is_vector else (len(rows), len(rows[0]))
    cells = [_with_axes(cell, ()) for row in rows for cell in row]
    if not any(map(free_names, cells)):
        return _Form(part, axes, part.is_vector)
    sizes = (number(0 if part.is_vector else len(rows)), number(len(rows[0])))
    return _Form(Apply("grid", (*sizes, *cells)), axes, part.is_vector)


def _form(part: Apply, args: list[_Form], shape: Shape) -> _Form:
    """Return the form of an operation; `shape` is that of its value in the engine."""
    if is_array_call(part):
        return _array_form(part, args)
    if part.op in functions.FUNCTIONS or part.op in _ROW_BY_ROW:
        return _elementwise(part.op, args)
    if part.op == "T":
        return _transposed(args[0])
    if part.op == "matmul":
        return _product(*args)
    if part.op in _REDUCTIONS:
        return _reduced(part, args[0])
    if part.op in ("ones", "broadcast"):
        values = args[:-2]
        is_row = shape is not None and shape[0] == 1 and all(len(value.axes) < 2 for value in values)
        axes = axes_of(VectorShape(shape) if shape and is_row else shape)
        if values and values[0].axes == axes:
            return values[0]
        return _Form(Apply(part.op, (*_trees(values), *map(number, axes))), axes, operands=tuple(values))
    return _Form(Apply(part.op, _trees(list(map(_as_in_engine, args)))), axes_of(shape))


def _trees(forms: Sequence[_Form]) -> tuple[Expr, ...]:
    return tuple(form.tree for form in forms)


def _elementwise(op: str, operands: Sequence[_Form]) -> _Form:
    rank = max(len(operand.axes) for operand in operands)
    padded = [(1,) * (rank - len(operand.axes)) + operand.axes for operand in operands]
    axes = tuple(max(sizes) for sizes in zip(*padded, strict=True))
    return _Form(Apply(op, _trees(operands)), axes, operands=tuple(operands))


def _array_form(part: Apply, args: list[_Form]) -> _Form:
    """Return the form of a function of arrays. Its operands have as many axes as in the engine."""
    constants = [None if free_names(arg) else arg for arg in part.args]
    function = ARRAY_FUNCTIONS[part.op]
    parameters, slots = function.read(constants, 0)
    operands = [_as_in_engine(args[slot]) for slot in slots]
    if part.op == "scatter_add":
        # What is added is broadcast to what the index picks, which may have one axis.
        operands[0] = args[slots[0]]
    shapes = [_engine_shape(operand.axes) for operand in operands]
    shape = function.shape(parameters, shapes, 0)
    if part.op in _REDUCTIONS and is_vector_shape(shapes[0]):
        return _Form(Apply(part.op, (operands[0].tree,)), ())
    op = "array_of" if part.op == "reshape" and shapes == [None] and shape else part.op
    return _Form(Apply(op, function.to_args(parameters, _trees(operands))), axes_of(shape), is_vector_shape(shape))


def _as_in_engine(form: _Form) -> _Form:
    """Return a form with two axes unless it is a vector or a number for the engine, too."""
    if form.is_vector or len(form.axes) != 1:
        return form
    axes = (1, *form.axes)
    return _Form(_with_axes(form, axes), axes)


def _engine_shape(axes: Axes) -> Shape:
    if not axes:
        return None
    return VectorShape.of_length(axes[0]) if len(axes) == 1 else (axes[0], axes[1])


# --- matrix operations -----------------------------------------------------------------------------------------


def _transposed(x: _Form) -> _Form:
    if not x.axes:
        return x
    if len(x.axes) == 1:
        return _Form(Apply("column", (x.tree,)), (x.axes[0], 1))
    if (inside := _inside_column(x)) is not None:
        return _Form(inside, (x.axes[0],))
    return _Form(Apply("T", (x.tree,)), (x.axes[1], x.axes[0]))


def _inside_column(x: _Form) -> Expr | None:
    """Return the vector that was made a column, None if the form is none."""
    return x.tree.args[0] if isinstance(x.tree, Apply) and x.tree.op == "column" else None


def _product(x: _Form, w: _Form) -> _Form:
    """Return the form of a matrix product, of which each operand may have lost its first axis."""
    if not x.axes or not w.axes:
        return _elementwise("mul", (x, w))
    left, right = _inside_column(x), _inside_column(w)
    length = w.axes[-1]
    if left is not None and _num_entries(w.axes) == length:
        return _Form(Apply("outer", (left, _with_axes(w, (length,)))), (x.axes[0], length))
    if right is not None:
        inside = Apply("matmul", (x.tree, right))
        return _Form(inside, ()) if len(x.axes) == 1 else _Form(Apply("column", (inside,)), (x.axes[0], 1))
    if len(w.axes) == 1:
        # The other one has one column.
        return _elementwise("mul", (x, w))
    if len(x.axes) == 1:
        return _row_times(x.tree, w)
    return _Form(Apply("matmul", (x.tree, w.tree)), (x.axes[0], length))


def _row_times(x: Expr, w: _Form) -> _Form:
    """Return a vector times a matrix, with the matrix in front where people write it there: `W @ x`, `W.T @ g`."""
    product = (x, w.tree)
    if isinstance(w.tree, Apply) and w.tree.op == "T":
        product = w.tree.args[0], x
    elif isinstance(x, Sym) and x.name == UPSTREAM:
        product = Apply("T", (w.tree,)), x
    return _Form(Apply("matmul", product), (w.axes[1],))


def _reduced(part: Apply, x: _Form) -> _Form:
    """Return the form of a reduction of all entries, or of one that keeps its axis."""
    if not x.axes:
        return x
    if len(part.args) == 1:
        if part.op == "sum" and _is_product_of_vectors(x):
            return _Form(Apply("matmul", _trees(x.operands)), ())
        return _Form(Apply(part.op, (x.tree,)), ())
    axis = part.args[1]
    assert isinstance(axis, Num)
    if len(x.axes) == 1:
        return x if axis.value == 0 else _Form(Apply(part.op, (x.tree,)), ())
    return _Form(Apply(part.op, (x.tree, axis)), (1, x.axes[1]) if axis.value == 0 else (x.axes[0], 1))


def _is_product_of_vectors(x: _Form) -> bool:
    """Return whether a form is a product of two names of vectors, whose sum is their dot product."""
    return (
        isinstance(x.tree, Apply)
        and x.tree.op == "mul"
        and all(each.axes == x.axes and isinstance(each.tree, Sym) for each in x.operands)
        and len(x.axes) == 1
    )


# --- other axes ------------------------------------------------------------------------------------------------


def _with_axes(form: _Form, axes: Axes) -> Expr:
    """Return a form's value with other axes, in the shortest way in which it can be written."""
    tree = form.tree
    if form.axes == axes:
        return tree
    if _num_entries(form.axes) != _num_entries(axes):
        return Apply("broadcast", (tree, *map(number, axes)))
    if isinstance(tree, Grid) and len(tree.rows) == 1 and axes:
        return Grid(tree.rows, 0, len(axes) == 1)
    short = _changed_inside(form, tree, axes) if isinstance(tree, Apply) else None
    return short or Apply("reshape" if form.axes else "array_of", (tree, *map(number, axes)))


def _changed_inside(form: _Form, tree: Apply, axes: Axes) -> Expr | None:
    """Return an operation that gives its value with these axes, None if it can't."""
    changed = [_with_axes(operand, operand.axes[max(0, len(operand.axes) - len(axes)) :]) for operand in form.operands]
    if tree.op in ("ones", "broadcast"):
        return Apply(tree.op, (*changed, *map(number, axes))) if axes else None
    if changed:
        if len(axes) > len(form.axes):
            # One operand with all axes is enough: the others are broadcast.
            place = min(range(len(changed)), key=lambda i: _effort(form.operands[i], form.axes))
            changed[place] = _with_axes(form.operands[place], axes)
        return Apply(tree.op, tuple(changed))
    if tree.op == "grid" and axes and form.axes in ((axes[-1],), (1, axes[-1])):
        return Apply("grid", (number(len(axes) - 1), *tree.args[1:]))
    if tree.op in _REDUCTIONS and len(tree.args) == 2 and len(axes) < 2:
        return Apply(tree.op, tree.args[:1] if not axes else (*tree.args, number(0)))
    return None


def _effort(operand: _Form, axes: Axes) -> int:
    """Return how long an operand becomes with one more axis; only one that has all axes of the result can get it."""
    if operand.axes != axes:
        return 3
    if isinstance(operand.tree, Grid) or (isinstance(operand.tree, Apply) and operand.tree.op in ("ones", "broadcast")):
        return 0
    return 2 if isinstance(operand.tree, Sym) else 1


def _num_entries(axes: Axes) -> int:
    count = 1
    for length in axes:
        count *= length
    return count
