"""Rules and texts of the standard functions along an axis: variance, standard deviation, norm, log-sum-exp, log-softmax.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, z output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.ops import broadcast_like, exp, log, sum_axis, transpose
from tutor.engine.operation import Mistake, Operation
from tutor.engine.operations import stable
from tutor.engine.standard_function import StandardFunction
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.algebra.ops import Value
    from tutor.engine.standard_function import Form


@dataclass(frozen=True)
class _Lines:
    """The lines of a value that are reduced: all of it, its columns or its rows."""

    axis: int | None
    is_dropped: bool
    count: int

    def spread(self, g: Value, x: Value) -> Value:
        """Return a number for each line, such as an upstream, in every cell of its line."""
        return broadcast_like(transpose(g) if self.is_dropped and self.axis == 1 else g, x)

    def totals(self, x: Value) -> Value:
        """Return the sum of each line, in every cell of the line."""
        return broadcast_like(sum_axis(x, self.axis), x)

    def deviations(self, x: Value) -> Value:
        """Return each cell minus the mean of its line."""
        return x - self.totals(x) / self.count

    def softmax(self, x: Value) -> Value:
        """Return e^x divided by the sum of its line."""
        if self.axis == 1 or (self.axis is None and ops.num_rows(x) == 1):
            return ops.softmax(x)
        if isinstance(x, MatrixExpr) or ops.is_exact(x):
            powers = exp(x)
            return powers / sum_axis(powers, self.axis)
        powers = exp(x - self.largest(x))
        return powers / self.totals(powers)

    def largest(self, x: Value) -> Value:
        """Return the largest float of each line, with the axes of `x`."""
        return x.max(axis=(-2, -1) if self.axis is None else self.axis - 2, keepdims=True)

    def without_axis(self, lines: Value) -> Value:
        """Return floats, one for each line, with the axes that the result has."""
        if self.axis is None:
            return lines[..., 0, 0] if lines.ndim > 2 else float(lines[0, 0])
        return transpose(lines) if self.is_dropped and self.axis == 1 else lines


def _lines(form: Form) -> _Lines:
    return _Lines(form.axis, form.is_dropped, form.count)


def variance(form: Form) -> Operation:
    """Return the declaration of the variance, the mean of the squared deviations."""
    return _variance(form, _lines(form).count, N_("variance"))


def unbiased_variance(form: Form) -> Operation:
    """Return the declaration of the variance that divides by one less than the number of cells."""
    return _variance(form, _lines(form).count - 1, N_("variance, over n − 1"))


def _variance(form: Form, divisor: int, title: str) -> Operation:
    lines = _lines(form)

    def vjp(g: Value, z: Value, x: Value) -> Value:
        return lines.spread(g, x) * 2 / divisor * lines.deviations(x)

    return Operation(
        id="var",
        symbol="var",
        title=title,
        forward=lambda x: lines.without_axis(_kept(lines, lines.deviations(x) ** 2) / divisor),
        vjp=(vjp,),
        rule=(
            N_("{node} sends each cell x the upstream times 2·(x − mean), divided by the same number as the variance."),
        ),
        confirmation=(N_("the upstream times 2·(x − mean), over the variance's divisor"),),
        question=(
            N_(
                "{node} adds up the squared deviations from the mean, then divides. When one cell changes, "
                "which deviations change?"
            ),
        ),
        why=N_(
            "When one cell changes, its own squared deviation changes at the rate of twice that "
            "deviation. The mean changes too, and with it every deviation, but the effects of that add "
            "up to 0. What remains is 2·(x − mean), divided as in the variance."
        ),
        mistakes=(
            Mistake(
                "no-mean",
                N_("mean left out"),
                lambda e: lines.spread(e.g, e.x) * 2 / divisor * e.x,
                N_(
                    "The factor 2 and the division are right. What does the variance subtract from each "
                    "cell before squaring?"
                ),
                asks=N_("Did you use the cells instead of their deviations from the mean?"),
            ),
            Mistake(
                "no-two",
                N_("factor 2 left out"),
                lambda e: lines.spread(e.g, e.x) / divisor * lines.deviations(e.x),
                N_(
                    "The deviations and the division are right. What happens to the exponent 2 when you "
                    "differentiate a square?"
                ),
                asks=N_("Did you leave out the factor 2?"),
            ),
            Mistake(
                "sum-for-mean",
                N_("sum instead of mean"),
                lambda e: lines.spread(e.g, e.x) * 2 * lines.deviations(e.x),
                N_("That would be right for a sum of squares. Which number does the variance divide by?"),
                asks=N_("Did you leave out the division?"),
            ),
            Mistake(
                "other-divisor",
                N_("n and n − 1 mixed up"),
                lambda e: lines.spread(e.g, e.x) * 2 / _other(lines.count, divisor) * lines.deviations(e.x),
                N_("Everything but the divisor is right. Does this variance divide by n or by n − 1?"),
                asks=N_("Did you mix up n and n − 1?"),
            ),
        ),
    )


def _other(count: int, divisor: int) -> int:
    """Return n for n − 1, and n − 1 for n. Raises `ValueError` for a divisor of 0."""
    if count == 1:
        raise ValueError(count)
    return count if divisor != count else count - 1


def _kept(lines: _Lines, x: Value) -> Value:
    """Return the sum of each line of floats, with both axes."""
    return x.sum(axis=(-2, -1) if lines.axis is None else lines.axis - 2, keepdims=True)


def standard_deviation(form: Form) -> Operation:
    """Return the declaration of the square root of the variance."""
    return _standard_deviation(form, _lines(form).count, N_("standard deviation"))


def unbiased_deviation(form: Form) -> Operation:
    """Return the declaration of the square root of the variance over n − 1."""
    return _standard_deviation(form, _lines(form).count - 1, N_("standard deviation, over n − 1"))


def _standard_deviation(form: Form, divisor: int, title: str) -> Operation:
    lines = _lines(form)
    if divisor == lines.count:
        rule = N_("{node} sends each cell x the upstream times (x − mean), divided by n times the output.")
    else:
        rule = N_("{node} sends each cell x the upstream times (x − mean), divided by (n − 1) times the output.")

    def vjp(g: Value, z: Value, x: Value) -> Value:
        return lines.spread(g, x) * lines.deviations(x) / (divisor * lines.spread(z, x))

    return Operation(
        id="std",
        symbol="std",
        title=title,
        forward=lambda x: lines.without_axis((_kept(lines, lines.deviations(x) ** 2) / divisor) ** 0.5),
        vjp=(vjp,),
        rule=(rule,),
        confirmation=(N_("the upstream times (x − mean), over the divisor times the output"),),
        question=(N_("{node} is the square root of a variance. Which two derivatives do you have to multiply?"),),
        why=N_(
            "At each cell, the derivative of the variance v is 2·(x − mean) over n or n − 1. The "
            "derivative of √v is 1/(2·√v), and √v is the output. In their product, the two factors 2 "
            "cancel."
        ),
        mistakes=(
            Mistake(
                "variance",
                N_("square root left out"),
                lambda e: lines.spread(e.g, e.x) * 2 / divisor * lines.deviations(e.x),
                N_(
                    "That would be right for the variance. {node} is its square root: what is the "
                    "derivative of a square root?"
                ),
                asks=N_("Did you differentiate the variance instead of its square root?"),
            ),
            Mistake(
                "no-count",
                N_("factor 1/n missing"),
                lambda e: lines.spread(e.g, e.x) * lines.deviations(e.x) / lines.spread(e.z, e.x),
                N_("The deviations and the output are right. Which number does the variance divide by?"),
                asks=N_("Did you leave out the division?"),
            ),
        ),
    )


def norm(form: Form) -> Operation:
    """Return the declaration of the root of the sum of squares."""
    lines = _lines(form)

    def vjp(g: Value, z: Value, x: Value) -> Value:
        return lines.spread(g, x) * x / lines.spread(z, x)

    def forward(x: Value) -> Value:
        # Squares of large floats overflow.
        largest = ops.maximum(abs(x).max(), 1e-300)
        return lines.without_axis(_kept(lines, (x / largest) ** 2) ** 0.5 * largest)

    return Operation(
        id="norm",
        symbol="norm",
        title=N_("norm"),
        forward=forward,
        vjp=(vjp,),
        rule=(N_("{node} sends each cell x the upstream times x, divided by the norm."),),
        confirmation=(N_("the upstream times x over the norm"),),
        question=(
            N_(
                "{node} is the length of a vector. In which direction do you move the vector so that its "
                "length grows fastest?"
            ),
        ),
        why=N_(
            "The square of the norm is a sum of squares, so its derivative is 2x at each cell. The "
            "derivative of the square root is 1/(2·norm). The product is x/norm, a vector of length 1 "
            "in the direction of x."
        ),
        mistakes=(
            Mistake(
                "squared-norm",
                N_("square root left out"),
                lambda e: lines.spread(e.g, e.x) * e.x * 2,
                N_(
                    "That would be right for the sum of the squares. {node} is its square root: what "
                    "is the derivative of a square root?"
                ),
                asks=N_("Did you differentiate the sum of squares instead of its square root?"),
            ),
            Mistake(
                "two-left",
                N_("extra factor 2"),
                lambda e: lines.spread(e.g, e.x) * e.x * 2 / lines.spread(e.z, e.x),
                N_(
                    "x over the norm is right. The square gives a factor 2: which factor does the "
                    "derivative of the square root give?"
                ),
                asks=N_("Did you leave out the 1/2 of the square root?"),
            ),
            Mistake(
                "by-square",
                N_("divided by the squared norm"),
                lambda e: lines.spread(e.g, e.x) * e.x / lines.spread(e.z, e.x) ** 2,
                N_("Multiplying by x is right. Do you divide by the norm or by its square?"),
                asks=N_("Did you divide by the square of the norm?"),
            ),
        ),
    )


def log_sum_exp(form: Form) -> Operation:
    """Return the declaration of log Σ eˣ, without overflow for floats."""
    lines = _lines(form)

    def forward(x: Value) -> Value:
        largest = lines.largest(x)
        return lines.without_axis(largest + log(_kept(lines, exp(x - largest))))

    return Operation(
        id="logsumexp",
        symbol="logsumexp",
        title=N_("log-sum-exp"),
        forward=forward,
        vjp=(lambda g, z, x: lines.spread(g, x) * lines.softmax(x),),
        rule=(N_("{node} sends each cell x the upstream times its softmax, e^x divided by the sum of all e^x."),),
        confirmation=(N_("the upstream times the softmax of the cells"),),
        question=(
            N_(
                "{node} is a smooth maximum. When one cell is far above the others, which cell has the "
                "largest effect on the output?"
            ),
        ),
        why=N_(
            "The derivative of the logarithm is 1/(sum of all e^x). The derivative of that sum at each "
            "cell is e^x. The product is the softmax, so the local derivatives are positive and add up "
            "to 1."
        ),
        mistakes=(
            Mistake(
                "no-exp",
                N_("derivative of exp left out"),
                lambda e: lines.spread(e.g, e.x) / lines.totals(exp(e.x)),
                N_(
                    "1 over the sum is the derivative of the logarithm. What is the derivative of the sum "
                    "with respect to one cell?"
                ),
                asks=N_("Did you stop at 1 over the sum?"),
            ),
            Mistake(
                "not-normalized",
                N_("not divided by the sum"),
                lambda e: lines.spread(e.g, e.x) * exp(e.x),
                N_(
                    "e^x is the derivative of the sum, and you need it. What is the derivative of the "
                    "logarithm at that sum?"
                ),
                asks=N_("Did you leave out the derivative of the logarithm?"),
            ),
            Mistake(
                "evenly",
                N_("same value for all cells"),
                lambda e: lines.spread(e.g, e.x) / lines.count,
                N_(
                    "That treats all cells alike, as a mean does. Does the largest cell affect the output "
                    "as little as the smallest?"
                ),
                asks=N_("Did you divide the upstream gradient by the number of cells?"),
            ),
        ),
    )


def log_softmax(form: Form) -> Operation:
    """Return the declaration of x − log Σ eˣ, along the rows or the columns."""
    is_columns = form.axis == 0

    if is_columns:
        rule = N_("{node} sends each cell its upstream minus its softmax times the sum of its column's upstreams.")
        confirmation = N_("upstream − softmax · (sum of the column's upstreams)")
    else:
        rule = N_("{node} sends each cell its upstream minus its softmax times the sum of its row's upstreams.")
        confirmation = N_("upstream − softmax · (sum of the row's upstreams)")

    def upright(x: Value) -> Value:
        return transpose(x) if is_columns else x

    def vjp(g: Value, z: Value, x: Value) -> Value:
        turned = upright(g)
        return upright(turned - ops.softmax(upright(x)) * sum_axis(turned, 1))

    def stable_vjp(g: Value, z: Value, x: Value) -> Value:
        return upright(stable.weighted_differences(ops.softmax(upright(x)), upright(broadcast_like(g, x))))

    def probabilities(x: Value) -> Value:
        return upright(ops.softmax(upright(x)))

    return Operation(
        id="log_softmax",
        symbol="log_softmax",
        title=N_("log-softmax"),
        forward=lambda x: upright(stable.log_softmax(x, upright(x))),
        vjp=(vjp,),
        stable=(stable_vjp,),
        rule=(rule,),
        confirmation=(confirmation,),
        question=(
            N_(
                "{node} subtracts the same number, the log of the sum of all e^x, from a whole row or "
                "column. When one x changes, which outputs change?"
            ),
        ),
        why=N_(
            "Each output is its own x minus the log-sum-exp of its row or column. Through x itself, "
            "the upstream comes back unchanged. The log-sum-exp is subtracted from every cell there, "
            "and its derivative with respect to x is the softmax."
        ),
        mistakes=(
            Mistake(
                "no-sum",
                N_("log-sum-exp treated as a constant"),
                lambda e: e.g,
                N_(
                    "That came back through x itself. The log-sum-exp that is subtracted depends on x too: "
                    "what is its derivative?"
                ),
                asks=N_("Did you pass the upstream gradient on unchanged?"),
            ),
            Mistake(
                "own-cell",
                N_("own output only"),
                lambda e: e.g - e.g * probabilities(e.x),
                N_(
                    "The effect on the cell's own output is right. Which other outputs does x change "
                    "through the log-sum-exp?"
                ),
                asks=N_("Did you use only the upstream gradient of the cell itself?"),
            ),
            Mistake(
                "softmax-rule",
                N_("rule of softmax"),
                lambda e: upright(_softmax_rule(ops.softmax(upright(e.x)), upright(e.g))),
                N_(
                    "That is the rule of softmax itself. {node} takes its logarithm as well: what does the "
                    "upstream become on the way back through that logarithm?"
                ),
                asks=N_("Did you use the rule of softmax without the logarithm?"),
            ),
        ),
    )


def _softmax_rule(p: Value, g: Value) -> Value:
    return p * (g - sum_axis(p * g, 1))


def _over_axis(text: str, name: str, declare: Callable[[Form], Operation] | None) -> StandardFunction:
    return StandardFunction(name, ("X",), text, matrix_text=text, has_axis=True, declare=declare)


TABLE: tuple[StandardFunction, ...] = (
    _over_axis("log(sum(exp(X){axis}))", "logsumexp", log_sum_exp),
    _over_axis("sqrt(sum(X^2{axis}))", "norm", norm),
    _over_axis("sum(abs(X){axis})", "norm_1", None),
    _over_axis("max(abs(X){kept})", "norm_inf", None),
    # As in NumPy, the mean of the squares, not divided by n − 1.
    _over_axis("d = X - mean(X{axis}); mean(d^2{axis})", "var", variance),
    _over_axis("d = X - mean(X{axis}); sqrt(mean(d^2{axis}))", "std", standard_deviation),
    # As PyTorch's own default, over n − 1.
    _over_axis("d = X - mean(X{axis}); sum(d^2{axis}) / {one_less}", "var_unbiased", unbiased_variance),
    _over_axis("d = X - mean(X{axis}); sqrt(sum(d^2{axis}) / {one_less})", "std_unbiased", unbiased_deviation),
    # log and softmax together lose no digits.
    StandardFunction(
        "log_softmax",
        ("X",),
        "log(softmax(X))",
        matrix_text="log(softmax(X))",
        column_text="X - logsumexp(X, 0)",
        has_axis=True,
        keeps_shape=True,
        declare=log_softmax,
    ),
)
