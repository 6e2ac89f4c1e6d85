"""Evaluation of trees, exact or in floats, and the shapes of matrix operations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tutor.algebra import functions, ops
from tutor.algebra.array_functions import (
    ARRAY_FUNCTIONS,
    BoundFunction,
    NoValueError,
    is_array_call,
    read_whole,
    resolve_axis,
)
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE, Apply, Expr, Grid, Num, Sym, children, free_names, number, postorder
from tutor.algebra.filled import LIKE_OPS, constant_like
from tutor.algebra.indexing import IndexValueError, range_of
from tutor.algebra.labels import are_labels, at_labels
from tutor.algebra.limits import ANSWER, GRAPH, Limits
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.algebra.matrix_functions import identity
from tutor.algebra.ops import VectorShape
from tutor.algebra.sizes import has_named_size, size_of, sizes_in
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value


def _as_int(size: Any) -> Any:
    """Return a size or an axis as a Python int."""
    return size.value.numerator if isinstance(size, Num) else None if size is None else int(size)


def _mean(a: Value, axis: int | None) -> Value:
    summed = ops.sum_axis(a, axis)
    return summed / (a.shape[axis - 2] if axis is not None and ops.is_matrix(a) else ops.size(a))


def _cross_entropy(p: Value, targets: Value) -> Value:
    shape = ops.shape_of(p)
    if shape and are_labels((shape, ops.shape_of(targets)), 0, "cross_entropy"):
        return -ops.sum_axis(ops.log(at_labels(p, targets, shape))) / shape[0]
    return -ops.sum_axis(ops.weighted_log(targets, p)) / ops.num_rows(p)


_MATRIX_EVALUATORS: Mapping[str, Callable[..., Value]] = {
    "sum": lambda a, axis=None: ops.sum_axis(a, _as_int(axis)),
    "mean": lambda a, axis=None: _mean(a, _as_int(axis)),
    "matmul": lambda a, b: a @ b,
    "matvec": ops.apply_to_vector,
    "dot": ops.dot,
    "outer": ops.outer,
    "T": ops.transpose,
    "softmax": ops.softmax,
    "cross_entropy": _cross_entropy,
    "mse": lambda p, t: ops.sum_axis((p - t) ** 2) / ops.size(p),
    "ones": lambda rows, columns: ops.make_matrix(((ONE,) * _as_int(columns),) * _as_int(rows)),
    "eye": lambda rows: identity(_as_int(rows)),
    "broadcast": lambda a, rows, columns: ops.broadcast_like(
        a, ops.make_matrix(((ONE,) * _as_int(columns),) * _as_int(rows))
    ),
}
#: Every operation of a tree by name, on any kind of value.
EVALUATORS = functions.table(lambda function: {function.id: ops.SCALAR_FUNCTIONS[function.id]}, _MATRIX_EVALUATORS)
_SYMBOLS = functions.table(lambda function: {function.id: function.symbol or function.id}, {"matmul": "@"})
#: Parts of a call that are not values: a range of an index, and a bound that is left out.
PARAMETER_OPS = ("slice", "none", "subscripts")
#: A named matrix with n cells raises the work limit by this times n^1.5, the work of a square matrix product.
_WORK_PER_LARGEST = 10
_MATRIX_OPS = ("softmax", "cross_entropy")
#: Operations that are given the shape of their result.
_FILLED = ("ones", "eye", "broadcast")


def evaluate(tree: Expr, names: Mapping[str, Value], limits: Limits = GRAPH) -> Value:
    """Return the exact value of `tree`: a folded tree, or an object array of trees. Names not in `names` stay symbols.

    Raises `AlgebraError` if there is no value (1/0), if shapes do not match, or if too much would be computed.
    """
    return Evaluator(names, limits)(tree)


def with_vector_products(tree: Expr, names: Mapping[str, Value], outer: bool) -> Expr:
    """Return a tree with `outer(u, v)` for each `u @ v.T` of two vectors; or else with `u @ v` for that and `u.T @ v`.

    Books take a vector for a column, and write its transpose for a row; here it has no rows and columns. Without such
    products the same tree is returned.
    """
    found = False
    done: dict[int, Expr] = {}
    for node in postorder(tree):
        new = node
        if isinstance(node, Apply):
            new = Apply(node.op, tuple(done[id(arg)] for arg in node.args), node.position)
            turned = [node.op == "matmul" and isinstance(arg, Apply) and arg.op == "T" for arg in new.args]
            if turned == [False, True] or (turned == [True, False] and not outer):
                pair = tuple(
                    children(arg)[0] if is_turned else arg for arg, is_turned in zip(new.args, turned, strict=True)
                )
                if all(_is_vector(part, names) for part in pair):
                    new, found = Apply("outer" if outer else "matmul", pair, node.position), True
                elif turned[0] and _is_vector(pair[0], names):
                    new, found = Apply("matmul", pair, node.position), True
        done[id(node)] = new
    return done[id(tree)] if found else tree


def _is_vector(tree: Expr, names: Mapping[str, Value]) -> bool:
    """Return whether a tree has a vector of more than one entry as its value."""
    try:
        shape = ops.shape_of(evaluate(tree, names, ANSWER))
    except AlgebraError:
        return False
    return ops.is_vector_shape(shape) and shape[1] > 1


class Evaluator:
    """Exact values of trees that share parts: each part is computed once, and all count towards the same limits.

    Matrices in `names` raise the limits, because results computed with them are as large.
    """

    def __init__(self, names: Mapping[str, Value], limits: Limits = GRAPH) -> None:
        self.names = names
        largest = max((ops.size(value) for value in names.values()), default=1)
        self.max_cells = max(limits.cells, largest)
        self.work_left = self.max_work = limits.work + int(_WORK_PER_LARGEST * largest**1.5)
        # An id identifies a part only while its tree is alive.
        self._trees: list[Expr] = []
        self._shapes: dict[int, Shape] = {}
        #: The operation of each @ by its id; a vector has others than a matrix.
        self._products: dict[int, str] = {}
        #: The numbers that calls such as len(x) stand for.
        self._lengths: dict[int, Expr] = {}
        #: The constants in the shape of other values.
        self._filled: dict[int, Expr] = {}
        #: The functions of arrays with their parameters, and which of their arguments are operands.
        self._bound: dict[int, tuple[BoundFunction, tuple[int, ...]]] = {}
        self._values: dict[int, Value] = {}
        self._sizes: Mapping[str, int] | None = None

    def __call__(self, tree: Expr) -> Value:
        """Return the value of one tree. Raises like `evaluate`; limits are checked before anything is computed."""
        self._trees.append(tree)
        parts = list(postorder(tree, self._values))
        for node in parts:
            self._shapes[id(node)] = self._check_shape(node)
        for node in parts:
            value = self._evaluate_node(node)
            self._values[id(node)] = ops.as_vector(value) if ops.is_vector_shape(self._shapes[id(node)]) else value
        return self._values[id(tree)]

    def _check_shape(self, node: Expr) -> Shape:
        """Return a part's shape from those of its operands. Raises `AlgebraError` if they do not match or are too large."""
        if isinstance(node, Sym):
            return ops.shape_of(self.names.get(node.name))
        if isinstance(node, Grid):
            if any(self._shapes[id(cell)] for row in node.rows for cell in row):
                raise AlgebraError(message(N_("A matrix can't contain a matrix. Write its entries.")), node.position)
            size = len(node.rows[0])
            return VectorShape.of_length(size) if node.is_vector else (len(node.rows), size)
        if not isinstance(node, Apply):
            return None
        if node.op in PARAMETER_OPS:
            return None
        if node.op == "range":
            return VectorShape.of_length(len(range_of(node)))
        shapes = [self._shapes[id(arg)] for arg in node.args]
        if node.op == "matmul":
            self._products[id(node)] = product_operation(shapes)
        if node.op == "size":
            self._lengths[id(node)] = length_of(node, shapes[0])
            return None
        if node.op in LIKE_OPS:
            self._filled[id(node)] = constant_like(node, shapes[0])
            return shapes[0]
        if node.op not in EVALUATORS and node.op not in ARRAY_FUNCTIONS:
            text = N_("{name} can be used only as a node. Here, write out what it computes.")
            raise AlgebraError(message(text, name=node.op), node.position)
        if is_array_call(node):
            constants = [None if free_names(arg) else arg for arg in node.args]
            parameters, slots = ARRAY_FUNCTIONS[node.op].read(constants, node.position)
            operand_shapes = [shapes[slot] for slot in slots]
            function = ARRAY_FUNCTIONS[node.op].bind(parameters, operand_shapes)
            self._bound[id(node)] = function, slots
            shape = function.shape(operand_shapes, node.position)
            self.work_left -= function.function.work(parameters, operand_shapes)
        else:
            shape = self._filled_shape(node) if node.op in _FILLED else _result_shape(node, shapes)
        size = ops.num_cells(shape)
        if size > self.max_cells:
            raise AlgebraError(message(N_("A matrix can have at most {n} entries."), n=self.max_cells), node.position)
        self.work_left -= size * (shapes[0][1] if node.op == "matmul" and shapes[0] else 1)
        if self.work_left < 0:
            text = N_("This would need more than {n} steps of calculation. Use fewer or smaller matrices.")
            raise AlgebraError(message(text, n=self.max_work), node.position)
        return shape

    def _filled_shape(self, node: Apply) -> Shape:
        """Return the shape that `ones`, `eye` or `broadcast` is given, in numbers or in names of sizes."""
        sizes = node.args * 2 if node.op == "eye" else node.args[-2:]
        rows, columns = (size_of(size, self._known_size) for size in sizes)
        if node.op == "eye" and rows is None:
            raise AlgebraError(message(N_("eye needs the number of rows, as in eye(2).")), node.position)
        if rows is None or columns is None:
            raise AlgebraError(
                message(N_("ones needs the numbers of rows and columns, as in ones(2, 3).")), node.position
            )
        return rows, columns

    def _known_size(self, name: str) -> Expr | int | None:
        """Return a name's number or, for one of the sizes of the matrices in `names`, that size."""
        if self._sizes is None:
            self._sizes = sizes_in(ops.shape_of(value) for value in self.names.values())
        value = self.names.get(name)
        return value if isinstance(value, Num) else self._sizes.get(name)

    def _evaluate_node(self, node: Expr) -> Value:
        if isinstance(node, Sym):
            return self.names.get(node.name, node)
        if isinstance(node, Grid):
            return ops.make_matrix(tuple(tuple(self._values[id(cell)] for cell in row) for row in node.rows))
        if isinstance(node, Apply):
            if node.op in PARAMETER_OPS:
                return node
            if node.op == "size":
                return self._lengths[id(node)]
            if node.op in LIKE_OPS:
                filled = self._filled[id(node)]
                return ops.make_matrix(filled.rows) if isinstance(filled, Grid) else filled
            if node.op == "range":
                return ops.make_matrix((tuple(map(number, range_of(node))),))
            operands = [self._values[id(arg)] for arg in node.args]
            if bound := self._bound.get(id(node)):
                return _apply_bound(node, bound[0], [operands[slot] for slot in bound[1]])
            shape = self._shapes[id(node)]
            if shape is not None and node.op in _FILLED and has_named_size(shape):
                return MatrixExpr(Apply(node.op, tuple(map(expr_of, operands))), shape)
            op = self._products.get(id(node), node.op)
            # Constants of a graph are written out, because they are parts of formulas.
            return ops.matmul(*operands) if op == "matmul" and self.names else _apply(node, operands, op)
        return node


