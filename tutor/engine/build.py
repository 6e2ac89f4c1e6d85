"""Text -> graph: equations are folded where they have no names, counted where they have none of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING

from tutor.algebra import values
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import Evaluator
from tutor.algebra.limits import GRAPH, GRAPH_CELLS, GRAPH_PRODUCTS
from tutor.algebra.lookalikes import look
from tutor.algebra.parser import Equation, parse_equations, reserved
from tutor.algebra.tree import ONE, Apply, Expr, Grid, Num, Sym, children, names, postorder
from tutor.algebra.values import Shape, Value
from tutor.engine.graph import Graph, Node, formula_within
from tutor.engine.operation import Operation
from tutor.engine.operations import OPERATIONS
from tutor.engine.shapes import cell_by_cell
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.engine.definition import Definition

_GRADIENT = re.compile(r"d\w+/d\w+")
_OUTPUT_NAMES = ("z", "f", "L", "out")


def build(text: str, shapes: Mapping[str, Shape], own: Mapping[str, Definition]) -> Graph:
    """The graph of `text`; inputs missing in `shapes` are numbers. Raises `AlgebraError`."""
    return build_of(read_equations(text, own), text, shapes, own)


def build_of(equations: list[Equation], text: str, shapes: Mapping[str, Shape], own: Mapping[str, Definition]) -> Graph:
    """The same for a text whose equations have been read."""
    return _built(_Builder(shapes, own), equations, text)


def build_parts(
    text: str,
    inputs: Mapping[str, Shape | Expr],
    own: Mapping[str, Definition] | None = None,
    any_shape: bool = False,
) -> Graph:
    """The graph of a function's text, its inputs in front in their order: by name their shapes, or constants.

    With `any_shape` shapes are not looked at: all is taken for numbers. Raises `AlgebraError`.
    """
    shapes = {name: given for name, given in inputs.items() if not isinstance(given, Expr)}
    builder = _Builder(shapes, own or {}, any_shape)
    for name, given in inputs.items():
        if isinstance(given, Expr):
            builder.meaning[name] = given
        else:
            builder.named(Sym(name))
    return _built(builder, read_equations(text, own or {}), text)


def read_equations(text: str, own: Mapping[str, Definition]) -> list[Equation]:
    """The equations of a text, their names checked. Raises `AlgebraError`."""
    equations = parse_equations(text, own={name: len(definition.inputs) for name, definition in own.items()})
    _check_names(equations)
    return equations


def _built(builder: _Builder, equations: list[Equation], text: str) -> Graph:
    builder.taken = _all_names(equations)
    for equation in equations[:-1]:
        assert equation.name
        builder.define(equation.name, equation.tree)
    last = equations[-1]
    output = last.name or next(name for name in _output_names() if name not in builder.taken)
    return builder.finish(output, last, text)


def _output_names() -> Iterator[str]:
    """Names for an output that has none of its own, the usual ones first."""
    yield from _OUTPUT_NAMES
    yield from (f"{_OUTPUT_NAMES[-1]}{n}" for n in count(2))


def _all_names(equations: list[Equation]) -> set[str]:
    return {name for equation in equations for name in names(equation.tree) | {equation.name or ""}}


def _check_names(equations: list[Equation]) -> None:
    """Each name is defined once, before it is used, and all but the last are used."""
    used: set[str] = set()
    looks: dict[str, str] = {}
    defined: dict[str, Equation] = {}
    for equation in equations:
        for node in postorder(equation.tree):
            if isinstance(node, Sym) and node.name != "pi":
                if reserved(node.name):
                    raise AlgebraError(
                        message(N_("“{name}” has a meaning of its own here. Choose another name."), name=node.name),
                        node.at,
                        len(node.name),
                    )
                other = looks.setdefault(look(node.name), node.name)
                if other != node.name:
                    raise AlgebraError(
                        message(
                            N_("“{name}” looks like “{other}” but is written with other letters. Use one of the two."),
                            name=node.name,
                            other=other,
                        ),
                        node.at,
                        len(node.name),
                    )
                used.add(node.name)
            elif isinstance(node, Apply) and node.op == "div":
                _check_quotient(node)
        if equation.name is None:
            if equation is not equations[-1]:
                raise AlgebraError(
                    message(N_("This part has no name, so nothing can use it. Begin it with a name and =.")),
                    equation.at,
                )
            continue
        if equation.name in defined:
            raise AlgebraError(
                message(N_("“{name}” is defined twice. Give the second one another name."), name=equation.name),
                equation.at,
                len(equation.name),
            )
        if equation.name in used:
            raise AlgebraError(
                message(
                    N_("“{name}” is used before it is defined, or in its own definition. Choose another name."),
                    name=equation.name,
                ),
                equation.at,
                len(equation.name),
            )
        defined[equation.name] = equation
    for name, equation in list(defined.items()):
        if name not in used and equation is not equations[-1]:
            raise AlgebraError(
                message(
                    N_("A graph has one output, and “{name}” is not used in what follows. Use it or delete it."),
                    name=name,
                ),
                equation.at,
                len(name),
            )


def _check_quotient(node: Apply) -> None:
    """Refuse `dL/dz` as it stands: it is a gradient, and those are no part of a graph."""
    above, below = node.args
    if not (isinstance(above, Sym) and isinstance(below, Sym)):
        return
    typed = f"{above.name}/{below.name}"
    if _GRADIENT.fullmatch(typed) and below.at == above.at + len(above.name) + 1:
        text = N_("{typed} is a gradient and no part of the graph. It can be the start. A quotient is ({a})/({b}).")
        raise AlgebraError(message(text, typed=typed, a=above.name, b=below.name), above.at, len(typed))


class _Builder:
    def __init__(self, shapes: Mapping[str, Shape], own: Mapping[str, Definition], any_shape: bool = False) -> None:
        self.shapes = shapes
        self.own = own
        self.any_shape = any_shape
        #: The names in the text, which no node may get by counting.
        self.taken: set[str] = set()
        #: How many nodes the functions of one's own consist of, all in all.
        self.size = 0
        #: How many numbers the values of all nodes are, and products of numbers their matrix products.
        self.cells = self.products = 0
        self.constants = Evaluator({})
        self.nodes: list[Node] = []
        #: What a name stands for: a node's position, or a constant.
        self.meaning: dict[str, int | Expr] = {}
        self.counts: Counter[str] = Counter()

    def define(self, name: str, tree: Expr) -> None:
        result = self.compute(tree)
        if isinstance(result, int) and not self.nodes[result].is_input and self.nodes[result].name is None:
            self.rename(result, name)
        self.meaning[name] = result

    def rename(self, position: int, name: str) -> None:
        """A node with a name of its own takes it for its id, and its number is free again."""
        node = self.nodes[position]
        self.counts[node.operation.called] -= 1
        self.nodes[position] = replace(node, id=name, name=name)

    def finish(self, output: str, last: Equation, text: str) -> Graph:
        result = self.compute(last.tree)
        if not isinstance(result, int):
            raise AlgebraError(
                message(N_("Nothing here depends on an input. Use a name, such as x, for what may change.")), last.at
            )
        node = self.nodes[result]
        if node.is_input or node.name is not None:
            raise AlgebraError(message(N_("The last equation computes nothing. Let it end in an operation.")), last.at)
        self.nodes[result] = replace(node, name=output)
        unused = [name for name in self.shapes if name not in self.meaning]
        if unused:
            raise AlgebraError(
                message(N_("Input “{name}” is not used in the formula. Use it or leave it out."), name=unused[0]), -1
            )
        return Graph(tuple(self.nodes), output, text)

    def compute(self, tree: Expr) -> int | Expr:
        """The position of the node that computes `tree`, or the tree itself where it is a constant."""
        done: dict[int, int | Expr] = {}
        for part in postorder(tree):
            if isinstance(part, Sym) and part.name != "pi":
                done[id(part)] = self.named(part)
            elif all(isinstance(done[id(child)], Expr) for child in children(part)):
                done[id(part)] = self.constant(part, done)
            elif isinstance(part, Apply):
                done[id(part)] = self.operation(part, [done[id(arg)] for arg in part.args])
            else:
                raise AlgebraError(
                    message(N_("The entries of a matrix are numbers here. Give the whole matrix a name.")),
                    part.at if isinstance(part, Grid) else 0,
                )
        return done[id(tree)]

    def constant(self, part: Expr, done: Mapping[int, int | Expr]) -> Expr:
        """A part without inputs, with the constants that its names stand for put in."""
        if not children(part):
            return part
        inside = [child for child in (done[id(child)] for child in children(part)) if isinstance(child, Expr)]
        if isinstance(part, Apply) and part.op in self.own:
            return self.definition(part).constant(inside, part.at)
        if isinstance(part, Apply):
            return Apply(part.op, tuple(inside), part.at)
        assert isinstance(part, Grid)
        width = len(part.rows[0])
        return Grid(tuple(tuple(inside[i : i + width]) for i in range(0, len(inside), width)), part.at)

    def named(self, symbol: Sym) -> int | Expr:
        if symbol.name not in self.meaning:
            shape = self.shapes.get(symbol.name)
            self.make_room([shape], symbol.at)
            self.nodes.append(Node(symbol.name, None, name=symbol.name, formula=symbol, shape=shape))
            self.meaning[symbol.name] = len(self.nodes) - 1
        return self.meaning[symbol.name]

    def operation(self, part: Apply, operands: list[int | Expr]) -> int:
        """The node of an operation on nodes and constants, and the nodes that repeat what is too small for it."""
        given = operands
        operation, operands = self.meant(part, given)
        consts = [self.constants(operand) if isinstance(operand, Expr) else None for operand in operands]
        shapes = [
            self.nodes[operand].shape if isinstance(operand, int) else values.shape(const)
            for operand, const in zip(operands, consts, strict=True)
        ]
        shape = None if self.any_shape else operation.shape(shapes, part.at, operation.called)
        self.make_room([shape, *_inside(operation)], part.at)
        if operation.id == "matmul" and shape and shapes[0]:
            self.products += values.cells(shape) * shapes[0][1]
            if self.products > GRAPH_PRODUCTS:
                text = N_("The matrix products take more than {n} multiplications. Use smaller matrices.")
                raise AlgebraError(message(text, n=GRAPH_PRODUCTS), part.at)
        written = given if operation.parts else operands
        formula = self.formula_of(part.op if operation.id != "inv" else "div", operation, written)
        if operation.shape is cell_by_cell and shape is not None:
            # A constant number goes into every cell; a node's value is repeated by a node, which sums on the way back.
            for slot, operand in enumerate(operands):
                if isinstance(operand, int) and shapes[slot] != shape:
                    self.make_room([shape], part.at)
                    operands[slot] = self.repeat(operand, shape)
                elif shapes[slot] not in (None, shape):
                    consts[slot] = values.spread(consts[slot], _of_ones(shape))
        const = next((const for const in consts if const is not None), None)
        args = tuple(operand if isinstance(operand, int) else None for operand in operands)
        return self.add(operation, args, const, formula, shape)

    def meant(self, part: Apply, operands: list[int | Expr]) -> tuple[Operation, list[int | Expr]]:
        """The operation, and its operands where one of them is told by its name alone."""
        op = part.op
        if op == "div" and isinstance(operands[0], Num) and operands[0].value == 1:
            return OPERATIONS["inv"], operands[1:]
        if op == "pow" and _is_e(operands[0]):
            return OPERATIONS["exp"], operands[1:]
        if op in ("sum", "mean") and len(operands) == 2:
            axis = operands[1]
            assert isinstance(axis, Num)
            return OPERATIONS[f"{op}.{axis.value}"], operands[:1]
        if op in self.own:
            return self.composite(part, operands), [operand for operand in operands if isinstance(operand, int)]
        op = _NAMES.get(op, op)
        if op not in OPERATIONS:
            raise AlgebraError(
                message(
                    N_("There is no node for {name} here. Nodes compute {known}."),
                    name=op,
                    known=", ".join(_known_signs()),
                ),
                part.at,
            )
        return OPERATIONS[op], operands

    def composite(self, part: Apply, operands: list[int | Expr]) -> Operation:
        """The operation of a function of one's own, for these shapes and constants."""
        definition = self.definition(part)
        if self.any_shape:
            return definition.outline
        for operand in operands:
            if isinstance(operand, Expr):
                self.constants(operand)
        given = [operand if isinstance(operand, Expr) else self.nodes[operand].shape for operand in operands]
        return definition.operation(given, part.at)

    def definition(self, part: Apply) -> Definition:
        """A function of one's own that is used here. Refused where all in all there would be too much."""
        definition = self.own[part.op]
        self.size += definition.size
        if self.size > GRAPH.nodes:
            text = N_("With all that {name} consists of, this has more than {n} nodes. Write it shorter.")
            raise AlgebraError(message(text, name=part.op, n=GRAPH.nodes), part.at, len(part.op))
        return definition

    def make_room(self, shapes: Sequence[Shape], at: int) -> None:
        """Count what values of these shapes hold. Raises `AlgebraError` where all values together hold too much."""
        self.cells += sum(map(values.cells, shapes))
        if self.cells > GRAPH_CELLS:
            text = N_("The matrices of this graph have more than {n} entries together. Use fewer or smaller ones.")
            raise AlgebraError(message(text, n=GRAPH_CELLS), at)

    def repeat(self, operand: int, shape: tuple[int, int]) -> int:
        """A node that repeats the value of another one to `shape`."""
        formula = Apply("broadcast", (self.formula(operand),))
        return self.add(OPERATIONS["broadcast"], (operand, None), _of_ones(shape), formula, shape)

    def add(self, operation: Operation, args: tuple[int | None, ...], const: Value, formula: Expr, shape: Shape) -> int:
        own = None if operation.id in OPERATIONS else operation
        self.nodes.append(Node(self.counted(operation.called), operation.id, args, const, None, formula, shape, own))
        return len(self.nodes) - 1

    def counted(self, word: str) -> str:
        """The next id for a node without a name: `mul1`, `swish2`, `f1_1`."""
        while True:
            self.counts[word] += 1
            found = f"{word}{'_' if word[-1].isdigit() else ''}{self.counts[word]}"
            if found not in self.taken:
                return found

    def formula_of(self, op: str, operation: Operation, operands: list[int | Expr]) -> Expr:
        parts = tuple(self.formula(operand) if isinstance(operand, int) else operand for operand in operands)
        if operation.id == "inv":
            return Apply("div", (ONE, *parts))
        if operation.id in ("sum.0", "mean.0", "sum.1", "mean.1"):
            parts = (*parts, Num(Fraction(int(operation.id[-1]))))
        return Apply("exp" if operation.id == "exp" else op, parts)

    def formula(self, position: int) -> Expr:
        return formula_within(self.nodes, position)


#: Operations of the language that nodes call otherwise.
_NAMES = {"T": "transpose"}


def _known_signs() -> list[str]:
    """The signs of the operations, each once."""
    return list(dict.fromkeys(operation.sign for operation in OPERATIONS.values() if operation.id != "broadcast"))


def _inside(operation: Operation) -> Iterator[Shape]:
    """The shapes of all that a composite operation computes."""
    for node in operation.parts.nodes if operation.parts else ():
        yield node.shape
        if not node.is_input:
            yield from _inside(node.operation)


def _of_ones(shape: tuple[int, int]) -> Value:
    return values.matrix(((ONE,) * shape[1],) * shape[0])


def _is_e(operand: int | Expr) -> bool:
    return (
        isinstance(operand, Apply)
        and operand.op == "exp"
        and isinstance(operand.args[0], Num)
        and (operand.args[0].value == 1)
    )
