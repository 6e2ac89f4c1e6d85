"""Custom functions, used as nodes: `swish(x) = x * sigmoid(x)`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import EVALUATORS, evaluate
from tutor.algebra.expr import Apply, Expr, Grid, Sym, free_names, postorder
from tutor.algebra.lexer import Token, tokenize
from tutor.algebra.limits import GRAPH
from tutor.algebra.parser import FUNCTIONS, Equation, is_built_in, is_reserved
from tutor.algebra.printing import format_scalar
from tutor.engine.builder import build_function_body, parse_and_check
from tutor.engine.composite import composite_operation
from tutor.engine.operations import OPERATIONS
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tutor.algebra.ops import Shape
    from tutor.engine.builder import CustomFunction
    from tutor.engine.graph import Graph
    from tutor.engine.operation import Operation

#: The largest number of inputs.
MAX_INPUTS = 8

_RESERVED_NAME = N_("“{name}” already has a meaning here. Choose another name.")


class UnusedInputError(AlgebraError):
    """The input at `position` is not used in the function's text."""

    def __init__(self, name: str, position: int) -> None:
        text = N_("The formula does not use the input “{name}”. Use it or remove it.")
        super().__init__(message(text, name=name), -1)
        self.position = position


@dataclass(frozen=True)
class FunctionDefinition:
    """`name(inputs…) = text`, which may use `definitions`. Call `make_definition`, which checks it."""

    name: str
    inputs: tuple[str, ...]
    text: str
    definitions: Mapping[str, CustomFunction] = field(default_factory=dict, repr=False)
    _operations: dict[tuple[tuple[Shape, bool], ...], Operation] = field(
        default_factory=dict, repr=False, compare=False
    )

    is_redefinable: ClassVar[bool] = False

    @property
    def min_operands(self) -> int:
        """The number of operands."""
        return len(self.inputs)

    max_operands = min_operands

    def operation_for(self, arguments: Sequence[Shape | Expr], offset: int) -> Operation:
        """Return the operation for operands of these shapes; a constant becomes part of it.

        Raises `AlgebraError` at `offset` if they do not fit.
        """
        # The shape of a vector equals that of a row.
        shapes = tuple(
            (argument, ops.is_vector_shape(argument)) for argument in arguments if not isinstance(argument, Expr)
        )
        if len(shapes) == len(arguments) and shapes in self._operations:
            return self._operations[shapes]
        try:
            inputs = dict(zip(self.inputs, arguments, strict=True))
            body = build_function_body(self.text, inputs, self.definitions, equations=self.equations)
            operation = composite_operation(self.name, body, symbol=self._symbol(arguments))
        except AlgebraError as error:
            raise self._wrap_error(error, offset) from None
        if len(shapes) == len(arguments):
            self._operations[shapes] = operation
        return operation

    def _symbol(self, arguments: Sequence[Shape | Expr]) -> str:
        """Return `swish`, or `leaky(·, 0.01)` with a constant."""
        if not any(isinstance(argument, Expr) for argument in arguments):
            return self.name
        written = (format_constant(argument) if isinstance(argument, Expr) else "·" for argument in arguments)
        return f"{self.name}({', '.join(written)})"

    def _wrap_error(self, error: AlgebraError, offset: int) -> AlgebraError:
        text = message(N_("In {name}: {problem}"), name=self.name, problem=error.message)
        return AlgebraError(text, offset, len(self.name))

    @cached_property
    def equations(self) -> list[Equation]:
        """The equations of the text; the last one is the value."""
        return parse_and_check(self.text, self.definitions)

    @cached_property
    def operation_without_shapes(self) -> Operation:
        """The operation with all operands taken for numbers. Raises `AlgebraError` at an offset in the text."""
        return composite_operation(self.name, self._body_without_shapes)

    @cached_property
    def _body_without_shapes(self) -> Graph:
        inputs = dict.fromkeys(self.inputs)
        return build_function_body(self.text, inputs, self.definitions, ignore_shapes=True, equations=self.equations)

    @cached_property
    def num_nodes(self) -> int:
        """The number of nodes after all custom functions are unfolded."""
        nodes = (node for node in self._body_without_shapes.nodes if not node.is_input)
        return sum(1 if node.body is None else self.definitions[node.operation.label].num_nodes for node in nodes)

    def evaluate_constant(self, args: Sequence[Expr], offset: int) -> Expr:
        """Return the value for constants, as a constant. Raises `AlgebraError` at `offset`."""
        try:
            value = evaluate(self.expand(args), {})
        except AlgebraError as error:
            raise self._wrap_error(error, offset) from None
        if ops.is_matrix(value):
            return Grid(tuple(map(tuple, value)), offset, ops.is_vector(value))
        assert isinstance(value, Expr)
        return value

    def expand(self, args: Sequence[Expr]) -> Expr:
        """Return the function as one formula of `args`."""
        bindings = dict(zip(self.inputs, args, strict=True))
        for equation in self.equations:
            result = self._substitute(equation.expr, bindings)
            if equation.name:
                bindings[equation.name] = result
        return result

    def _substitute(self, tree: Expr, bindings: Mapping[str, Expr]) -> Expr:
        done: dict[int, Expr] = {}
        for part in postorder(tree):
            if isinstance(part, Sym):
                done[id(part)] = bindings.get(part.name, part)
            elif isinstance(part, Apply):
                args = tuple(done[id(arg)] for arg in part.args)
                definition = self.definitions.get(part.op)
                done[id(part)] = definition.expand(args) if definition else Apply(part.op, args, part.position)
            elif isinstance(part, Grid):
                done[id(part)] = Grid(
                    tuple(tuple(done[id(cell)] for cell in row) for row in part.rows), part.position, part.is_vector
                )
            else:
                done[id(part)] = part
        return done[id(tree)]