def evaluate_as_float(tree: Expr, names: Mapping[str, float]) -> float:
    """Return the value of a scalar tree in floats. Raises `AlgebraError` if it has none."""
    done: dict[int, float] = {}
    for node in postorder(tree):
        if isinstance(node, Num):
            done[id(node)] = _as_float(node)
        elif isinstance(node, Sym):
            done[id(node)] = math.pi if node.name == "pi" else names[node.name]
        elif isinstance(node, Apply):
            done[id(node)] = _apply(node, [done[id(arg)] for arg in node.args])
    return done[id(tree)]


def _as_float(node: Num) -> float:
    try:
        return float(node.value)
    except OverflowError:
        raise AlgebraError(message(N_("This number is too large.")), 0) from None


def _apply(node: Apply, args: list[Value], op: str = "") -> Value:
    try:
        result = EVALUATORS[op or node.op](*args)
    except ZeroDivisionError:
        raise AlgebraError(message(N_("This divides by zero, so it has no value.")), node.position) from None
    except OverflowError:
        raise AlgebraError(message(N_("This number is too large.")), node.position) from None
    except ValueError:
        raise AlgebraError(
            message(N_("{function} has no value here."), function=_SYMBOLS.get(node.op, node.op)),
            node.position,
        ) from None
    if isinstance(result, complex) or (isinstance(result, float) and not math.isfinite(result)):
        raise AlgebraError(message(N_("This has no real value.")), node.position)
    return result


