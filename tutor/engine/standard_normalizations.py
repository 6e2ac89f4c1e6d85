"""Normalizations as standard functions: by rows, by columns, by the root mean square, with an optional gain and bias.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, z output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr, equals_number
from tutor.algebra.ops import broadcast_like, is_vector_shape, sqrt, sum_axis
from tutor.algebra.parser import parse_value
from tutor.engine.operation import EdgeContext, Mistake, Operation
from tutor.engine.standard_function import Form, StandardFunction, computed_by_parts
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Shape, Value

_SIZES = N_("The gain and the bias of {name} need one entry for each column, {columns} here.")
_BY_COLUMNS = N_(
    "{name} normalises columns, so it needs a matrix with one row per example. For a single row, use layer_norm."
)
_ORDER = N_("Write {name} as {form}. A single number after X is epsilon.")


@dataclass(frozen=True)
class Normalization(StandardFunction):
    """`name(X, g, b, epsilon)`: the text's value n, times a gain g, plus a bias b. A single number after X is epsilon.

    A gain of 1 and a bias of 0 count as left out, and so does an epsilon of 0 if that is the default.
    """

    is_by_columns: bool = False

    def complete(
        self, operands: tuple[Shape | Expr, ...], shapes: Sequence[Shape], offset: int
    ) -> tuple[Shape | Expr, ...]:
        """Return all operands: X, the gain, the bias if there can be one, epsilon."""
        defaults = tuple(map(parse_value, self.defaults))
        if len(operands) == 2 and shapes[1] is None:
            return (operands[0], *defaults[:-1], operands[1])
        if len(operands) == len(self.inputs) - 1 and isinstance(operands[-1], Expr) and shapes[-1] is None:
            # A number after the gain is epsilon too: a bias has an entry for each column.
            return (*operands[:-1], *defaults[len(operands) - 2 : -1], operands[-1])
        return (*operands, *defaults[len(operands) - 1 :])

    def arrange(
        self, form: Form, operands: tuple[Shape | Expr, ...], offset: int
    ) -> tuple[str, tuple[str, ...], tuple[Shape | Expr, ...]]:
        """Return the text without what is left out, and its inputs."""
        shape = form.shapes[0]
        if self.is_by_columns and (shape is None or is_vector_shape(shape)):
            raise AlgebraError(message(_BY_COLUMNS, name=self.name), offset, len(self.name))
        given = dict(zip(self.inputs, operands, strict=True))
        neutral = dict(zip(self.inputs[1:-1], (1, 0), strict=False))
        left_out = {name for name, value in neutral.items() if _equals(given[name], value)}
        for name, each in zip(self.inputs[1:-1], form.shapes[1:], strict=False):
            self._check_parameter(name not in left_out, each, shape, offset)
        if form.shapes[-1] is not None:
            raise AlgebraError(message(_ORDER, name=self.name, form=self._signature), offset, len(self.name))
        if self.defaults[-1] == "0" and _equals(given["epsilon"], 0):
            left_out.add("epsilon")
        text = self.matrix_text.replace(" + epsilon" if "epsilon" in left_out else "\0", "")
        whole = "n" if "g" in left_out else "n * g"
        whole += " + b" if "b" in neutral and "b" not in left_out else ""
        head, _, last = text.rpartition("; ")
        text = text if whole == "n" else f"{head}; n = {last}; {whole}" if head else f"n = {last}; {whole}"
        kept = [name for name in self.inputs if name not in left_out]
        return text, tuple(kept), tuple(given[name] for name in kept)

    @property
    def _signature(self) -> str:
        return f"{self.name}({', '.join(self.inputs)})"

    def _check_parameter(self, is_given: bool, parameter: Shape, shape: Shape, offset: int) -> None:
        """Check the shape of a gain or a bias. Raises `AlgebraError`."""
        if not is_given:
            return
        columns = shape[1] if shape else 1
        if parameter is None:
            raise AlgebraError(message(_ORDER, name=self.name, form=self._signature), offset, len(self.name))
        if tuple(parameter) != (1, columns):
            raise AlgebraError(message(_SIZES, name=self.name, columns=columns), offset, len(self.name))


def _equals(operand: Shape | Expr, value: int) -> bool:
    return isinstance(operand, Expr) and equals_number(operand, value)


# --- rules in words --------------------------------------------------------------------------------------------

_RULE_CENTERED = N_(
    "Let n be the normalised values and u their upstreams. {node} subtracts from u its mean and n "
    "times the mean of u·n, then divides by the standard deviation."
)
_RULE_ROOT_MEAN_SQUARE = N_(
    "Let n be the normalised values and u their upstreams. {node} subtracts from u n times the mean of "
    "u·n, then divides by the root mean square."
)
_RULE_GAIN = N_("The gain gets the upstreams times the normalised values, added up over all rows.")
_RULE_BIAS = N_("The bias gets the upstreams, added up over all rows.")
_QUESTION = N_(
    "{node} divides by a number that depends on all the cells it normalises together. When one of "
    "these cells changes, which outputs change?"
)
_QUESTION_GAIN = N_(
    "The gain multiplies every row. How often is each of its entries used, and what is it multiplied by?"
)
_QUESTION_BIAS = N_("The bias is added to every row. How often is each of its entries used?")
_WHY_CENTERED = N_(
    "If the mean and the standard deviation were constants, each cell would get its upstream divided "
    "by the standard deviation. But raising a cell raises the mean, which lowers all the outputs, so "
    "you subtract the mean of the upstreams. It also changes the standard deviation, which rescales "
    "all the outputs, so you subtract a multiple of the normalised values."
)
_WHY_ROOT_MEAN_SQUARE = N_(
    "If the root mean square were a constant, each cell would get its upstream divided by it. But "
    "changing a cell changes the root mean square, which rescales all the outputs. So you subtract a "
    "multiple of the normalised values."
)


@dataclass(frozen=True)
class _Lines:
    """The lines that are normalized, as the mistakes see them."""

    form: Form
    axis: int
    is_centered: bool

    def operand(self, e: EdgeContext, name: str) -> Value:
        """Return the operand of this name; None if it is left out."""
        return e.operands[self.form.inputs.index(name)] if name in self.form.inputs else None

    def mean(self, x: Value) -> Value:
        """Return the mean of each line."""
        return sum_axis(x, self.axis) / x.shape[self.axis - 2]

    def size(self, e: EdgeContext) -> Value:
        """Return what each line is divided by."""
        centered = e.x - self.mean(e.x) if self.is_centered else e.x
        epsilon = self.operand(e, "epsilon")
        squares = self.mean(centered**2)
        return sqrt(squares if epsilon is None else squares + epsilon)

    def upstream(self, e: EdgeContext) -> Value:
        """Return the upstream of the normalized values."""
        gain = self.operand(e, "g")
        return e.g if gain is None else e.g * gain


def _declared(form: Form, title: str, symbol: str, axis: int, is_centered: bool) -> Operation:
    lines = _Lines(form, axis, is_centered)
    rules = {"X": _RULE_CENTERED if is_centered else _RULE_ROOT_MEAN_SQUARE, "g": _RULE_GAIN, "b": _RULE_BIAS}
    questions = {"X": _QUESTION, "g": _QUESTION_GAIN, "b": _QUESTION_BIAS}
    mistakes = [
        Mistake(
            "fixed-size",
            N_("mean and deviation treated as constants")
            if is_centered
            else N_("root mean square treated as a constant"),
            lambda e: lines.upstream(e) / lines.size(e),
            N_(
                "That would be right if {node} only divided by a constant. Which numbers in {node} "
                "depend on all of these cells?"
            ),
            slots=(0,),
            asks=N_("Did you only divide the upstream gradient?"),
        ),
    ]
    if is_centered:
        mistakes.append(
            Mistake(
                "fixed-deviation",
                N_("deviation treated as a constant"),
                lambda e: (lines.upstream(e) - lines.mean(lines.upstream(e))) / lines.size(e),
                N_("The mean is accounted for. Which other statistic depends on every cell?"),
                slots=(0,),
                asks=N_("Did you treat the standard deviation as a constant?"),
            )
        )
    if "g" in form.inputs:
        mistakes.append(
            Mistake(
                "no-gain",
                N_("gain left out"),
                lambda e: _normalized_gradient(lines, e, e.g),
                N_("The normalisation is right. What does {node} multiply the normalised values by?"),
                slots=(0,),
                asks=N_("Did you leave out the gain?"),
            )
        )
    return Operation(
        id=symbol,
        symbol=symbol,
        title=title,
        forward=computed_by_parts,
        rule=tuple(rules.get(name, "") for name in form.inputs),
        question=tuple(questions.get(name, "") for name in form.inputs),
        why=_WHY_CENTERED if is_centered else _WHY_ROOT_MEAN_SQUARE,
        mistakes=tuple(mistakes),
    )


def _normalized_gradient(lines: _Lines, e: EdgeContext, g: Value) -> Value:
    """Return the gradient of the cells if `g` is the upstream of the normalized values."""
    size = lines.size(e)
    normalized = (e.x - lines.mean(e.x) if lines.is_centered else e.x) / size
    g = broadcast_like(g, e.x)
    passed = g - normalized * lines.mean(g * normalized)
    return (passed - lines.mean(g) if lines.is_centered else passed) / size


_STANDARDIZED = "d = X - mean(X{axis}); d / sqrt(mean(d^2{axis}) + epsilon)"
TABLE: tuple[StandardFunction, ...] = (
    Normalization(
        "layer_norm",
        ("X", "g", "b", "epsilon"),
        "d = X - mean(X); d / sqrt(mean(d^2) + 0.00001)",
        matrix_text=_STANDARDIZED.replace("{axis}", "{across}"),
        defaults=("1", "0", "0.00001"),
        declare=lambda form: _declared(form, N_("layer normalisation"), "layer_norm", 1, True),
    ),
    Normalization(
        "batch_norm",
        ("X", "g", "b", "epsilon"),
        "d = X - mean(X); d / sqrt(mean(d^2) + 0.00001)",
        matrix_text=_STANDARDIZED.replace("{axis}", ", 0"),
        defaults=("1", "0", "0.00001"),
        is_by_columns=True,
        declare=lambda form: _declared(form, N_("batch normalisation"), "batch_norm", 0, True),
    ),
    Normalization(
        "rms_norm",
        ("X", "g", "epsilon"),
        "X / sqrt(mean(X^2))",
        matrix_text="X / sqrt(mean(X^2{across}) + epsilon)",
        defaults=("1", "0"),
        declare=lambda form: _declared(form, N_("root mean square normalisation"), "rms_norm", 1, False),
    ),
    StandardFunction(
        "normalize",
        ("X",),
        "X / norm(X)",
        matrix_text="X / norm(X{across})",
    ),
)
