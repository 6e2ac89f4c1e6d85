"""Graph builder: equations to nodes, constants folded, unnamed nodes numbered by operation (`mul1`, `mul2`)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Protocol, TypeGuard

from tutor.algebra import ops
from tutor.algebra.array_functions import ARRAY_FUNCTIONS, is_array_call
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import Evaluator, length_of, product_operation
from tutor.algebra.expr import ONE, Apply, Expr, Grid, Num, Sym, children, free_names, postorder, substitute
from tutor.algebra.filled import LIKE_OPS, constant_like
from tutor.algebra.labels import are_labels, check_labels
from tutor.algebra.lexer import skeleton
from tutor.algebra.limits import GRAPH, GRAPH_CELLS, GRAPH_PRODUCTS
from tutor.algebra.parser import Equation, is_built_in, is_reserved, parse_equations
from tutor.engine.graph import CompositeOperation, Graph, Node, inline_formula
from tutor.engine.operation import absorb_constants
from tutor.engine.operations import ARRAY_OPERATIONS, OPERATIONS
from tutor.engine.operations.losses import cross_entropy_of_labels
from tutor.engine.shapes import elementwise
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.operation import Operation

_GRADIENT_PATTERN = re.compile(r"d\w+/d\w+")
_USED_BEFORE = N_("“{name}” is used before it is defined. Move this equation before the one that uses it.")
_USED_IN_ITSELF = N_("“{name}” is used in its own definition. Give the new value another name, such as {name}2.")
_OUTPUT_NAMES = ("z", "f", "L", "out")


class CustomFunction(Protocol):
    """The part of a function definition that the graph builder needs."""

    @property
    def is_redefinable(self) -> bool:
        """Whether a graph may use its name for something else; then it is a function only before a bracket."""

    @property
    def min_operands(self) -> int:
        """The least number of operands."""

    @property
    def max_operands(self) -> int:
        """The greatest number of operands."""

    @property
    def num_nodes(self) -> int:
        """The number of nodes inside, with those of the functions it uses."""

    @property
    def operation_without_shapes(self) -> Operation:
        """Its operation for numbers."""

    def operation_for(self, arguments: Sequence[Shape | Expr], offset: int) -> Operation:
        """Return its operation for operands of these shapes. Raises `AlgebraError` at `offset` if they do not fit."""

    def evaluate_constant(self, args: Sequence[Expr], offset: int) -> Expr:
        """Return its value for constants. Raises `AlgebraError` at `offset`."""

    def expand(self, args: Sequence[Expr]) -> Expr:
        """Return it as one formula of `args`."""


def parse_graph(
    text: str, inputs: Mapping[str, Value] | None = None, definitions: Mapping[str, CustomFunction] | None = None
) -> Graph:
    """Return the graph of a text such as `z = (a + b) * c`.

    An input is a matrix if its value in `inputs` is one, which gives its shape, and a number otherwise. `definitions`
    are the custom functions that the text may use. Raises `AlgebraError` with the offset and the remedy.
    """
    shapes = {name: ops.shape_of(value) for name, value in (inputs or {}).items()}
    definitions = definitions or {}
    return build_from_equations(parse_and_check(text, definitions, shapes), text, shapes, definitions)


def build_from_equations(
    equations: list[Equation], text: str, shapes: Mapping[str, Shape], definitions: Mapping[str, CustomFunction]
) -> Graph:
    """Return the graph of a text that is already parsed; inputs that are missing in `shapes` are numbers."""
    try:
        graph = _build_with(_Builder(shapes, definitions), equations, text)
    except AlgebraError as error:
        # A function may be typed by a shorter name than its own.
        room = max(len(text) - max(error.position, 0), 0)
        raise AlgebraError(error.message, error.position, min(error.length, room)) from None
    if not any(graph.depends_on(None)):
        text = N_(
            "This output has no derivative, because comparisons and indexes are data. Let the output "
            "depend on a number."
        )
        raise AlgebraError(message(text), equations[-1].position)
    return graph


def build_function_body(
    text: str,
    inputs: Mapping[str, Shape | Expr],
    definitions: Mapping[str, CustomFunction] | None = None,
    ignore_shapes: bool = False,
    equations: list[Equation] | None = None,
) -> Graph:
    """Return the graph of a function's text, which begins with an input for each entry of `inputs` that is a shape.

    An entry that is an expression is a constant. With `ignore_shapes` every input is taken for a number. `equations`
    are those of the text if it is parsed already. Raises `AlgebraError`.
    """
    shapes = {name: shape for name, shape in inputs.items() if not isinstance(shape, Expr)}
    builder = _Builder(shapes, definitions or {}, ignore_shapes)
    for name, shape_or_constant in inputs.items():
        if isinstance(shape_or_constant, Expr):
            builder.bindings[name] = shape_or_constant
        else:
            builder.resolve_name(Sym(name))
    return _build_with(builder, equations or parse_and_check(text, definitions or {}), text)


def parse_and_check(
    text: str, definitions: Mapping[str, CustomFunction], given: Collection[str] = ()
) -> list[Equation]:
    """Return the equations of a text after checking their names. Raises `AlgebraError`.

    A name in `given` has a value: it is an input even if it is a constant otherwise, such as e.
    """
    equations = parse_equations(
        text,
        own_functions={name: (each.min_operands, each.max_operands) for name, each in definitions.items()},
        redefinable=[name for name, each in definitions.items() if each.is_redefinable],
        given=given,
    )
    equations = _with_versions(equations)
    _check_names(equations, given)
    return equations


def _with_versions(equations: list[Equation]) -> list[Equation]:
    """Return the equations with a name for each value: the second value of c is c2.

    A name that gets another value means the new one from then on. A name that is used only before its equation is left
    alone, because it is more likely that the equation is in the wrong place.
    """
    taken = _all_names(equations)
    current: dict[str, Expr] = {}
    known: set[str] = set()
    defined: set[str] = set()
    versioned = []
    for equation in equations:
        names = free_names(equation.expr)
        tree = substitute(equation.expr, current) if names & current.keys() else equation.expr
        known |= names
        name = equation.name
        if name is not None and name in known and (name in names or name in defined):
            new = next(f"{name}{n}" for n in count(2) if f"{name}{n}" not in taken)
            taken.add(new)
            current[name] = Sym(new)
            equation = replace(equation, name=new)
        if name is not None:
            known.add(name)
            defined.add(name)
        versioned.append(replace(equation, expr=tree))
    return versioned


def _build_with(builder: _Builder, equations: list[Equation], text: str) -> Graph:
    builder.used_names = _all_names(equations)
    for equation in equations[:-1]:
        assert equation.name
        builder.define(equation.name, equation.expr)
    last = equations[-1]
    output = last.name or next(name for name in _output_names() if name not in builder.used_names)
    return builder.finish(output, last, text)


def _output_names() -> Iterator[str]:
    """Yield names for an unnamed output, the usual ones first."""
    yield from _OUTPUT_NAMES
    yield from (f"{_OUTPUT_NAMES[-1]}{n}" for n in count(2))


def _all_names(equations: list[Equation]) -> set[str]:
    return {name for equation in equations for name in free_names(equation.expr) | {equation.name or ""}}


def _check_names(equations: list[Equation], given: Collection[str] = ()) -> None:
    """Check that each name is defined once, before its use, and that all but the last are used."""
    used: set[str] = set()
    steps = {equation.name for equation in equations}
    by_skeleton: dict[str, str] = {}
    defined: dict[str, Equation] = {}
    for equation in equations:
        for node in postorder(equation.expr):
            if isinstance(node, Sym) and node.name != "pi":
                is_constant = is_built_in(node.name) and node.name in given
                if is_reserved(node.name) and node.name not in steps and not is_constant:
                    raise AlgebraError(
                        message(N_("“{name}” already has a meaning here. Choose another name."), name=node.name),
                        node.position,
                        len(node.name),
                    )
                other = by_skeleton.setdefault(skeleton(node.name), node.name)
                if other != node.name:
                    raise AlgebraError(
                        message(
                            N_(
                                "“{name}” looks like “{other}” but consists of different characters. Use "
                                "the same name in both places."
                            ),
                            name=node.name,
                            other=other,
                        ),
                        node.position,
                        len(node.name),
                    )
                used.add(node.name)
            elif isinstance(node, Apply) and node.op == "div":
                _check_quotient(node)
        if equation.name is None:
            if equation is not equations[-1]:
                raise AlgebraError(
                    message(
                        N_("This equation has no name, so no other equation can use it. Start it with a name and =.")
                    ),
                    equation.position,
                )
            continue
        if equation.name in defined:
            raise AlgebraError(
                message(N_("“{name}” is defined twice. Give the second value another name."), name=equation.name),
                equation.position,
                len(equation.name),
            )
        if equation.name in used:
            raise AlgebraError(
                message(
                    _USED_IN_ITSELF if equation.name in free_names(equation.expr) else _USED_BEFORE,
                    name=equation.name,
                ),
                equation.position,
                len(equation.name),
            )
        defined[equation.name] = equation
        unused = [name for name in equation.inputs if name not in used]
        if unused:
            raise AlgebraError(
                message(N_("The formula does not use the input “{name}”. Use it or remove it."), name=unused[0]),
                equation.position,
            )
    for name, equation in list(defined.items()):
        if name not in used and equation is not equations[-1]:
            raise AlgebraError(
                message(
                    N_("A graph has one output, but nothing uses “{name}”. Use it or delete it."),
                    name=name,
                ),
                equation.position,
                len(name),
            )


def _check_quotient(node: Apply) -> None:
    """Reject `dL/dz`, a gradient, which is not part of a graph."""
    numerator, denominator = node.args
    if not (isinstance(numerator, Sym) and isinstance(denominator, Sym)):
        return
    typed = f"{numerator.name}/{denominator.name}"
    has_no_spaces = denominator.position == numerator.position + len(numerator.name) + 1
    if _GRADIENT_PATTERN.fullmatch(typed) and has_no_spaces:
        text = N_(
            "{typed} is a gradient, so it can't be part of the graph, only its start. For a quotient write ({a})/({b})."
        )
        raise AlgebraError(
            message(text, typed=typed, a=numerator.name, b=denominator.name), numerator.position, len(typed)
        )


class _Builder:
    def __init__(
        self, shapes: Mapping[str, Shape], definitions: Mapping[str, CustomFunction], ignore_shapes: bool = False
    ) -> None:
        self.shapes = shapes
        self.definitions = definitions
        self.ignore_shapes = ignore_shapes
        #: The names in the text, which numbered nodes must not get as ids.
        self.used_names: set[str] = set()
        #: The nodes inside all custom functions that are used.
        self.num_definition_nodes = 0
        #: The numbers in the values of all nodes, and the multiplications in their matrix products.
        self.num_cells = self.num_products = 0
        self.evaluate_constant = Evaluator({})
        self.nodes: list[Node] = []
        #: The position of a name's node, or its constant.
        self.bindings: dict[str, int | Expr] = {}
        self.id_counts: Counter[str] = Counter()

    def define(self, name: str, tree: Expr) -> None:
        result = self.build_expr(tree)
        if isinstance(result, int) and not self.nodes[result].is_input and self.nodes[result].name is None:
            self.rename(result, name)
        self.bindings[name] = result

    def rename(self, position: int, name: str) -> None:
        """Make a node's name its id, and free its number."""
        node = self.nodes[position]
        self.id_counts[node.operation.label] -= 1
        self.nodes[position] = replace(node, id=name, name=name)

    def finish(self, output: str, last: Equation, text: str) -> Graph:
        result = self.build_expr(last.expr)
        self.reject_joined_names()
        if not isinstance(result, int):
            raise AlgebraError(
                message(
                    N_("The formula does not depend on an input. Use a name, such as x, for a value that may change.")
                ),
                last.position,
            )
        node = self.nodes[result]
        if node.is_input or node.name is not None:
            raise AlgebraError(
                message(N_("The last equation computes nothing. Give it an operation, such as z = x + y.")),
                last.position,
            )
        self.nodes[result] = replace(node, name=output)
        unused = [name for name in self.shapes if name not in self.bindings]
        if unused:
            raise AlgebraError(
                message(N_("The formula does not use the input “{name}”. Use it or remove it."), name=unused[0]), -1
            )
        return Graph(tuple(self.nodes), output, text)

    def reject_joined_names(self) -> None:
        """Raise the error of an input such as bc if b or c has a value that is not used."""
        unused = {name for name in self.shapes if name not in self.bindings}
        for node in self.nodes:
            if unused and node.is_input and node.id not in self.shapes:
                parts = _split_name(node.id, {*unused, *self.bindings} - {node.id})
                if parts and unused & set(parts):
                    sign = "@" if any(self.shapes.get(part) for part in parts) else "*"
                    text = N_("“{name}” is read as one input. For a product write {product}.")
                    product = sign.join(parts)
                    raise AlgebraError(
                        message(text, name=node.id, product=product), self._offset_of(node.id), len(node.id)
                    )

    def _offset_of(self, name: str) -> int:
        """Return the offset of an input in the graph's text."""
        bound = self.bindings[name]
        formula = self.nodes[bound].formula if isinstance(bound, int) else None
        return formula.position if isinstance(formula, Sym) else 0

    def build_expr(self, tree: Expr) -> int | Expr:
        """Return the position of the node that computes `tree`, or a tree if it is a constant."""
        done: dict[int, int | Expr] = {}
        parts = list(postorder(tree))
        marks = self.transpose_marks(parts)
        turned = {id(inner) for part in parts if _is_product(part) for inner in _scaled_parts(part.args[0])}
        deferred: set[int] = set()
        for part in parts:
            if id(part) in marks:
                done[id(part)] = part
            elif isinstance(part, Apply) and id(part) in turned and self.turns_vector(part, done, marks):
                # Whether it is a column shows when the right operand is known.
                done[id(part)] = done[id(part.args[0])]
                deferred.add(id(part))
            elif _is_product(part) and id(part.args[0]) in deferred:
                left, right = (done[id(arg)] for arg in part.args)
                done[id(part)] = self.add_operation(part, [self.turn_vector(part.args[0], left, right), right])
            elif isinstance(part, Apply) and deferred.intersection(map(id, part.args)):
                if id(part) in turned and self.scales_vector(part, done, deferred):
                    deferred.add(id(part))
                else:
                    for arg in part.args:
                        if isinstance(arg, Apply) and id(arg) in deferred:
                            done[id(arg)] = self.turn_into_column(arg, done[id(arg)])
                            deferred.discard(id(arg))
                done[id(part)] = self.add_operation(part, [done[id(arg)] for arg in part.args])
            elif isinstance(part, Apply) and id(part.args[-1:] and part.args[-1]) in marks:
                done[id(part)] = self.add_power_or_transpose(part, done[id(part.args[0])])
            elif isinstance(part, Sym) and part.name != "pi":
                done[id(part)] = self.resolve_name(part)
            elif isinstance(part, Apply) and part.op == "size":
                done[id(part)] = length_of(part, self.shape_at(done[id(part.args[0])]))
            elif isinstance(part, Apply) and part.op in LIKE_OPS:
                done[id(part)] = self.add_like(part, done[id(part.args[0])])
            elif all(isinstance(done[id(child)], Expr) for child in children(part)):
                done[id(part)] = self.fold_constant(part, done)
            elif isinstance(part, Grid):
                done[id(part)] = self.add_grid(part, done)
            else:
                assert isinstance(part, Apply)
                done[id(part)] = self.add_operation(part, [done[id(arg)] for arg in part.args])
        return done[id(tree)]

    def add_like(self, part: Apply, model: int | Expr) -> Expr:
        """Return the constant of the shape of another value."""
        shape = self.shape_at(model)
        self.reserve_cells([shape], part.position)
        return constant_like(part, shape)

    def fold_constant(self, part: Expr, done: Mapping[int, int | Expr]) -> Expr:
        """Return a part without inputs, with constants for its names."""
        if not children(part):
            return part
        operands = [operand for operand in (done[id(child)] for child in children(part)) if isinstance(operand, Expr)]
        if isinstance(part, Apply) and part.op in self.definitions:
            return self.use_definition(part).evaluate_constant(operands, part.position)
        if isinstance(part, Apply):
            return Apply(part.op, tuple(operands), part.position)
        assert isinstance(part, Grid)
        width = len(part.rows[0])
        rows = (tuple(operands[i : i + width]) for i in range(0, len(operands), width))
        return Grid(tuple(rows), part.position, part.is_vector)

    def transpose_marks(self, parts: Sequence[Expr]) -> set[int]:
        """Return the ids of the exponents T that may mark a transpose: nothing else here is called T."""
        if "T" in self.bindings or "T" in self.shapes:
            return set()
        return {
            id(part.args[1])
            for part in parts
            if isinstance(part, Apply)
            and part.op == "pow"
            and isinstance(part.args[1], Sym)
            and part.args[1].name == "T"
        }

    def add_power_or_transpose(self, part: Apply, base: int | Expr) -> int | Expr:
        """Add K^T: the transpose of a matrix, or the power of a number."""
        if self.shape_at(base) is None:
            exponent = part.args[1]
            assert isinstance(exponent, Sym)
            return self.add_operation(part, [base, self.resolve_name(exponent)])
        transposed = Apply("T", (part.args[0],), part.position)
        return transposed if isinstance(base, Expr) else self.add_operation(transposed, [base])

    def turns_vector(self, part: Apply, done: Mapping[int, int | Expr], marks: Collection[int]) -> bool:
        """Return whether a part is the transpose of a node that is a vector."""
        if part.op != "T" and not (part.op == "pow" and id(part.args[1]) in marks):
            return False
        vector = done[id(part.args[0])]
        return isinstance(vector, int) and ops.is_vector_shape(self.nodes[vector].shape)

    def turn_vector(self, part: Expr, vector: int | Expr, right: int | Expr) -> int | Expr:
        """Return a vector as a column for a product with one row; unchanged if only that fits: x.T @ A."""
        right_shape = self.shape_at(right)
        if right_shape is None or right_shape[0] != 1:
            return vector
        assert isinstance(part, Apply)
        return self.turn_into_column(part, vector)

    def turn_into_column(self, part: Apply, vector: int | Expr) -> int:
        """Add the deferred transpose of a vector."""
        operands = part.args[:1] if part.op in ("T", "pow") else (part,)
        return self.add_operation(Apply("T", operands, part.position), [vector])

    def scales_vector(self, part: Apply, done: Mapping[int, int | Expr], deferred: Collection[int]) -> bool:
        """Return whether a part is a vector with a deferred transpose, with a sign or times numbers: −0.5·x.T."""
        others = [done[id(arg)] for arg in part.args if id(arg) not in deferred]
        return len(others) == len(part.args) - 1 and all(self.shape_at(other) is None for other in others)

    def shape_at(self, operand: int | Expr) -> Shape:
        """Return the shape of a node or of a constant."""
        return self.nodes[operand].shape if isinstance(operand, int) else ops.shape_of(self.evaluate_constant(operand))

    def add_grid(self, part: Grid, done: Mapping[int, int | Expr]) -> int:
        """Add the node of a matrix with computed entries."""
        sizes = Num(Fraction(0 if part.is_vector else len(part.rows))), Num(Fraction(len(part.rows[0])))
        cells = [cell for row in part.rows for cell in row]
        whole = Apply("grid", (*sizes, *cells), part.position)
        return self.add_operation(whole, [*sizes, *(done[id(cell)] for cell in cells)])

    def resolve_name(self, symbol: Sym) -> int | Expr:
        base = symbol.name.rstrip("'")
        if symbol.name not in self.bindings and symbol.name not in self.shapes and symbol.name == f"{base}'":
            # X' is the transpose of a matrix X.
            whole = self.bindings.get(base)
            shape = self.shapes.get(base) if whole is None else self.shape_at(whole)
            if shape is not None:
                named = Sym(base, symbol.position)
                return self.add_operation(Apply("T", (named,), symbol.position), [self.resolve_name(named)])
        if symbol.name not in self.bindings:
            shape = self.shapes.get(symbol.name)
            self.reserve_cells([shape], symbol.position)
            self.nodes.append(Node(symbol.name, None, name=symbol.name, formula=symbol, shape=shape))
            self.bindings[symbol.name] = len(self.nodes) - 1
        return self.bindings[symbol.name]

    def add_operation(self, part: Apply, operands: list[int | Expr]) -> int:
        """Add the node of an operation on nodes and constants, and a broadcast node for each smaller operand."""
        if is_array_call(part) and part.op not in self.definitions:
            return self.add_array_operation(part, operands)
        typed_operands = operands
        operation, operands = self.resolve_operation(part, typed_operands)
        consts = [self.evaluate_constant(operand) if isinstance(operand, Expr) else None for operand in operands]
        shapes = list(map(self.shape_at, operands))
        if operation.id == "matmul" and not self.ignore_shapes:
            operation = OPERATIONS[product_operation(shapes)]
        if operation.id == "cross_entropy" and not self.ignore_shapes and are_labels(shapes, part.position, part.op):
            return self.add_loss_of_labels(part, operands, consts, shapes)
        shape = None if self.ignore_shapes else operation.shape_rule(shapes, part.position, operation.label)
        self.reserve_cells([shape, *_inner_shapes(operation)], part.position)
        if operation.id in ("matmul", "matvec") and shape and shapes[0]:
            self.num_products += ops.num_cells(shape) * shapes[0][1]
            self.check_products(part.position)
        shown_operands = typed_operands if isinstance(operation, CompositeOperation) else operands
        formula = self.node_formula(part.op, operation, shown_operands)
        if operation.shape_rule is elementwise and shape is not None:
            # A constant is simply repeated; repeating a node takes a node because it sums in the backward pass.
            for slot, operand in enumerate(operands):
                if isinstance(operand, int) and shapes[slot] != shape:
                    self.reserve_cells([shape], part.position)
                    operands[slot] = self.add_broadcast(operand, shape)
                elif shapes[slot] not in (None, shape):
                    consts[slot] = ops.broadcast_like(consts[slot], _ones_matrix(shape))
        if sum(const is not None for const in consts) > 1:
            return self.add_with_constants(operation, operands, consts, formula, shape)
        const = next((const for const in consts if const is not None), None)
        args = tuple(operand if isinstance(operand, int) else None for operand in operands)
        return self.add_node(operation, args, const, formula, shape)

    def add_array_operation(self, part: Apply, args: list[int | Expr]) -> int:
        """Add the node of a function of arrays; its parameters are part of the operation."""
        constants = [arg if isinstance(arg, Expr) else None for arg in args]
        parameters, slots = ARRAY_FUNCTIONS[part.op].read(constants, part.position)
        function = ARRAY_FUNCTIONS[part.op].bind(parameters)
        operands = [args[slot] for slot in slots]
        consts = [self.evaluate_constant(operand) if isinstance(operand, Expr) else None for operand in operands]
        shapes = list(map(self.shape_at, operands))
        if self.ignore_shapes:
            # Only how many nodes there are matters.
            nodes = tuple(operand for operand in operands if isinstance(operand, int))
            example = replace(OPERATIONS.get(part.op, OPERATIONS["reshape"]), data_slots=(), index_sizes={})
            self.nodes.append(Node(self.next_id(part.op), example.id, nodes, formula=part, custom_operation=example))
            return len(self.nodes) - 1
        shape = function.shape(shapes, part.position)
        self.num_products += function.function.work(parameters, shapes)
        self.check_products(part.position)
        function = replace(function, operand_shapes=tuple(shapes))
        operation = ARRAY_OPERATIONS[part.op](function, shapes)
        self.reserve_cells([shape], part.position)
        formula = function.formula(
            [self.formula_at(operand) if isinstance(operand, int) else operand for operand in operands]
        )
        return self.add_with_constants(operation, operands, consts, formula, shape)

    def check_products(self, offset: int) -> None:
        """Raise an error if the matrix products of all nodes take too long."""
        if self.num_products > GRAPH_PRODUCTS:
            text = N_("The matrix products need more than {n} multiplications. Use smaller matrices.")
            raise AlgebraError(message(text, n=GRAPH_PRODUCTS), offset)

    def add_loss_of_labels(
        self, part: Apply, operands: list[int | Expr], consts: list[Value], shapes: Sequence[Shape]
    ) -> int:
        """Add the node of a cross-entropy whose targets are labels; they stay an operand if they are constant."""
        assert shapes[0]
        operation = cross_entropy_of_labels(shapes[0])
        formula = self.node_formula(part.op, operation, operands)
        args = tuple(operand if isinstance(operand, int) else None for operand in operands)
        const = next((const for const in consts if const is not None), None)
        if consts[1] is not None:
            check_labels(consts[1], shapes[0][1], part.position)
        self.nodes.append(
            Node(self.next_id(operation.label), operation.id, args, const, None, formula, None, operation)
        )
        return len(self.nodes) - 1

    def add_with_constants(
        self, operation: Operation, operands: list[int | Expr], consts: list[Value], formula: Expr, shape: Shape
    ) -> int:
        """Add the node of an operation, of which constant operands become a part."""
        constants = {slot: const for slot, const in enumerate(consts) if const is not None}
        if constants:
            operation = absorb_constants(operation, constants, len(operands))
        args = tuple(operand for operand in operands if isinstance(operand, int))
        self.nodes.append(
            Node(self.next_id(operation.label), operation.id, args, None, None, formula, shape, operation)
        )
        return len(self.nodes) - 1

    def resolve_operation(self, part: Apply, operands: list[int | Expr]) -> tuple[Operation, list[int | Expr]]:
        """Return the operation and its operands without those that are part of it: the 1 of 1/x, the e of e^x, an axis."""
        op = part.op
        if op == "div" and isinstance(operands[0], Num) and operands[0].value == 1:
            return OPERATIONS["inv"], operands[1:]
        if op == "pow" and _is_e(operands[0]):
            return OPERATIONS["exp"], operands[1:]
        if op in ("sum", "mean") and len(operands) == 2:
            axis = operands[1]
            assert isinstance(axis, Num)
            return OPERATIONS[f"{op}.{axis.value}"], operands[:1]
        if op in self.definitions:
            return self.resolve_custom_operation(part, operands), [
                operand for operand in operands if isinstance(operand, int)
            ]
        op = _OPERATION_ALIASES.get(op, op)
        if op == "range":
            text = N_("The end of a range must be a number or a size, as in range(3) or range(len(y)).")
            raise AlgebraError(message(text), part.position, len(op))
        if op not in OPERATIONS:
            raise AlgebraError(
                message(
                    N_("There is no node for {name}. The available nodes are {known}."),
                    name=op,
                    known=", ".join(_known_symbols()),
                ),
                part.position,
            )
        return OPERATIONS[op], operands

    def resolve_custom_operation(self, part: Apply, operands: list[int | Expr]) -> Operation:
        """Return the operation of a custom function for these shapes and constants."""
        definition = self.use_definition(part)
        if self.ignore_shapes:
            return definition.operation_without_shapes
        for operand in operands:
            if isinstance(operand, Expr):
                self.evaluate_constant(operand)
        arguments = [operand if isinstance(operand, Expr) else self.nodes[operand].shape for operand in operands]
        return definition.operation_for(arguments, part.position)

    def use_definition(self, part: Apply) -> CustomFunction:
        """Return a custom function and count its nodes. Raises `AlgebraError` if there are too many in all."""
        definition = self.definitions[part.op]
        self.num_definition_nodes += definition.num_nodes
        if self.num_definition_nodes > GRAPH.nodes:
            text = N_("Together with the nodes inside {name}, this has more than {n} nodes. Use a shorter formula.")
            raise AlgebraError(message(text, name=part.op, n=GRAPH.nodes), part.position, len(part.op))
        return definition

    def reserve_cells(self, shapes: Sequence[Shape], offset: int) -> None:
        """Count the numbers in values of these shapes. Raises `AlgebraError` if there are too many in all."""
        self.num_cells += sum(map(ops.num_cells, shapes))
        if self.num_cells > GRAPH_CELLS:
            text = N_("The matrices of this graph have more than {n} entries in total. Use fewer or smaller matrices.")
            raise AlgebraError(message(text, n=GRAPH_CELLS), offset)

    def add_broadcast(self, operand: int, shape: tuple[int, int]) -> int:
        """Add a node that broadcasts the value of another node to `shape`."""
        formula = Apply("broadcast", (self.formula_at(operand),))
        return self.add_node(OPERATIONS["broadcast"], (operand, None), _ones_matrix(shape), formula, shape)

    def add_node(
        self, operation: Operation, args: tuple[int | None, ...], const: Value, formula: Expr, shape: Shape
    ) -> int:
        custom = operation if isinstance(operation, CompositeOperation) else None
        self.nodes.append(Node(self.next_id(operation.label), operation.id, args, const, None, formula, shape, custom))
        return len(self.nodes) - 1

    def next_id(self, label: str) -> str:
        """Return the next id for an unnamed node: `mul1`, `swish2`, `f1_1`."""
        while True:
            self.id_counts[label] += 1
            node_id = f"{label}{'_' if label[-1].isdigit() else ''}{self.id_counts[label]}"
            if node_id not in self.used_names:
                return node_id

    def node_formula(self, op: str, operation: Operation, operands: list[int | Expr]) -> Expr:
        parts = tuple(self.formula_at(operand) if isinstance(operand, int) else operand for operand in operands)
        if operation.id == "inv":
            return Apply("div", (ONE, *parts))
        if axis := operation.id.partition(".")[2]:
            parts = (*parts, Num(Fraction(axis)))
        return Apply("exp" if operation.id == "exp" else op, parts)

    def formula_at(self, position: int) -> Expr:
        return inline_formula(self.nodes, position)


