"""Gradient graphs: the backward pass of a graph of numbers as a graph of its own, whose gradients are second derivatives.

Both passes run on formulas of the inputs, in which equal parts are one. What the gradient doesn't need is left out, and
so are factors of 0 and 1. Parts that are needed more than once become steps with names, so the result is the text of an
ordinary graph, such as `f_x = y*(2*x)` for `f = x^2*y`.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE, Apply, Expr, Sym, postorder
from tutor.algebra.lexer import skeleton
from tutor.algebra.limits import MAX_NAME
from tutor.algebra.parser import Equation, is_reserved
from tutor.algebra.printing import format_expr
from tutor.engine.builder import build_from_equations, parse_graph
from tutor.engine.formula_table import FormulaTable
from tutor.engine.passes import NonFiniteError
from tutor.engine.symbolic import has_symbols
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph, Node

#: Steps without a name in the graph are numbered v1, v2, … as in the literature on automatic differentiation.
_STEP_LETTER = "v"
_PRIMES = "'"
#: The name of a gradient by inputs of one letter.
_PARTIAL = re.compile(r"[^\W_]+_[^\W\d_]{1,3}")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_FROM_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_TYPED_SIGNS = str.maketrans({"·": "*", "−": "-", "π": "pi"})
_TYPED_FUNCTIONS = (("σ(", "sigmoid("), ("√(", "sqrt("))


@dataclass(frozen=True)
class GradientGraph:
    """The gradient of `input`, ∂f/∂x, as a graph with the output `name`.

    `formula` is the gradient in the inputs alone; equal parts are one object. `graph` is None if no operation on an
    input is left: the gradient is a constant, or an input itself.
    """

    input: str
    name: str
    formula: Expr
    graph: Graph | None


def gradient_graph(graph: Graph, name: str, inputs: Mapping[str, Value]) -> GradientGraph:
    """Return the graph of the gradient of the input `name`; its own inputs are among those of `graph`.

    If a slope jumps, such as that of relu, the graph is that for the side on which `inputs` are. Raise `AlgebraError` for
    matrices, and for such a jump if an input is a symbol; raise `NonFiniteError` if a node has no slope for any values.
    """
    check_scalars(graph)
    numbers = None if any(map(has_symbols, inputs.values())) else inputs
    passes = _FormulaPasses(graph, FormulaTable(numbers))
    gradients = passes.backward(name)
    formula = gradients[graph.position[name]]
    names = _Names(graph)
    output = names.partial(name)
    if not isinstance(formula, Apply) or passes.table.is_constant(formula):
        return GradientGraph(name, output, formula, None)
    if signs := [part for part in postorder(formula) if isinstance(part, Apply) and part.op == "sign"]:
        text = N_(
            "The derivative of {node} depends on the sign of {sign}. Give every input a value instead of a symbol."
        )
        node = next(node for node in graph.nodes if not node.is_input and node.operation.has_kink)
        raise AlgebraError(message(text, node=node.symbol, sign=format_expr(signs[0].args[0])), -1)
    equations = list(_equations(formula, output, _named_steps(passes, gradients), names, passes.table))
    text = "; ".join(f"{equation.name} = {format_typed(equation.expr)}" for equation in equations)
    return GradientGraph(name, output, formula, _build_graph(equations, text))


def _build_graph(equations: list[Equation], text: str) -> Graph:
    """Return the graph of the equations, which only a text within the limits can be read for."""
    try:
        return parse_graph(text)
    except AlgebraError:
        return build_from_equations(equations, text, {}, {})


def check_scalars(graph: Graph) -> None:
    """Raise `AlgebraError` if a value in the graph is a matrix."""
    for position, node in enumerate(graph.nodes):
        if node.shape is not None or (node.body and any(part.shape is not None for part in node.body.nodes)):
            text = N_(
                "Second derivatives work only for graphs of numbers, but there is a matrix at {name}. "
                "Write each entry as its own input, as in w1*x1 + w2*x2."
            )
            raise AlgebraError(message(text, name=graph.label(position)), -1)


class _FormulaPasses:
    """Both passes over a graph as formulas of its inputs, whose parts are in one table."""

    def __init__(self, graph: Graph, table: FormulaTable) -> None:
        self.graph = graph
        self.table = table
        self.values: list[Expr] = []
        for position, node in enumerate(graph.nodes):
            if node.is_input:
                self.values.append(table.share(Sym(node.id)))
            else:
                with _slope_errors(graph, position):
                    self.values.append(table.keep(table.share(node.operation.forward(*self.operands_of(node)))))

    def operands_of(self, node: Node) -> tuple[Value, ...]:
        return tuple(node.const if arg is None else self.values[arg] for arg in node.args)

    def backward(self, name: str) -> dict[int, Expr]:
        """Return the gradient of each node between the input and the output, by position."""
        graph, needed = self.graph, self.graph.depends_on((name,))
        gradients: dict[int, Expr] = {graph.output_position: self.table.share(ONE)}
        for position in range(graph.output_position, -1, -1):
            node = graph.nodes[position]
            if node.is_input or position not in gradients:
                continue
            if node.name or len(graph.incoming_edges[position]) > 1:
                self.table.keep(gradients[position])
            for edge in graph.incoming_edges[position]:
                if not needed[edge.source]:
                    continue
                with _slope_errors(graph, position):
                    z, operands = self.values[position], self.operands_of(node)
                    gradient = node.operation.backpropagate(gradients[position], z, operands, edge.slot)
                    before = gradients.get(edge.source)
                    gradients[edge.source] = self.table.share(gradient if before is None else before + gradient)
        return gradients


@contextmanager
def _slope_errors(graph: Graph, position: int) -> Iterator[None]:
    """Turn an error of arithmetic at a node into `NonFiniteError`."""
    try:
        yield
    except AlgebraError:
        raise
    except (ArithmeticError, ValueError):
        text = message(N_("{node} has no derivative for these inputs."), node=graph.label(position))
        raise NonFiniteError(graph.nodes[position].id, text) from None


def _named_steps(passes: _FormulaPasses, gradients: Mapping[int, Expr]) -> dict[int, tuple[str, bool]]:
    """Return the names of steps by the id of their formulas, and whether it is the gradient of the step."""
    steps: dict[int, tuple[str, bool]] = {}
    for is_gradient in (False, True):
        for position, node in enumerate(passes.graph.nodes):
            formula = gradients.get(position) if is_gradient else passes.values[position]
            if node.name and not node.is_input and formula and position != passes.graph.output_position:
                steps.setdefault(id(formula), (node.name, is_gradient))
    return steps


def _equations(
    formula: Expr, output: str, steps: Mapping[int, tuple[str, bool]], names: _Names, table: FormulaTable
) -> Iterator[Equation]:
    """Yield an equation for each step that has a name or is used more than once, and last the one of `formula`."""
    parts = list(postorder(formula))
    uses = Counter(id(arg) for part in parts if isinstance(part, Apply) for arg in part.args)
    written: dict[int, Expr] = {}
    for part in parts:
        if not isinstance(part, Apply):
            written[id(part)] = part
            continue
        own = Apply(part.op, tuple(written[id(arg)] for arg in part.args))
        written[id(part)] = own
        if part is formula or table.is_constant(part):
            continue
        if id(part) in steps:
            step, is_gradient = steps[id(part)]
            name = names.partial(step) if is_gradient else step
        elif uses[id(part)] > 1:
            name = names.numbered()
        else:
            continue
        yield Equation(name, own, 0)
        written[id(part)] = Sym(name)
    yield Equation(output, written[id(formula)], 0)


class _Names:
    """Names for steps of the gradient that no name in the graph looks like."""

    def __init__(self, graph: Graph) -> None:
        self._output = graph.output
        self._taken = {skeleton(name) for node in graph.nodes for name in (node.id, node.name) if name}

    def partial(self, step: str) -> str:
        """Return a name such as f_x for the gradient of a step or an input, f_xy for that of f_x."""
        joined = self._output if _PARTIAL.fullmatch(self._output) and len(step) == 1 else f"{self._output}_"
        base = f"{joined.replace(_PRIMES, '')}{step}"
        return self._allocate(base if len(base) < MAX_NAME else f"{_STEP_LETTER}_1", first=True)

    def numbered(self) -> str:
        """Return the next name for a step, v1, v2, …"""
        return self._allocate(_STEP_LETTER, first=False)

    def _allocate(self, base: str, first: bool) -> str:
        """Return `base`, if `first` and it is free, or `base` with a number, which comes before its primes."""
        word = base.rstrip(_PRIMES)
        primes = base[len(word) :]
        numbered = (f"{word}{n}{primes}" for n in count(1))
        for name in chain((base,) if first else (), numbered):
            if skeleton(name) not in self._taken and not is_reserved(name):
                self._taken.add(skeleton(name))
                return name
        raise AssertionError


def format_typed(formula: Expr) -> str:
    """Return a formula as it is typed, `x^2*y` for x²·y; names stay as they are."""
    text = format_expr(formula, juxtapose=False).translate(_TYPED_SIGNS)
    for shown, typed in _TYPED_FUNCTIONS:
        text = text.replace(shown, typed)
    return _SUPERSCRIPT.sub(lambda match: "^" + match[0].translate(_FROM_SUPERSCRIPT), text)