def length_of(node: Apply, shape: Shape) -> Num:
    """Return what `size(x)` or `size(x, axis)` is for a value of this shape. Raises `AlgebraError`."""
    if len(node.args) == 1:
        return number(ops.num_cells(shape))
    axis = read_whole(node.args[1], node.position, "axis")
    along = resolve_axis(axis, shape, node.position, "shape")
    assert shape is not None
    return number(shape[along])


def _apply_bound(node: Apply, function: BoundFunction, operands: Sequence[Value]) -> Value:
    try:
        return function(*operands)
    except (IndexValueError, NoValueError) as error:
        raise AlgebraError(error.message, node.position) from None
    except KeyError:
        raise AlgebraError(
            message(N_("An index must be a number here, but this is a symbol.")), node.position
        ) from None
    except ZeroDivisionError:
        raise AlgebraError(message(N_("This divides by zero, so it has no value.")), node.position) from None
    except ValueError:
        raise AlgebraError(message(N_("{function} has no value here."), function=node.op), node.position) from None


def format_shape(shape: Shape) -> str:
    """Return a shape as text: `3×2`, `(3,)` for a vector, or `1` for a number."""
    if ops.is_vector_shape(shape):
        return f"({shape[1]},)"
    return f"{shape[0]}×{shape[1]}" if shape else "1"


