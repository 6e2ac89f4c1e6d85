"""The record of a function of arrays, its parameters, and how they are read.

A call has operands, whose values flow through the graph, and parameters, which are part of the function: in
`sum(X, axis=1)` X is the operand and the axis a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Expr, as_whole
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.algebra.ops import is_vector_shape
from tutor.algebra.sizes import has_named_size
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.i18n import Message

#: What a function knows besides its operands.
Parameters: TypeAlias = Any
#: A call read: its parameters, and which of its arguments are operands.
Reading: TypeAlias = "tuple[Parameters, tuple[int, ...]]"


class NoValueError(ValueError):
    """An array for which a function has no value, with the reason."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, kw_only=True)
class ArrayFunction:
    """One function of arrays.

    `read` takes the arguments of a call, None for those that are not constant, and the offset for errors. `forward` runs
    on floats, exact numbers and batches; a matrix known only by its formula gives a formula.
    """

    id: str
    read: Callable[[Sequence[Expr | None], int], Reading]
    shape: Callable[[Parameters, Sequence[Shape], int], Shape]
    """the shape of the result from those of the operands. Raises `AlgebraError` at the offset."""
    forward: Callable[..., Value]
    """of the parameters and the operands. Raises `ValueError` without a value"""
    to_args: Callable[[Parameters, Sequence[Expr]], tuple[Expr, ...]]
    """the arguments of a call with these parameters and operands"""
    work: Callable[[Parameters, Sequence[Shape]], int] = lambda parameters, shapes: 0
    """the number of multiplications, if there are more than the result has entries"""

    def bind(self, parameters: Parameters, shapes: Sequence[Shape] = ()) -> BoundFunction:
        """Return the function with its parameters, and with the shapes of its operands if they are known."""
        return BoundFunction(self, parameters, tuple(shapes))


@dataclass(frozen=True)
class BoundFunction:
    """A function of arrays with its parameters: a function of its operands alone."""

    function: ArrayFunction
    parameters: Parameters
    operand_shapes: tuple[Shape, ...] = ()

    def __call__(self, *operands: Value) -> Value:
        if self.operand_shapes:
            # What is computed from a vector is a row, and only the graph knows that it is a vector.
            operands = tuple(
                ops.as_vector(operand) if is_vector_shape(shape) and not ops.is_vector(operand) else operand
                for operand, shape in zip(operands, self.operand_shapes, strict=True)
            )
        if any(isinstance(operand, MatrixExpr) for operand in operands) or self._has_named_result:
            return self.as_formula(operands)
        return self.function.forward(self.parameters, *operands)

    @property
    def _has_named_result(self) -> bool:
        """Whether the result has a size that is known by its name only, so that it can't be written out."""
        return self.function.id == "scatter_add" and has_named_size(self.parameters[1])

    def shape(self, shapes: Sequence[Shape], offset: int = 0) -> Shape:
        """Return the shape of the result from those of the operands. Raises `AlgebraError`."""
        return self.function.shape(self.parameters, shapes, offset)

    def formula(self, operands: Sequence[Expr]) -> Apply:
        """Return the call with these operands."""
        return Apply(self.function.id, self.function.to_args(self.parameters, operands))

    def as_formula(self, operands: Sequence[Value]) -> Value:
        """Return the result as a formula of the operands."""
        shape = self.shape([ops.shape_of(operand) for operand in operands])
        formula = self.formula(list(map(expr_of, operands)))
        return formula if shape is None else MatrixExpr(formula, shape, is_vector_shape(shape))


# --- parameters ------------------------------------------------------------------------------------------------


def read_whole(arg: Expr | None, offset: int, name: str = "") -> int:
    """Return a constant whole number. Raises `AlgebraError`."""
    whole = as_whole(arg)
    if whole is not None:
        return whole
    raise AlgebraError(message(N_("Here, {name} needs whole numbers, written out."), name=name), offset)


def resolve_axis(axis: int, shape: Shape, offset: int, name: str) -> int:
    """Return an axis of a value as 0 or 1; a negative one counts from the last. The axis of a vector is 1.

    Raises `AlgebraError` if there is no such axis.
    """
    num_axes = 1 if is_vector_shape(shape) else 2
    if shape is None or not -num_axes <= axis < num_axes:
        text = N_(
            "{name} has no axis {axis} here: a matrix has the axes 0 (down) and 1 (across), a vector only axis 0."
        )
        raise AlgebraError(message(text, name=name, axis=axis), offset)
    return 1 if num_axes == 1 else axis % 2
