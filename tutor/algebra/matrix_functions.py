"""Functions of square matrices: trace, determinant, cofactors, inverse, and the identity matrix.

Exact values come from the algorithm of Faddeev and LeVerrier, which divides by whole numbers only.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.array_function import ArrayFunction, NoValueError
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE, ZERO, Apply, Expr, Num, as_expr, number
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.algebra.array_function import Parameters
    from tutor.algebra.ops import Shape, Value

#: The most rows of a matrix with a determinant or an inverse: exact ones take rows⁴ steps.
MAX_ROWS = 6
#: A matrix of formulas with up to so many rows is expanded along its first row, which people can read.
_MAX_EXPANDED = 4
_SINGULAR = Message(N_("This matrix has no inverse: its determinant is 0."))


def _square(name: str, shapes: Sequence[Shape], offset: int) -> tuple[int, int]:
    """Return the shape of a square matrix. Raises `AlgebraError`."""
    shape = shapes[0]
    if shape is None and name == "inv":
        raise AlgebraError(message(N_("inv takes a square matrix. For a number, write 1/x.")), offset)
    if shape is None or ops.is_vector_shape(shape) or shape[0] != shape[1]:
        text = N_("{name} takes a square matrix, with as many rows as columns.")
        raise AlgebraError(message(text, name=name), offset)
    return shape


def _small_square(name: str, shapes: Sequence[Shape], offset: int) -> tuple[int, int]:
    shape = _square(name, shapes, offset)
    if shape[0] > MAX_ROWS:
        text = N_("{name} takes a matrix with up to {n} rows here. Use a smaller one.")
        raise AlgebraError(message(text, name=name, n=MAX_ROWS), offset)
    return shape


def identity(rows: int, exact: bool = True) -> Value:
    """Return the identity matrix, of trees or of floats."""
    if not exact:
        return ops.load_arrays().np.eye(rows)
    return ops.make_matrix(tuple(tuple(ONE if i == j else ZERO for j in range(rows)) for i in range(rows)))


def identity_like(x: Value) -> Value:
    """Return the identity matrix of the size and kind of `x`."""
    if isinstance(x, MatrixExpr):
        rows = x.shape[0]
        return MatrixExpr(Apply("eye", (as_expr(rows),)), (rows, rows))
    return identity(x.shape[-1], ops.is_exact(x))


def _trace(_: Parameters, x: Value) -> Value:
    if x.dtype == object:
        diagonal: Expr = ZERO
        for i in range(len(x)):
            diagonal = diagonal + x[i, i]
        return diagonal
    traces = x.trace(axis1=-2, axis2=-1)
    return traces if x.ndim > 2 else float(traces)


def _det(_: Parameters, x: Value) -> Value:
    if x.dtype == object:
        return _exact_adjugate(x)[1]
    determinants = ops.load_arrays().np.linalg.det(x)
    return determinants if x.ndim > 2 else float(determinants)


def _cofactors(_: Parameters, x: Value) -> Value:
    """Return the matrix of ∂det/∂x, also of a matrix without an inverse."""
    if x.dtype == object:
        return _exact_adjugate(x)[0].T
    np = ops.load_arrays().np
    # With X = U S Vᵀ they are det(U)·det(V)·U S′ Vᵀ; S′ holds the products of the other singular values.
    u, s, vt = np.linalg.svd(x)
    others = np.stack([np.delete(s, i, axis=-1).prod(axis=-1) for i in range(s.shape[-1])], axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(vt)
    return sign[..., None, None] * ((u * others[..., None, :]) @ vt)


def _inverse(_: Parameters, x: Value) -> Value:
    """Return the inverse. Raises `NoValueError`; in a batch a member without one becomes nan."""
    if x.dtype == object:
        adjugate, det = _exact_adjugate(x)
        if _is_zero(det):
            raise NoValueError(_SINGULAR)
        return adjugate / det
    np = ops.load_arrays().np
    singular = _is_singular(np, np.asarray(x))
    if x.ndim == 2:
        if singular:
            raise NoValueError(_SINGULAR)
        return np.linalg.inv(x)
    inverses = np.linalg.inv(np.where(singular[:, None, None], np.eye(x.shape[-1]), x))
    return np.where(singular[:, None, None], np.nan, inverses)


def _is_singular(np: Any, x: Any) -> Any:
    """Return whether the rounding of floats may hide a determinant of 0; for each member of a batch."""
    finite = np.isfinite(x).all(axis=(-2, -1))
    singular_values = np.linalg.svd(np.where(finite[..., None, None], x, 0.0), compute_uv=False)
    return ~finite | (singular_values[..., -1] <= 4 * x.shape[-1] * np.finfo(float).eps * singular_values[..., 0])


def _is_zero(value: Expr) -> bool:
    try:
        return nearest_float(value) == 0
    except KeyError:  # it has symbols
        return False


def _exact_adjugate(x: Value) -> tuple[Value, Expr]:
    """Return the adjugate, which is det·inverse, and the determinant."""
    rows = x.tolist()
    if all(isinstance(cell, Num) for row in rows for cell in row):
        cells = [[cell.value for cell in row] for row in rows]
        adjugate, det = _adjugate(cells, Fraction(1), Fraction(0))
        return ops.make_matrix(tuple(tuple(map(number, row)) for row in adjugate)), number(det)
    if len(rows) <= _MAX_EXPANDED:
        adjugate = [[_cofactor(rows, j, i) for j in range(len(rows))] for i in range(len(rows))]
        det = _sum((cell * adjugate[j][0] for j, cell in enumerate(rows[0])), ZERO)
    else:
        adjugate, det = _adjugate(rows, ONE, ZERO)
    return ops.make_matrix(tuple(map(tuple, adjugate))), det


def _cofactor(rows: list[list[Expr]], i: int, j: int) -> Expr:
    """Return the cofactor of an entry as a person writes it, expanded along the first row."""
    rest = [row[:j] + row[j + 1 :] for place, row in enumerate(rows) if place != i]
    minor = _expanded(rest)
    return minor if (i + j) % 2 == 0 else -minor


def _expanded(rows: list[list[Expr]]) -> Expr:
    if not rows:
        return ONE
    if len(rows) == 1:
        return rows[0][0]
    if len(rows) == 2:
        return rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
    total: Expr = _sum((cell * _cofactor(rows, 0, j) for j, cell in enumerate(rows[0])), ZERO)
    return total


def _adjugate(a: list[list[Any]], one: Any, zero: Any) -> tuple[list[list[Any]], Any]:
    """Return the adjugate and the determinant by the algorithm of Faddeev and LeVerrier."""
    indices = range(len(a))
    power = [[one if i == j else zero for j in indices] for i in indices]
    for step in range(1, len(a) + 1):
        product = [[_sum((a[i][k] * power[k][j] for k in indices), zero) for j in indices] for i in indices]
        coefficient = -_sum((product[i][i] for i in indices), zero) / step
        if step == len(a):
            return (power, -coefficient) if step % 2 else ([[-cell for cell in row] for row in power], coefficient)
        power = [[product[i][j] + coefficient if i == j else product[i][j] for j in indices] for i in indices]
    raise ValueError("no rows")


def _sum(terms: Any, zero: Any) -> Any:
    total = zero
    for term in terms:
        total = total + term
    return total


def _function(id: str, shape: Callable[[Sequence[Shape], int], Shape], forward: Callable[..., Value]) -> ArrayFunction:
    return ArrayFunction(
        id=id,
        read=lambda args, offset: ((), (0,)),
        shape=lambda _, shapes, offset: shape(shapes, offset),
        forward=forward,
        to_args=lambda _, operands: tuple(operands),
        work=lambda _, shapes: shapes[0][0] ** (2 if id == "trace" else 4) if shapes[0] else 0,
    )


def _scalar_of_square(
    name: str, check: Callable[[str, Sequence[Shape], int], Shape]
) -> Callable[[Sequence[Shape], int], Shape]:
    def shape(shapes: Sequence[Shape], offset: int) -> Shape:
        check(name, shapes, offset)
        return None

    return shape


RECORDS = (
    _function("trace", _scalar_of_square("trace", _square), _trace),
    _function("det", _scalar_of_square("det", _small_square), _det),
    _function("cofactors", lambda shapes, offset: _small_square("cofactors", shapes, offset), _cofactors),
    _function("matrix_inverse", lambda shapes, offset: _small_square("inv", shapes, offset), _inverse),
)