#: Operations that have another name in the graph language.
_OPERATION_ALIASES = {"T": "transpose"}


def _is_product(part: Expr) -> TypeGuard[Apply]:
    return isinstance(part, Apply) and part.op == "matmul"


def _scaled_parts(part: Expr) -> Iterator[Expr]:
    """Yield a part and, while it is a product, a quotient or has a sign, what is multiplied there."""
    waiting = [part]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, Apply) and part.op in ("mul", "neg", "div"):
            waiting += part.args[:1] if part.op == "div" else part.args


def _known_symbols() -> list[str]:
    """Return the symbols of the operations, each once."""
    return list(dict.fromkeys(operation.symbol for operation in OPERATIONS.values() if operation.id != "broadcast"))


def _split_name(name: str, known: Collection[str]) -> list[str]:
    """Return the known names that make up `name` side by side, two or more; an empty list if there are none."""
    for end in range(1, len(name)):
        if name[:end] in known:
            rest = [name[end:]] if name[end:] in known else _split_name(name[end:], known)
            if rest:
                return [name[:end], *rest]
    return []


def _inner_shapes(operation: Operation) -> Iterator[Shape]:
    """Yield the shapes of all values inside a composite operation."""
    for node in operation.body.nodes if isinstance(operation, CompositeOperation) else ():
        yield node.shape
        if not node.is_input:
            yield from _inner_shapes(node.operation)


def _ones_matrix(shape: tuple[int, int]) -> Value:
    return ops.make_matrix(((ONE,) * shape[1],) * shape[0])


def _is_e(operand: int | Expr) -> bool:
    return (
        isinstance(operand, Apply)
        and operand.op == "exp"
        and isinstance(operand.args[0], Num)
        and (operand.args[0].value == 1)
    )
