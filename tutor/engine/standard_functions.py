"""Standard functions that are written in the graph language: `leaky_relu`, `var`, `layer_norm` and the like.

Each is one node that unfolds, and its gradient rule is the backward pass over its body. A graph may use their names for
something else: they are functions only directly before a bracket, and a custom function with such a name comes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr, Grid, Num
from tutor.algebra.parser import parse_value
from tutor.engine.composite import composite_operation
from tutor.engine.function_definition import FunctionDefinition, format_constant
from tutor.engine.graph import CompositeOperation
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Shape
    from tutor.engine.builder import CustomFunction
    from tutor.engine.operation import Operation

#: Drawn behind the name: an axis of 0 goes down the columns, 1 along the rows.
_AXIS_ARROWS = ("↓", "→")


class _Call(NamedTuple):
    """A call with its definition, and all of its operands with those left out."""

    definition: FunctionDefinition
    operands: tuple[Shape | Expr, ...]
    symbol: str


@dataclass(frozen=True)
class StandardFunction:
    """`name(inputs…)`, defined by `text`, or by `matrix_text` if an operand is a matrix.

    The last inputs may be left out if they have `defaults`. With `axis_texts` an axis may follow the inputs: 0 leaves a
    row of the columns, 1 a column of the rows.
    """

    name: str
    inputs: tuple[str, ...]
    text: str
    matrix_text: str = ""
    axis_texts: tuple[str, str] | None = None
    defaults: tuple[str, ...] = ()
    _definitions: dict[str, FunctionDefinition] = field(default_factory=dict, repr=False, compare=False)

    is_redefinable: ClassVar[bool] = True

    @property
    def min_operands(self) -> int:
        """The least number of operands, without those that have defaults."""
        return len(self.inputs) - len(self.defaults)

    @property
    def max_operands(self) -> int:
        """The greatest number of operands, with an axis if there can be one."""
        return len(self.inputs) + (self.axis_texts is not None)

    @property
    def num_nodes(self) -> int:
        """The number of nodes inside."""
        return self._definition(self.text).num_nodes

    @property
    def operation_without_shapes(self) -> Operation:
        """The operation for numbers."""
        return self._definition(self.text).operation_without_shapes

    def operation_for(self, arguments: Sequence[Shape | Expr], offset: int) -> Operation:
        """Return the operation for operands of these shapes. Raises `AlgebraError` at `offset` if they do not fit."""
        call = self._resolve(arguments, offset)
        operation = call.definition.operation_for(call.operands, offset)
        assert isinstance(operation, CompositeOperation)
        return composite_operation(self.name, operation.body, symbol=call.symbol)

    def evaluate_constant(self, args: Sequence[Expr], offset: int) -> Expr:
        """Return the value for constants, as a constant. Raises `AlgebraError` at `offset`."""
        definition, operands, _ = self._resolve(args, offset)
        return definition.evaluate_constant([each for each in operands if isinstance(each, Expr)], offset)

    def expand(self, args: Sequence[Expr]) -> Expr:
        """Return the function as one formula of `args`."""
        definition, operands, _ = self._resolve(args, 0)
        return definition.expand([each for each in operands if isinstance(each, Expr)])

    def _resolve(self, arguments: Sequence[Shape | Expr], offset: int) -> _Call:
        """Return the definition for these arguments, which may end in an axis."""
        operands, axis = tuple(arguments), None
        if len(operands) > len(self.inputs):
            *others, last = operands
            operands, axis = tuple(others), self._axis(last, offset)
        text = self.text
        if axis is not None and self.axis_texts:
            text = self.axis_texts[axis]
        elif self.matrix_text and any(isinstance(each, tuple | Grid) for each in operands):
            text = self.matrix_text
        symbol = self.name if axis is None else f"{self.name}{_AXIS_ARROWS[axis]}"
        if any(isinstance(each, Expr) for each in operands):
            written = (format_constant(each) if isinstance(each, Expr) else "·" for each in operands)
            symbol = f"{symbol}({', '.join(written)})"
        left_out = len(self.inputs) - len(operands)
        defaults = map(parse_value, self.defaults[len(self.defaults) - left_out :]) if left_out else ()
        return _Call(self._definition(text), (*operands, *defaults), symbol)

    def _axis(self, axis: Shape | Expr, offset: int) -> int:
        if isinstance(axis, Num) and axis.value in (0, 1):
            return axis.value.numerator
        text = N_("Write {name}(X, 0) for a row of the columns, {name}(X, 1) for a column of the rows.")
        raise AlgebraError(message(text, name=self.name), offset, len(self.name))

    def _definition(self, text: str) -> FunctionDefinition:
        if text not in self._definitions:
            self._definitions[text] = FunctionDefinition(self.name, self.inputs, text)
        return self._definitions[text]


def _over_axes(text: str) -> tuple[str, str]:
    """Return a text with the axis 0 and with the axis 1 in place of `{axis}`."""
    return text.replace("{axis}", "0"), text.replace("{axis}", "1")


_TABLE = (
    # At 0 the slopes are those of the left side, as in PyTorch.
    StandardFunction("leaky_relu", ("x", "a"), "a * x + (1 - a) * relu(x)", defaults=("0.01",)),
    StandardFunction("elu", ("x", "a"), "p = relu(x); p + a * (exp(x - p) - 1)", defaults=("1",)),
    StandardFunction("swish", ("x",), "x * sigmoid(x)"),
    StandardFunction("mish", ("x",), "x * tanh(softplus(x))"),
    StandardFunction("hardtanh", ("x",), "min(max(x, -1), 1)"),
    StandardFunction("clip", ("x", "low", "high"), "min(max(x, low), high)"),
    StandardFunction("clamp", ("x", "low", "high"), "min(max(x, low), high)"),
    # Numbers have no mean; of a matrix all cells are averaged, as in PyTorch.
    StandardFunction(
        "huber",
        ("y", "t", "d"),
        "u = abs(y - t); m = min(u, d); m * (u - m / 2)",
        matrix_text="u = abs(y - t); m = min(u, d); mean(m * (u - m / 2))",
        defaults=("1",),
    ),
    StandardFunction("mae", ("y", "t"), "abs(y - t)", matrix_text="mean(abs(y - t))"),
    StandardFunction(
        "binary_cross_entropy",
        ("p", "t"),
        "-(t * log(p) + (1 - t) * log(1 - p))",
        matrix_text="-mean(t * log(p) + (1 - t) * log(1 - p))",
    ),
    # softplus(a) − t·a is the same as the above at p = σ(a), and doesn't overflow.
    StandardFunction(
        "binary_cross_entropy_with_logits",
        ("a", "t"),
        "softplus(a) - t * a",
        matrix_text="mean(softplus(a) - t * a)",
    ),
    StandardFunction("cross_entropy_with_logits", ("A", "T"), "cross_entropy(softmax(A), T)"),
    StandardFunction("kl_div", ("p", "q"), "p * log(p / q)", matrix_text="sum(p * log(p / q))"),
    # log and softmax together lose no digits.
    StandardFunction("log_softmax", ("X",), "log(softmax(X))"),
    StandardFunction("logsumexp", ("X",), "log(sum(exp(X)))", axis_texts=_over_axes("log(sum(exp(X), {axis}))")),
    StandardFunction("norm", ("X",), "sqrt(sum(X^2))", axis_texts=_over_axes("sqrt(sum(X^2, {axis}))")),
    # As in NumPy, the mean of the squares, not divided by n − 1.
    StandardFunction(
        "var",
        ("X",),
        "d = X - mean(X); mean(d^2)",
        axis_texts=_over_axes("d = X - mean(X, {axis}); mean(d^2, {axis})"),
    ),
    StandardFunction(
        "std",
        ("X",),
        "d = X - mean(X); sqrt(mean(d^2))",
        axis_texts=_over_axes("d = X - mean(X, {axis}); sqrt(mean(d^2, {axis}))"),
    ),
    StandardFunction(
        "layer_norm",
        ("X", "epsilon"),
        "d = X - mean(X, 1); d / sqrt(mean(d^2, 1) + epsilon)",
        defaults=("0.00001",),
    ),
    StandardFunction(
        "batch_norm",
        ("X", "epsilon"),
        "d = X - mean(X, 0); d / sqrt(mean(d^2, 0) + epsilon)",
        defaults=("0.00001",),
    ),
    StandardFunction("rms_norm", ("X",), "X / sqrt(mean(X^2, 1))"),
)
#: All standard functions by their names.
STANDARD_FUNCTIONS: Mapping[str, StandardFunction] = {function.name: function for function in _TABLE}


def with_standard_functions(definitions: Mapping[str, CustomFunction] | None = None) -> Mapping[str, CustomFunction]:
    """Return the standard functions, and custom ones, which replace those of the same name."""
    return {**STANDARD_FUNCTIONS, **(definitions or {})}