def product_operation(shapes: Sequence[Shape]) -> str:
    """Return the operation of @ for operands of these shapes: `dot` for two vectors, `matvec` for a matrix and a vector.

    A vector of one entry is taken for the matrix that it equals, and so is one that fits as a row.
    """
    left, right = shapes
    if left is None or not ops.is_vector_shape(right) or left[1] != right[1] or right[1] == 1:
        return "matmul"
    return "dot" if ops.is_vector_shape(left) else "matvec"


def matmul_shape(shapes: Sequence[Shape], position: int) -> Shape:
    """Return the shape of a matrix product. Raises `AlgebraError` if the matrices do not fit."""
    left, right = shapes
    if left is None or right is None:
        raise AlgebraError(message(N_("@ multiplies two matrices. For a number, write *.")), position)
    operation = product_operation(shapes)
    if operation != "matmul":
        return None if operation == "dot" else VectorShape.of_length(left[0])
    if left[1] != right[0]:
        # A vector on the right is a column here.
        right_size = right[1] if ops.is_vector_shape(right) else right[0]
        raise AlgebraError(
            message(
                N_("{left} @ {right} doesn't fit: the inner sizes {a} and {b} differ."),
                left=format_shape(left),
                right=format_shape(right),
                a=left[1],
                b=right_size,
            ),
            position,
        )
    return VectorShape.of_length(right[1]) if ops.is_vector_shape(left) else (left[0], right[1])


