"""The convolution of an image with a kernel, as in deep learning: valid, with a stride of 1.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_functions import bound
from tutor.algebra.expr import ONE
from tutor.algebra.indexing import Index
from tutor.algebra.ops import broadcast_like, is_exact
from tutor.engine.operation import EdgeContext, Mistake, Operation
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.array_functions import BoundFunction
    from tutor.algebra.ops import Shape, Value


def _turned(x: Value) -> Value:
    """Return a matrix turned by 180 degrees."""
    backwards = slice(None, None, -1)
    return bound("index", Index((backwards, backwards)))(x)


def _ones_like(x: Value) -> Value:
    return broadcast_like(ONE if is_exact(x) else 1.0, x)


def _overwritten(e: EdgeContext) -> Value:
    """Return what a loop of assignments leaves: where windows overlap only the last one counts."""
    if not ops.is_array(e.x) or e.g.ndim > 2 or e.o.ndim > 2:
        raise ValueError("no entries")
    result = e.x * 0
    rows, columns = e.o.shape
    for i in range(e.g.shape[0]):
        for j in range(e.g.shape[1]):
            result[i : i + rows, j : j + columns] = e.o * e.g[i, j]
    return result


def _first_window(e: EdgeContext) -> Value:
    rows, columns = e.x.shape[-2:]
    window = bound("index", Index((slice(0, rows), slice(0, columns))))(e.o)
    first = bound("index", Index((0, 0)))(e.g)
    return (first if not ops.is_array(first) else broadcast_like(first, window)) * window


def _convolution(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return Operation(
        id="conv2d",
        symbol="conv2d",
        title=N_("convolution"),
        forward=function,
        vjp=(
            lambda g, z, x, k: bound("convolve2d")(g, k),
            lambda g, z, x, k: bound("conv2d")(x, g),
        ),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        rule=(
            N_(
                "The image gets the full convolution of the upstream with the kernel: "
                "pad the upstream with zeros and slide the kernel, turned by 180 degrees, over it."
            ),
            N_("The kernel gets the image convolved with the upstream: slide the upstream over the image."),
        ),
        confirmation=(
            N_("the padded upstream convolved with the turned kernel"),
            N_("the image convolved with the upstream"),
        ),
        skill_name=(N_("convolution to the image"), N_("convolution to the kernel")),
        question=(
            N_(
                "The answer has the shape of the image, {shape}; the upstream is {up_shape}. "
                "In which windows does one pixel lie, and which weight does it meet in each of them?"
            ),
            N_(
                "The answer has the shape of the kernel, {shape}; the upstream is {up_shape}. "
                "One weight is used in every window: which pixel does it meet in each of them?"
            ),
        ),
        why=N_(
            "Output [i, j] is the sum of the window at [i, j] times the kernel, cell by cell. "
            "A weight is used in every window, so it gets back the sum of upstream times pixel over all windows. "
            "A pixel lies in several windows, and meets another weight in each: going back, the kernel appears turned by 180 degrees."
        ),
        mistakes=(
            Mistake(
                "kernel-not-turned",
                N_("kernel not turned"),
                lambda e: bound("convolve2d")(e.g, _turned(e.o)),
                N_(
                    "Looks as if the kernel was not turned. Which weight does the pixel meet in the window that ends at it?"
                ),
                slots=(0,),
                asks=N_("Did you slide the kernel over the padded upstream gradient without turning it?"),
            ),
            Mistake(
                "no-padding",
                N_("padding left out"),
                lambda e: bound("conv2d")(e.g, _turned(e.o)),
                N_("Without the padding the answer gets too small. It has the shape of the image, {shape}."),
                slots=(0,),
                asks=N_("Did you slide the turned kernel over the upstream gradient without padding it?"),
            ),
            Mistake(
                "overwritten",
                N_("overlaps overwritten"),
                _overwritten,
                N_("A pixel lies in several windows. You kept only what came back last: what about the others?"),
                slots=(0,),
                asks=N_("Did a later window replace what came back from an earlier one?"),
            ),
            Mistake(
                "kernel-summed",
                N_("the kernel added up"),
                lambda e: bound("convolve2d")(e.g, _ones_like(e.o)),
                N_("You added up the upstreams of a pixel's windows. By which weight is each multiplied first?"),
                slots=(0,),
                asks=N_("Did you leave out the weights of the kernel?"),
            ),
            Mistake(
                "turned",
                N_("turned by 180 degrees"),
                lambda e: _turned(bound("conv2d")(e.o, e.g)),
                N_(
                    "The numbers are right, turned by 180 degrees. The first weight meets the top left pixel of each window."
                ),
                slots=(1,),
                asks=N_("Did you turn the result by 180 degrees?"),
            ),
            Mistake(
                "first-window",
                N_("first window only"),
                _first_window,
                N_("That comes back from the first window alone. In how many windows is the weight used?"),
                slots=(1,),
                asks=N_("Did you use only the first window?"),
            ),
            Mistake(
                "upstream-left-out",
                N_("windows added up"),
                lambda e: bound("conv2d")(e.o, _ones_like(e.g)),
                N_("You added up the windows. By which upstream is each of them multiplied first?"),
                slots=(1,),
                asks=N_("Did you add up the windows without the upstream gradients?"),
            ),
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {"conv2d": _convolution}
TABLE = (_convolution(bound("conv2d"), [(3, 3), (2, 2)]),)
