"""A standard function: which text defines a call, and rules and texts of its own beside those that follow from the text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from tutor.algebra import ops
from tutor.algebra.array_function import resolve_axis
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import Evaluator
from tutor.algebra.expr import Apply, Expr, as_whole, free_names, number
from tutor.algebra.ops import is_vector_shape
from tutor.algebra.parser import parse_value
from tutor.engine.composite import composite_operation
from tutor.engine.function_definition import FunctionDefinition, format_constant
from tutor.engine.graph import CompositeOperation
from tutor.engine.operation import Operation, absorb_constants
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.algebra.parser import Equation
    from tutor.engine.builder import CustomFunction

#: Drawn behind the name: an axis of 0 goes down the columns, 1 along the rows.
_AXIS_ARROWS = ("↓", "→")
#: All standard functions by their names, which their texts may use; `standard_functions` fills it.
REGISTRY: dict[str, CustomFunction] = {}


@dataclass(frozen=True)
class Form:
    """What the text of a call depends on."""

    shapes: tuple[Shape, ...]
    """of all operands"""
    axis: int | None = None
    """None for the whole value"""
    is_dropped: bool = False
    """whether the axis is dropped, as NumPy does without `keepdims`"""
    inputs: tuple[str, ...] = ()
    """the inputs that belong to the operands"""

    @property
    def fields(self) -> Mapping[str, object]:
        """The values of the placeholders in a text."""
        rows, columns = self.shapes[0] or (1, 1)
        is_matrix = self.shapes[0] is not None and not is_vector_shape(self.shapes[0])
        return {
            # A vector is one row, but the mean of a row of a vector is a number.
            "across": ", 1" if is_matrix else "",
            "axis": "" if self.axis is None else f", {self.axis}",
            "kept": "" if self.axis is None else f", axis={self.axis}, keepdims=True",
            "rows": rows,
            "columns": columns,
            "one_less": self.count - 1,
        }

    @property
    def count(self) -> int:
        """The number of cells in each line of the first operand along the axis."""
        rows, columns = self.shapes[0] or (1, 1)
        return rows * columns if self.axis is None else (rows, columns)[self.axis]


class _Call(NamedTuple):
    """A call with its definition, and all of its operands with those left out."""

    definition: FunctionDefinition
    operands: tuple[Shape | Expr, ...]
    form: Form
    symbol: str


@dataclass(frozen=True)
class _Definition(FunctionDefinition):
    """A definition of which the last step may drop the axis of its sums and means."""

    is_dropped: bool = False

    @cached_property
    def equations(self) -> list[Equation]:
        """The equations of the text; the last one is the value."""
        *others, last = super().equations
        return [*others, replace(last, expr=_drop_axes(last.expr)) if self.is_dropped else last]


@dataclass(frozen=True)
class StandardFunction:
    """`name(inputs…)`, defined by `text`, or by `matrix_text` if an operand is a matrix or a vector.

    The last inputs may be left out if they have `defaults`. With `has_axis` an axis may follow the inputs: 0 leaves a
    row of the columns, 1 a column of the rows, and a 0 behind it drops the axis. Placeholders in the texts are those of
    `Form`.
    """

    name: str
    inputs: tuple[str, ...]
    text: str
    matrix_text: str = ""
    column_text: str = ""
    """the text along axis 0, if it isn't made with a placeholder"""
    has_axis: bool = False
    keeps_shape: bool = False
    """whether an axis is only a direction, and the result has the shape of the operand"""
    drops_axis: bool = False
    """whether the last step of the text drops the axis of its sums and means"""
    defaults: tuple[str, ...] = ()
    declare: Callable[[Form], Operation] | None = field(default=None, compare=False)
    """rules and texts of its own. Its forward computation is for floats"""
    _definitions: dict[tuple[str, tuple[str, ...], bool], _Definition] = field(
        default_factory=dict, repr=False, compare=False
    )

    is_redefinable: ClassVar[bool] = True

    @property
    def min_operands(self) -> int:
        """The least number of operands, without those that have defaults."""
        return len(self.inputs) - len(self.defaults)

    @property
    def max_operands(self) -> int:
        """The greatest number of operands, with an axis if there can be one."""
        return len(self.inputs) + (0 if not self.has_axis else 1 if self.keeps_shape else 2)

    @property
    def num_nodes(self) -> int:
        """The number of nodes inside."""
        return self._without_shapes.num_nodes

    @property
    def operation_without_shapes(self) -> Operation:
        """The operation for numbers."""
        return self._without_shapes.operation_without_shapes

    @property
    def _without_shapes(self) -> _Definition:
        return self._definition(self.text.format(**Form((None,)).fields), self.inputs)

    @cached_property
    def example(self) -> Operation | None:
        """The operation with its own rules and texts, for two rows of three numbers; None if it has none."""
        return self.declare(self.example_form) if self.declare else None

    @property
    def example_form(self) -> Form:
        """The form of the call that lists show: all inputs, and matrices of two rows."""
        return Form(((2, 3),) * len(self.inputs), inputs=self.inputs)

    def operation_for(self, arguments: Sequence[Shape | Expr], offset: int) -> Operation:
        """Return the operation for operands of these shapes. Raises `AlgebraError` at `offset` if they do not fit."""
        call = self._resolve(arguments, offset)
        operation = call.definition.operation_for(call.operands, offset)
        assert isinstance(operation, CompositeOperation)
        composite = composite_operation(self.name, operation.body, symbol=call.symbol)
        if self.declare is None:
            return composite
        constants = {slot: Evaluator({})(each) for slot, each in enumerate(call.operands) if isinstance(each, Expr)}
        declared = absorb_constants(self.declare(call.form), constants, len(call.operands))
        return _with_own_rules(composite, declared)

    def definition_for(
        self, arguments: Sequence[Shape | Expr], offset: int
    ) -> tuple[FunctionDefinition, tuple[Shape | Expr, ...]]:
        """Return the definition for operands of these shapes, and the operand for each of its inputs.

        Raises `AlgebraError` at `offset` if they do not fit.
        """
        call = self._resolve(arguments, offset)
        return call.definition, call.operands

    def evaluate_constant(self, args: Sequence[Expr], offset: int) -> Expr:
        """Return the value for constants, as a constant. Raises `AlgebraError` at `offset`."""
        call = self._resolve(args, offset)
        return call.definition.evaluate_constant([each for each in call.operands if isinstance(each, Expr)], offset)

    def expand(self, args: Sequence[Expr]) -> Expr:
        """Return the function as one formula of `args`."""
        call = self._resolve(args, 0)
        return call.definition.expand([each for each in call.operands if isinstance(each, Expr)])

    def _resolve(self, arguments: Sequence[Shape | Expr], offset: int) -> _Call:
        """Return the definition for these arguments, which may end in an axis."""
        given = tuple(arguments)
        operands, parameters = (given[:1], given[1:]) if self.has_axis else (given, ())
        shapes = tuple(map(self._shape_of, operands))
        axis = self._read_axis(parameters[0], shapes[0], offset, len(parameters) > 1) if parameters else None
        operands = self.complete(operands, shapes, offset)
        form = Form(tuple(map(self._shape_of, operands)), axis, len(parameters) > 1 and axis is not None)
        text, inputs, operands = self.arrange(form, operands, offset)
        symbol = self.name if axis is None else f"{self.name}{_AXIS_ARROWS[axis]}"
        shown = given if not self.has_axis else operands
        if any(isinstance(each, Expr) for each in shown):
            written = (format_constant(each) if isinstance(each, Expr) else "·" for each in shown)
            symbol = f"{symbol}({', '.join(written)})"
        form = replace(form, shapes=tuple(map(self._shape_of, operands)), inputs=inputs)
        definition = self._definition(text.format(**form.fields), inputs, form.is_dropped or self.drops_axis)
        return _Call(definition, operands, form, symbol)

    def complete(
        self, operands: tuple[Shape | Expr, ...], shapes: Sequence[Shape], offset: int
    ) -> tuple[Shape | Expr, ...]:
        """Return all operands, with defaults for those left out."""
        left_out = len(self.inputs) - len(operands)
        return (*operands, *(map(parse_value, self.defaults[len(self.defaults) - left_out :]) if left_out else ()))

    def arrange(
        self, form: Form, operands: tuple[Shape | Expr, ...], offset: int
    ) -> tuple[str, tuple[str, ...], tuple[Shape | Expr, ...]]:
        """Return the text, its inputs and their operands. Raises `AlgebraError` at `offset` if they do not fit."""
        if form.axis == 0 and self.column_text:
            return self.column_text, self.inputs, operands
        has_matrix = any(shape is not None for shape in form.shapes)
        return self.matrix_text if self.matrix_text and has_matrix else self.text, self.inputs, operands

    def _shape_of(self, argument: Shape | Expr) -> Shape:
        if not isinstance(argument, Expr):
            return argument
        # The names of the arguments of a formula are numbers.
        return None if free_names(argument) else ops.shape_of(Evaluator({})(argument))

    def _read_axis(self, argument: Shape | Expr, shape: Shape, offset: int, is_dropped: bool) -> int | None:
        """Return an axis of a value of this shape, None for that of a vector."""
        axis = as_whole(argument) if isinstance(argument, Expr) else None
        if is_vector_shape(shape) and axis in (0, -1):
            return None
        if is_dropped and axis is not None and is_vector_shape(shape):
            resolve_axis(int(axis), shape, offset, self.name)
        if axis in (0, 1):
            return int(axis)
        if axis in (-1, -2):
            return int(axis) + 2
        text = N_("Write {name}(X, 0) for one result per column, {name}(X, 1) for one result per row.")
        raise AlgebraError(message(text, name=self.name), offset, len(self.name))

    def _definition(self, text: str, inputs: tuple[str, ...], is_dropped: bool = False) -> _Definition:
        key = text, inputs, is_dropped
        if key not in self._definitions:
            self._definitions[key] = _Definition(self.name, inputs, text, REGISTRY, is_dropped=is_dropped)
        return self._definitions[key]


