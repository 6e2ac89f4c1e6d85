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
    """Return a matrix rotated by 180 degrees."""
    backwards = slice(None, None, -1)
    return bound("index", Index((backwards, backwards)))(x)


def _ones_like(x: Value) -> Value:
    return broadcast_like(ONE if is_exact(x) else 1.0, x)


def _overwritten(e: EdgeContext) -> Value:
    """Return the result of assignments in a loop: of overlapping windows, only the last one counts."""
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
                "For the image: pad the upstream with zeros, rotate the kernel by 180 degrees, and "
                "slide it over the padded upstream."
            ),
            N_("For the kernel: slide the upstream over the image, as the forward pass slides the kernel."),
        ),
        confirmation=(
            N_("the padded upstream convolved with the rotated kernel"),
            N_("the image convolved with the upstream"),
        ),
        skill_name=(N_("convolution: image"), N_("convolution: kernel")),
        question=(
            N_(
                "The answer has the shape of the image, {shape}; the upstream is {up_shape}. Choose "
                "one pixel: which windows contain it, and which weight multiplies it in each?"
            ),
            N_(
                "The answer has the shape of the kernel, {shape}; the upstream is {up_shape}. Every "
                "window uses the same weight: which pixel does it multiply in each?"
            ),
        ),
        why=N_(
            "Output [i, j] is the window at [i, j] times the kernel, entry by entry, summed. Every "
            "window uses the same weight, so its gradient is the sum of upstream times pixel over all "
            "windows. A pixel is in several windows, with a different weight in each: the further "
            "right the window, the further left the weight. So the kernel appears rotated by 180 "
            "degrees."
        ),
        mistakes=(
            Mistake(
                "kernel-not-turned",
                N_("kernel not rotated"),
                lambda e: bound("convolve2d")(e.g, _turned(e.o)),
                N_(
                    "It looks as if you did not rotate the kernel. Take the bottom-right pixel of a "
                    "window: which weight multiplies it?"
                ),
                slots=(0,),
                asks=N_("Did you slide the kernel over the padded upstream gradient without rotating it?"),
            ),
            Mistake(
                "no-padding",
                N_("padding left out"),
                lambda e: bound("conv2d")(e.g, _turned(e.o)),
                N_(
                    "Without padding, the answer is too small: it has the shape of the image, {shape}. How "
                    "many rows of zeros do you have to add on each side?"
                ),
                slots=(0,),
                asks=N_("Did you slide the rotated kernel over the upstream gradient without padding it?"),
            ),
            Mistake(
                "overwritten",
                N_("overlaps overwritten"),
                _overwritten,
                N_(
                    "That keeps only what came back last, but a pixel can be in several windows. How "
                    "do you combine what comes back from each?"
                ),
                slots=(0,),
                asks=N_("Did a later window replace what came back from an earlier one?"),
            ),
            Mistake(
                "kernel-summed",
                N_("weights left out"),
                lambda e: bound("convolve2d")(e.g, _ones_like(e.o)),
                N_(
                    "That adds up the upstreams of the windows that contain a pixel. By which weight "
                    "do you have to multiply each one first?"
                ),
                slots=(0,),
                asks=N_("Did you leave out the weights of the kernel?"),
            ),
            Mistake(
                "turned",
                N_("rotated by 180 degrees"),
                lambda e: _turned(bound("conv2d")(e.o, e.g)),
                N_(
                    "The numbers are right, but rotated by 180 degrees. Which pixel of each window "
                    "does the first weight multiply?"
                ),
                slots=(1,),
                asks=N_("Did you rotate the result by 180 degrees?"),
            ),
            Mistake(
                "first-window",
                N_("first window only"),
                _first_window,
                N_("That comes back from the first window alone. How many windows use the same weight?"),
                slots=(1,),
                asks=N_("Did you use only the first window?"),
            ),
            Mistake(
                "upstream-left-out",
                N_("windows added up"),
                lambda e: bound("conv2d")(e.o, _ones_like(e.g)),
                N_("That adds up the windows. By which upstream do you have to multiply each window first?"),
                slots=(1,),
                asks=N_("Did you add up the windows without the upstream gradients?"),
            ),
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {"conv2d": _convolution}
TABLE = (_convolution(bound("conv2d"), [(3, 3), (2, 2)]),)
