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
            N_("The gradient is the change of f divided by the change of x: a difference quotient."),
            N_("Two points: in one this entry is larger by h, in the other smaller by h. They are 2h apart."),
            N_("Try f(x) = x₁² + 3·x₂ at (2, 5). Your gradient must be close to (4, 3)."),
        ),
    ),
    "matrix": PartText(
        N_("the gradient of a function of a matrix"),
        (
            N_("Which shape has the gradient of a 2×3 matrix?"),
            N_("f expects an array of the shape of x. A flattened copy is another shape."),
            N_(
                "np.ndindex(x.shape) yields (0, 0), (0, 1), …: with such an index both x and the gradient are accessed."
            ),
            N_("Try f(x) = x.sum() at a 2×3 matrix. All six entries of the gradient must be close to 1."),
        ),
    ),
    "x": PartText(
        N_("x after the call"),
        (
            N_("The caller goes on to use x after your function. Which numbers are in it then?"),
            N_("An array that is passed to a function is not copied. A change inside is seen outside."),
            N_("Either change a copy, or put the old number back before the next entry has its turn."),
            N_("Print x before and after the call. Both lines must be equal."),
        ),
    ),
    "accuracy": PartText(
        N_("six right digits"),
        (
            N_("How large is h, and on which sides of x is f called?"),
            N_("The error of a forward difference shrinks with h, the error of a central one with h²."),
            N_(
                "A large h sees the curvature of f, a tiny one only rounding errors: f has 16 digits, and the "
                "difference loses most of them."
            ),
            N_("With h = 10⁻⁵ a central difference is off by about 10⁻¹⁰. Compare h = 10⁻¹, 10⁻⁵ and 10⁻¹²."),
        ),
    ),
    "accepted": PartText(
        N_("right gradients are accepted"),
        (
            N_("Two floating-point numbers are rarely equal. When do two gradients agree?"),
            N_("They agree if their difference is small: smaller than the error of a difference quotient explains."),
            N_("A right gradient may be 0. Then the sum of both is 0, and dividing by it gives no number."),
            N_("Try f(x) = x₁·x₂ at (0, 0). Its gradient is (0, 0), and agrees must return True."),
        ),
    ),
    "refused": PartText(
        N_("wrong gradients are found"),
        (
            N_("A bug often hits a single entry. Does your comparison look at each of them?"),
            N_("Differences with opposite signs cancel in a sum or a mean. Take absolute values first."),
            N_("Look at the largest difference of all entries, or at a norm. A right one is off by 10⁻⁶ or less."),
            N_("Change one entry of a right gradient by 5 %. agrees must return False."),
        ),
    ),
    "scale": PartText(
        N_("gradients of 10⁻⁶ and of 10⁶"),
        (
            N_("A difference of 0.001: is that much? What does it depend on?"),
            N_("The relative error is the difference, divided by the size of the gradients themselves."),
            N_(
                "Divide the largest difference by the largest entry of both gradients, and compare that with a fixed "
                "limit such as 10⁻⁴. Remember that both gradients may be 0."
            ),
            N_("If f is multiplied by 1,000,000, both gradients are, too. The answer of agrees must stay the same."),
        ),
    ),
}