def format_constant(constant: Expr) -> str:
    """Return a constant as it is shown in a node."""
    return "[…]" if ops.is_matrix(value := evaluate(constant, {})) else format_scalar(value)


def make_definition(
    name: str,
    inputs: tuple[str, ...],
    text: str,
    definitions: Mapping[str, CustomFunction] | None = None,
    later_names: Collection[str] = (),
) -> FunctionDefinition:
    """Return a checked definition; its name and inputs must have passed `check_name` and `check_inputs`.

    `definitions` may be used in the text; a name in `later_names` is defined after it and gives its own error. Raises
    `AlgebraError` with the offset in `text`, or `UnusedInputError`.
    """
    definitions = definitions or {}
    definition = FunctionDefinition(name, inputs, text, dict(definitions))
    try:
        equations = definition.equations
    except AlgebraError as error:
        unknown = text[error.position : error.position + error.length]
        if unknown in later_names:
            raise AlgebraError(
                _unknown_name_message(unknown, name, inputs, later_names), error.position, error.length
            ) from None
        raise
    defined = {equation.name for equation in equations}
    used: set[str] = set()
    for equation in equations:
        used |= free_names(equation.expr)
        for part in postorder(equation.expr):
            if isinstance(part, Sym) and part.name not in {*inputs, *defined, "pi"}:
                raise AlgebraError(
                    _unknown_name_message(part.name, name, inputs, later_names), part.position, len(part.name)
                )
    for position, input_name in enumerate(inputs):
        if input_name not in used or input_name in defined:
            raise UnusedInputError(input_name, position)
    # Report errors in the definition here, not where the function is used.
    _ = definition.operation_without_shapes
    return definition


def _unknown_name_message(name: str, function: str, inputs: Sequence[str], later_names: Collection[str]) -> Message:
    if name == function:
        return message(
            N_("The definition of “{name}” uses “{name}” itself and would never end. Remove it there."), name=name
        )
    if name in later_names:
        return message(N_("“{name}” is defined later. Move its definition before this one."), name=name)
    text = N_("Unknown name “{name}”. The formula of {of} can use its inputs {known}.")
    return message(text, name=name, of=function, known=", ".join(inputs))


