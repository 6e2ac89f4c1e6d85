"""A function of one's own, as a node: `swish(x) = x * sigmoid(x)`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tutor.algebra import values
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import MEANING, evaluate
from tutor.algebra.lexer import Token, tokens
from tutor.algebra.limits import GRAPH
from tutor.algebra.parser import CONSTANTS, FUNCTIONS, Equation, reserved
from tutor.algebra.show import show_value
from tutor.algebra.tree import Apply, Expr, Grid, Sym, names, postorder
from tutor.algebra.values import Shape
from tutor.engine.build import build_parts, read_equations
from tutor.engine.composite import composite
from tutor.engine.graph import Graph
from tutor.engine.operation import Operation
from tutor.engine.operations import OPERATIONS
from tutor.i18n import N_, Message, message

#: A function takes no more values than this.
MOST_INPUTS = 8

_MEANS = N_("“{name}” has a meaning of its own here. Choose another name.")


class UnusedInput(AlgebraError):
    """An input that the function's text does not use: number `position` of them."""

    def __init__(self, name: str, position: int) -> None:
        text = N_("Input “{name}” is not used in the formula. Use it or leave it out.")
        super().__init__(message(text, name=name), -1)
        self.position = position


@dataclass(frozen=True)
class Definition:
    """`name(inputs…) = text`. `own` are the definitions it may use. Made by `define`, which checks it."""

    name: str
    inputs: tuple[str, ...]
    text: str
    own: Mapping[str, Definition] = field(default_factory=dict, repr=False)
    _made: dict[tuple[Shape, ...], Operation] = field(default_factory=dict, repr=False, compare=False)

    def operation(self, given: Sequence[Shape | Expr], at: int) -> Operation:
        """The operation for operands of these shapes; a constant becomes part of it and is no operand.

        Raises `AlgebraError` at `at` where they do not fit.
        """
        shapes = tuple(one for one in given if not isinstance(one, Expr))
        if len(shapes) == len(given) and shapes in self._made:
            return self._made[shapes]
        try:
            parts = build_parts(self.text, dict(zip(self.inputs, given, strict=True)), self.own)
            made = composite(self.name, parts, sign=self._sign(given))
        except AlgebraError as error:
            raise self._inside(error, at) from None
        if len(shapes) == len(given):
            self._made[shapes] = made
        return made

    def _sign(self, given: Sequence[Shape | Expr]) -> str:
        """`swish`, or `leaky(·, 0.01)` where a constant is part of it."""
        if not any(isinstance(one, Expr) for one in given):
            return self.name
        return f"{self.name}({', '.join(_shown(one) if isinstance(one, Expr) else '·' for one in given)})"

    def _inside(self, error: AlgebraError, at: int) -> AlgebraError:
        text = message(N_("In {name}: {problem}"), name=self.name, problem=error.message)
        return AlgebraError(text, at, len(self.name))

    @cached_property
    def equations(self) -> list[Equation]:
        """The equations of the text; the last one is the value."""
        return read_equations(self.text, self.own)

    @cached_property
    def outline(self) -> Operation:
        """The operation as far as it can be told without shapes. Raises `AlgebraError` at a place in the text."""
        return composite(self.name, self._outline)

    @cached_property
    def _outline(self) -> Graph:
        return build_parts(self.text, dict.fromkeys(self.inputs), self.own, any_shape=True)

    @cached_property
    def size(self) -> int:
        """How many nodes it consists of when all in it is opened."""
        nodes = (node for node in self._outline.nodes if not node.is_input)
        return sum(1 if node.own is None else self.own[node.operation.called].size for node in nodes)

    def constant(self, args: Sequence[Expr], at: int) -> Expr:
        """Its value for constants, as a constant. Raises `AlgebraError` at `at`."""
        try:
            value = evaluate(self.formula(args), {})
        except AlgebraError as error:
            raise self._inside(error, at) from None
        if values.is_matrix(value):
            return Grid(tuple(map(tuple, value)), at)
        assert isinstance(value, Expr)
        return value

    def formula(self, args: Sequence[Expr]) -> Expr:
        """The function as one formula, with `args` for its inputs."""
        meaning = dict(zip(self.inputs, args, strict=True))
        for equation in self.equations:
            result = self._put_in(equation.tree, meaning)
            if equation.name:
                meaning[equation.name] = result
        return result

    def _put_in(self, tree: Expr, meaning: Mapping[str, Expr]) -> Expr:
        done: dict[int, Expr] = {}
        for part in postorder(tree):
            if isinstance(part, Sym):
                done[id(part)] = meaning.get(part.name, part)
            elif isinstance(part, Apply):
                inside = tuple(done[id(arg)] for arg in part.args)
                own = self.own.get(part.op)
                done[id(part)] = own.formula(inside) if own else Apply(part.op, inside, part.at)
            elif isinstance(part, Grid):
                done[id(part)] = Grid(tuple(tuple(done[id(cell)] for cell in row) for row in part.rows), part.at)
            else:
                done[id(part)] = part
        return done[id(tree)]


def _shown(constant: Expr) -> str:
    return "[…]" if values.is_matrix(value := evaluate(constant, {})) else show_value(value)


