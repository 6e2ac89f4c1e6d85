"""Two-dimensional convolutions: `conv2d(X, K)` slides a kernel over an image, as in deep learning.

It is a cross-correlation: the kernel is not turned, there is no padding, and the stride is 1. Its reverse for the image is
the full convolution, which turns the kernel by 180°.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_function import ArrayFunction
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ZERO
from tutor.algebra.sizes import settled
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.algebra.array_function import Parameters
    from tutor.algebra.ops import Shape, Value

#: The most products in one convolution.
MAX_PRODUCTS = 50_000


def _sizes(name: str, shapes: Sequence[Shape], offset: int) -> tuple[tuple[int, int], tuple[int, int]]:
    image, kernel = shapes
    if image is None or kernel is None or any(map(ops.is_vector_shape, shapes)):
        text = N_("{name} takes two matrices, an image and a kernel: {name}(X, K).")
        raise AlgebraError(message(text, name=name), offset)
    return image, kernel


def _check_work(shape: tuple[int, int], kernel: tuple[int, int], offset: int) -> None:
    if shape[0] * shape[1] * kernel[0] * kernel[1] > MAX_PRODUCTS:
        text = N_("This convolution takes more than {n} multiplications. Use smaller matrices.")
        raise AlgebraError(message(text, n=MAX_PRODUCTS), offset)


def _valid_shape(_: Parameters, shapes: Sequence[Shape], offset: int) -> Shape:
    image, kernel = _sizes("conv2d", shapes, offset)
    shape = settled(image[0] - kernel[0] + 1), settled(image[1] - kernel[1] + 1)
    if min(shape) < 1:
        text = N_("The kernel, {kernel}, doesn't fit into the image, {image}. There is no padding here.")
        sizes = {"kernel": f"{kernel[0]}×{kernel[1]}", "image": f"{image[0]}×{image[1]}"}
        raise AlgebraError(message(text, **sizes), offset)
    _check_work(shape, kernel, offset)
    return shape


def _full_shape(_: Parameters, shapes: Sequence[Shape], offset: int) -> Shape:
    image, kernel = _sizes("convolve2d", shapes, offset)
    _check_work(image, kernel, offset)
    return settled(image[0] + kernel[0] - 1), settled(image[1] + kernel[1] - 1)


def _weight(kernel: Value, i: int, j: int) -> Value:
    """Return an entry of the kernel, for each member of a batch in a matrix of its own."""
    return kernel[..., i, j][..., None, None] if kernel.ndim > 2 else kernel[i, j]


def _valid(_: Parameters, image: Value, kernel: Value) -> Value:
    rows, columns = (image.shape[axis] - kernel.shape[axis] + 1 for axis in (-2, -1))
    if min(rows, columns) < 1:
        raise ValueError("the kernel is larger than the image")
    total: Value = None
    for i in range(kernel.shape[-2]):
        for j in range(kernel.shape[-1]):
            part = image[..., i : i + rows, j : j + columns] * _weight(kernel, i, j)
            total = part if total is None else total + part
    return total


def _full(_: Parameters, image: Value, kernel: Value) -> Value:
    np = ops.load_arrays().np
    rows, columns = image.shape[-2:]
    members = max((x.shape[:1] for x in (image, kernel) if x.ndim > 2), default=())
    exact = ops.is_exact(image)
    shape = *members, rows + kernel.shape[-2] - 1, columns + kernel.shape[-1] - 1
    total = np.full(shape, ZERO if exact else 0.0, dtype=object if exact else float)
    for i in range(kernel.shape[-2]):
        for j in range(kernel.shape[-1]):
            total[..., i : i + rows, j : j + columns] += image * _weight(kernel, i, j)
    return total


def _num_products(_: Parameters, shapes: Sequence[Shape]) -> int:
    return ops.num_cells(shapes[0]) * ops.num_cells(shapes[1])


def _function(id: str, shape: Callable[..., Shape], forward: Callable[..., Value]) -> ArrayFunction:
    return ArrayFunction(
        id=id,
        read=lambda args, offset: ((), (0, 1)),
        shape=shape,
        forward=forward,
        to_args=lambda _, operands: tuple(operands),
        work=_num_products,
    )


RECORDS = (_function("conv2d", _valid_shape, _valid), _function("convolve2d", _full_shape, _full))