def check_name(name: str, other_names: Collection[str]) -> Message | None:
    """Return why a function cannot have this name beside `other_names`; None if it can."""
    if not name.isidentifier():
        return message(N_("“{name}” is not a valid function name. Use one word of letters and digits."), name=name)
    if is_built_in(name) or (name not in FUNCTIONS and (name in EVALUATORS or name in OPERATIONS)):
        return message(N_("{name} is a built-in function. Choose another name for yours."), name=name)
    # Its nodes are called by the name and a number: swish1.
    if is_reserved(name) or is_reserved(f"{name}1"):
        return message(_RESERVED_NAME, name=name)
    if name in other_names:
        return message(N_("“{name}” is defined twice. Give the second value another name."), name=name)
    return None


def check_inputs(name: str, inputs: Sequence[str], other_names: Collection[str]) -> tuple[int, Message] | None:
    """Return the position of a bad input of a function and its fault; None if all are fine."""
    if not inputs:
        return 0, message(N_("{name} has no inputs. Write at least one, as in {name}(x)."), name=name)
    for position, input_name in enumerate(inputs):
        if not input_name.rstrip("'").isidentifier():
            text = N_("“{name}” is not a valid input name. Use one word, such as x.")
            return position, message(text, name=input_name)
        if is_reserved(input_name) or input_name in other_names or input_name == name:
            return position, message(_RESERVED_NAME, name=input_name)
        if input_name in inputs[:position]:
            return position, message(N_("The input “{name}” appears twice here. Remove one."), name=input_name)
        if position >= MAX_INPUTS:
            text = N_("{name} has more than {n} inputs. Split it into smaller functions.")
            return position, message(text, name=name, n=MAX_INPUTS)
    return None


def parse_definition(
    text: str, definitions: Mapping[str, CustomFunction] | None = None, later_names: Collection[str] = ()
) -> FunctionDefinition:
    """Return the definition in a text such as `swish(x) = x * sigmoid(x)`. Raises `AlgebraError` with its offset.

    `definitions` may be used in the text; a name in `later_names` is defined after it and gives its own error.
    """
    if len(text) > GRAPH.characters:
        limit = message(N_("This is longer than {n} characters. Shorten it."), n=GRAPH.characters)
        raise AlgebraError(limit, GRAPH.characters)
    head, equals = _parse_head(text)
    name, inputs = head[0], head[1:]
    taken = [other for other, each in (definitions or {}).items() if not each.is_redefinable]
    if fault := check_name(name.text, taken):
        raise AlgebraError(fault, name.position, len(name.text))
    input_names = tuple(token.text for token in inputs)
    if bad_input := check_inputs(name.text, input_names, taken):
        position, fault = bad_input
        raise AlgebraError(fault, inputs[position].position, len(inputs[position].text))
    body_start = len(text) - len(text[equals.position + 1 :].lstrip())
    try:
        return make_definition(name.text, input_names, text[body_start:], definitions, later_names)
    except UnusedInputError as error:
        unused = inputs[error.position]
        raise AlgebraError(error.message, unused.position, len(unused.text)) from None
    except AlgebraError as error:
        raise AlgebraError(error.message, body_start + max(error.position, 0), error.length) from None


def _parse_head(text: str) -> tuple[list[Token], Token]:
    """Return the name and the inputs before the = sign, and the sign. Raises `AlgebraError`."""
    names: list[Token] = []
    expected = ["name", "(", "name"]
    for token in tokenize(text):
        if token.kind != expected[0] and not (token.kind == ")" and expected == [",", "name"]):
            break
        if token.kind == "name":
            names.append(token)
        if token.kind == "=":
            return names, token
        expected = ["="] if token.kind == ")" else expected[1:] or [",", "name"]
    raise AlgebraError(
        message(N_("Define a custom node like this: swish(x) = x * sigmoid(x).")), token.position, len(token.text)
    )
