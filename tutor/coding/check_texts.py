"""The parts of a gradient check: what each is about, and its hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.coding.part_texts import PartText
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

#: By the name of the part, in the order in which they are judged.
CHECK_PARTS: Mapping[str, PartText] = {
    "vector": PartText(
        N_("the gradient of a function of a vector"),
        (
            N_("A gradient has one entry for each entry of x. What happens to f if only this entry changes?"),
            N_("Each entry is the change of f divided by the change of that entry. This is numerical differentiation."),
            N_(
                "Take two points. In one, this entry is larger by h; in the other, it is smaller by h. The "
                "points are 2h apart."
            ),
            N_("Try f(x) = x₁² + 3·x₂ at (2, 5). Your gradient must be close to (4, 3)."),
        ),
    ),
    "matrix": PartText(
        N_("the gradient of a function of a matrix"),
        (
            N_("What is the shape of the gradient with respect to a 2×3 matrix?"),
            N_("f expects an array with the shape of x. A flattened copy has a different shape."),
            N_(
                "np.ndindex(x.shape) yields the indices (0, 0), (0, 1), and so on. Each of them works "
                "for both x and the gradient."
            ),
            N_("Try f(x) = x.sum() with a 2×3 matrix. All six entries of the gradient must be close to 1."),
        ),
    ),
    "x": PartText(
        N_("x after the call"),
        (
            N_("The caller still uses x after your function returns. Which numbers does x contain then?"),
            N_("Passing an array to a function doesn't copy it. If you change it inside, the caller sees the change."),
            N_("Either change a copy, or restore the old number before you move on to the next entry."),
            N_("Print x before and after the call. Both outputs must be the same."),
        ),
    ),
    "accuracy": PartText(
        N_("six correct digits"),
        (
            N_("How large is h, and on which sides of x do you call f?"),
            N_("The error of a forward difference is proportional to h, and the error of a central difference to h²."),
            N_(
                "If h is large, the curvature of f causes an error. If h is tiny, the subtraction "
                "cancels most of the 16 digits of f and leaves rounding errors."
            ),
            N_("With h = 10⁻⁵, a central difference has an error of about 10⁻¹⁰. Compare h = 10⁻¹, 10⁻⁵ and 10⁻¹²."),
        ),
    ),
    "accepted": PartText(
        N_("right gradients are accepted"),
        (
            N_("Two floating-point numbers are rarely exactly equal. When do two gradients agree?"),
            N_("They agree if their difference is no larger than the error of a numerical derivative."),
            N_("A right gradient may be 0. Then the sum of both gradients is 0 too, and dividing by it gives NaN."),
            N_("Try f(x) = x₁·x₂ at (0, 0). Its gradient is (0, 0), and agrees must return True."),
        ),
    ),
    "refused": PartText(
        N_("wrong gradients are rejected"),
        (
            N_("A bug often affects only one entry. Does your comparison look at every entry?"),
            N_("Differences with opposite signs cancel in a sum or a mean. Take absolute values first."),
            N_(
                "Use the largest difference over all entries, or a norm. For gradients of about 1, a right "
                "one differs by 10⁻⁶ or less."
            ),
            N_("Change one entry of a right gradient by 5%. Then agrees must return False."),
        ),
    ),
    "scale": PartText(
        N_("gradients of size 10⁻⁶ and 10⁶"),
        (
            N_("Is a difference of 0.001 large? What does that depend on?"),
            N_("The relative error is the difference divided by the size of the gradients themselves."),
            N_(
                "Divide the largest difference by the largest absolute value in the two gradients. "
                "Compare the result with a fixed limit such as 10⁻⁴. Both gradients may be 0."
            ),
            N_(
                "If you multiply f by 1,000,000, both gradients grow by the same factor. agrees must still "
                "give the same answer."
            ),
        ),
    ),
}