def computed_by_parts(*operands: Value) -> Value:
    """Stand in a declaration that has texts and mistakes only; never called, because the parts compute the value."""
    raise ValueError("computed by its parts")


def _drop_axes(tree: Expr) -> Expr:
    """Return a tree in which sums, means and extrema along an axis drop it."""
    if not isinstance(tree, Apply):
        return tree
    args = tuple(map(_drop_axes, tree.args))
    if tree.op in ("sum", "mean", "amax") and len(args) == 2:
        args = (*args, number(0))
    return Apply(tree.op, args, tree.position)


def _with_own_rules(composite: CompositeOperation, declared: Operation) -> CompositeOperation:
    """Return a composite operation with the texts of `declared`, its rules if it has any, and the mistakes of both."""

    def texts(own: tuple[str, ...], general: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(own[i] if i < len(own) and own[i] else text for i, text in enumerate(general))

    with_texts = replace(
        composite,
        title=declared.title,
        why=declared.why,
        rule=texts(declared.rule, composite.rule),
        question=texts(declared.question, composite.question),
        confirmation=declared.confirmation,
        mistakes=(*declared.mistakes, *composite.mistakes),
    )
    if not declared.vjp:
        return with_texts

    def forward(*operands: Value) -> Value:
        return (composite if any(map(ops.is_exact, operands)) else declared).forward(*operands)

    return replace(with_texts, forward=forward, vjp=declared.vjp, stable=declared.stable, has_own_rules=True)