def outer_shape(shapes: Sequence[Shape], position: int) -> Shape:
    """Return the shape of the products of all entries of two vectors. Raises `AlgebraError` if one of them is none."""
    left, right = shapes
    if left is None or right is None or left[0] != 1 or right[0] != 1:
        text = N_("outer takes two vectors: outer([1, 2], [3, 4]).")
        raise AlgebraError(message(text), position)
    return left[1], right[1]


def shape_mismatch(shapes: Sequence[Shape], position: int) -> AlgebraError:
    """Return the error of an elementwise operation on two different shapes."""
    left, right = _differing(shapes)
    text = N_("The shapes {left} and {right} don't fit cell by cell.")
    return AlgebraError(message(text, left=format_shape(left), right=format_shape(right)), position)


def _differing(shapes: Sequence[Shape]) -> tuple[Shape, Shape]:
    """Return two of these shapes that don't fit cell by cell."""
    pairs = [(one, other) for place, one in enumerate(shapes) for other in shapes[place + 1 :]]
    for one, other in pairs:
        try:
            broadcast_shapes((one, other))
        except ValueError:
            return one, other
    return next(((one, other) for one, other in pairs if one != other), pairs[0])


def broadcast_shapes(shapes: Sequence[Shape]) -> Shape:
    """Return the common shape by NumPy's broadcasting rules. Raises `ValueError` if there is none."""
    matrix_shapes = [shape for shape in shapes if shape is not None]
    if not matrix_shapes:
        return None
    result = []
    for sizes in zip(*matrix_shapes, strict=True):
        larger = {size for size in sizes if size != 1}
        if len(larger) > 1:
            raise ValueError(shapes)
        result.append(larger.pop() if larger else 1)
    if all(map(ops.is_vector_shape, matrix_shapes)):
        return VectorShape.of_length(result[1])
    return result[0], result[1]


def _elementwise_shape(node: Apply, shapes: Sequence[Shape]) -> Shape:
    try:
        return broadcast_shapes(shapes)
    except ValueError:
        left, right = _differing(shapes)
    if node.op == "mul" and left and right and left[1] == right[0]:
        text = N_("{left} * {right} works cell by cell and doesn't fit. For the matrix product, write @.")
        raise AlgebraError(message(text, left=format_shape(left), right=format_shape(right)), node.position)
    raise shape_mismatch(shapes, node.position)


def _result_shape(node: Apply, shapes: Sequence[Shape]) -> Shape:
    """Return the shape of an operation from those of its operands. Raises `AlgebraError` if they do not match."""
    if node.op == "matmul":
        return matmul_shape(shapes, node.position)
    if node.op == "cross_entropy" and shapes[0] and are_labels(shapes, node.position, node.op):
        return None
    if node.op in _MATRIX_OPS and None in shapes:
        text = N_("{function} needs matrices with one row per example.")
        raise AlgebraError(message(text, function=node.op), node.position)
    if node.op in ("cross_entropy", "mse") and shapes[0] != shapes[1]:
        raise shape_mismatch(shapes, node.position)
    if node.op in functions.FUNCTIONS:
        return _elementwise_shape(node, shapes)
    if node.op in ("cross_entropy", "mse"):
        return None
    if node.op == "outer":
        return outer_shape(shapes, node.position)
    first = next((shape for shape in shapes if shape), None)
    if first is None:
        return None
    if node.op == "T":
        return first[1], first[0]
    if node.op in ("sum", "mean"):
        return None if len(shapes) == 1 else (1, first[1]) if _as_int(node.args[1]) == 0 else (first[0], 1)
    return first