def define(
    name: str,
    inputs: tuple[str, ...],
    text: str,
    own: Mapping[str, Definition] | None = None,
    later: Collection[str] = (),
) -> Definition:
    """A function of one's own, checked; name and inputs have passed `fault_of_name` and `fault_of_inputs`.

    `own` are the definitions before it, `later` the names of those after it. Raises `AlgebraError` with the place
    in `text`, or `UnusedInput`.
    """
    own = own or {}
    definition = Definition(name, inputs, text, dict(own))
    try:
        equations = definition.equations
    except AlgebraError as error:
        called = text[error.at : error.at + error.length]
        if called in later:
            raise AlgebraError(_unknown(called, name, inputs, later), error.at, error.length) from None
        raise
    defined = {equation.name for equation in equations}
    used: set[str] = set()
    for equation in equations:
        used |= names(equation.tree)
        for part in postorder(equation.tree):
            if isinstance(part, Sym) and part.name not in {*inputs, *defined, "pi"}:
                raise AlgebraError(_unknown(part.name, name, inputs, later), part.at, len(part.name))
    for position, one in enumerate(inputs):
        if one not in used or one in defined:
            raise UnusedInput(one, position)
    # What can be told without shapes is told now and not where it is used.
    _ = definition.outline
    return definition


def _unknown(name: str, of: str, inputs: Sequence[str], later: Collection[str]) -> Message:
    if name == of:
        return message(N_("“{name}” stands in its own definition, which would never end. Take it out."), name=name)
    if name in later:
        return message(N_("“{name}” is defined further down. Move its definition up, before this one."), name=name)
    text = N_("Unknown name “{name}”. The formula of {of} knows its inputs {known}.")
    return message(text, name=name, of=of, known=", ".join(inputs))


def fault_of_name(name: str, own: Collection[str]) -> Message | None:
    """What is wrong with a name for a function, where there are others called `own`."""
    if not name.isidentifier():
        return message(N_("“{name}” is no name for a function. Write one word of letters and digits."), name=name)
    if name in FUNCTIONS or name in MEANING or name in OPERATIONS or name in CONSTANTS:
        return message(N_("{name} is built in. Choose another name for your own."), name=name)
    # Its nodes are called by the name and a number.
    if reserved(name) or reserved(f"{name}1"):
        return message(_MEANS, name=name)
    if name in own:
        return message(N_("“{name}” is defined twice. Give the second one another name."), name=name)
    return None


def fault_of_inputs(name: str, inputs: Sequence[str], own: Collection[str]) -> tuple[int, Message] | None:
    """What is wrong with the inputs of a function, and which of them is to blame."""
    if not inputs:
        return 0, message(N_("{name} has no inputs. Write at least one, as in {name}(x)."), name=name)
    for position, one in enumerate(inputs):
        if not one.rstrip("'").isidentifier():
            return position, message(N_("“{name}” is no name for an input. Write one word, such as x."), name=one)
        if reserved(one) or one in own or one == name:
            return position, message(_MEANS, name=one)
        if one in inputs[:position]:
            return position, message(N_("Input “{name}” stands here twice. Keep one."), name=one)
        if position >= MOST_INPUTS:
            text = N_("{name} has more than {n} inputs. Take it apart into smaller ones.")
            return position, message(text, name=name, n=MOST_INPUTS)
    return None


def parse_definition(text: str, own: Mapping[str, Definition] | None = None, later: Collection[str] = ()) -> Definition:
    """The definition in a text such as `swish(x) = x * sigmoid(x)`; `own` and `later` as in `define`.

    Raises `AlgebraError` with the place in `text`.
    """
    if len(text) > GRAPH.characters:
        limit = message(N_("This is longer than {n} characters. Write it shorter."), n=GRAPH.characters)
        raise AlgebraError(limit, GRAPH.characters)
    head, equals = _head(text)
    name, inputs = head[0], head[1:]
    if fault := fault_of_name(name.text, own or ()):
        raise AlgebraError(fault, name.at, len(name.text))
    if found := fault_of_inputs(name.text, [token.text for token in inputs], own or ()):
        position, fault = found
        raise AlgebraError(fault, inputs[position].at, len(inputs[position].text))
    body = len(text) - len(text[equals.at + 1 :].lstrip())
    try:
        return define(name.text, tuple(token.text for token in inputs), text[body:], own, later)
    except UnusedInput as error:
        unused = inputs[error.position]
        raise AlgebraError(error.message, unused.at, len(unused.text)) from None
    except AlgebraError as error:
        raise AlgebraError(error.message, body + max(error.at, 0), error.length) from None


def _head(text: str) -> tuple[list[Token], Token]:
    """The name and the inputs in front of the = sign, and the sign. Raises `AlgebraError`."""
    found = tokens(text)
    names: list[Token] = []
    expected = ["name", "(", "name"]
    for token in found:
        if token.kind != expected[0] and not (token.kind == ")" and expected == [",", "name"]):
            break
        if token.kind == "name":
            names.append(token)
        if token.kind == "=":
            return names, token
        expected = ["="] if token.kind == ")" else expected[1:] or [",", "name"]
    raise AlgebraError(
        message(N_("A node of your own is written as swish(x) = x * sigmoid(x).")), token.at, len(token.text)
    )
