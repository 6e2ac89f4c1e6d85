"""The table of operations, from which graphs, grading, hints, cards and drawings derive what they know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.operations import (
    arithmetic,
    arrays,
    convolution,
    einsum,
    elementwise,
    extrema,
    linalg,
    losses,
    masks,
    piecewise,
    products,
    reductions,
    softmax_axes,
    square_matrices,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.array_functions import BoundFunction
    from tutor.algebra.ops import Shape
    from tutor.engine.operation import Operation

_registry: dict[str, Operation] = {
    operation.id: operation
    for table in (
        arithmetic.TABLE,
        elementwise.TABLE,
        piecewise.TABLE,
        linalg.TABLE,
        reductions.TABLE,
        losses.TABLE,
        masks.TABLE,
        arrays.TABLE,
        extrema.TABLE,
        products.TABLE,
        square_matrices.TABLE,
        convolution.TABLE,
        einsum.TABLE,
        softmax_axes.TABLE,
    )
    for operation in table
}
#: Every operation by its id; a view that shows what is registered later.
OPERATIONS: Mapping[str, Operation] = _registry


#: How the operation of each function of arrays is made from its parameters and the shapes of its operands.
ARRAY_OPERATIONS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {
    **reductions.MAKERS,
    **arrays.MAKERS,
    **extrema.MAKERS,
    **products.MAKERS,
    **square_matrices.MAKERS,
    **convolution.MAKERS,
    **einsum.MAKERS,
    **softmax_axes.MAKERS,
}


def register(operation: Operation) -> None:
    """Add an operation. Raises `ValueError` if its id is taken."""
    if operation.id in _registry:
        raise ValueError(operation.id)
    _registry[operation.id] = operation


def unregister(operation: Operation) -> None:
    """Remove an operation. Raises `KeyError` if it is not registered."""
    del _registry[operation.id]
