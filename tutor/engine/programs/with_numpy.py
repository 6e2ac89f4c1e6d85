"""A graph as a backward pass in plain NumPy, as one would write it down by hand: a line for each edge."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from textwrap import wrap

from tutor.algebra import values
from tutor.algebra.tree import Expr
from tutor.algebra.values import Value
from tutor.engine.graph import Edge, Graph
from tutor.engine.operation import Operation
from tutor.engine.programs.composites import Functions, composites, parts
from tutor.engine.programs.formulas import (
    OUTPUT,
    UPSTREAM,
    back_formula,
    forward_formula,
    is_composite,
    readable,
    shapes_at,
    with_means,
)
from tutor.engine.programs.given import numbers
from tutor.engine.programs.python import ATOM, Dialect, comment, constant, printed, write
from tutor.engine.programs.scope import Scope
from tutor.i18n import _, message

_NUMPY = Dialect(
    {name: f"np.{name}({{0}})" for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "sign")}
    | {
        "sigmoid": "sigmoid({0})",
        "softmax": "softmax({0})",
        "softplus": "np.logaddexp(0, {0})",
        "relu": "np.maximum({0}, 0)",
        "max": "np.maximum({0}, {1})",
        "min": "np.minimum({0}, {1})",
        "ones": "np.ones(({0}, {1}))",
        "broadcast": "np.broadcast_to({0}, ({1}, {2}))",
        "T": "{0}.T",
    }
    | {name: f"{{0}}.{name}()" for name in ("sum", "mean")}
    | {f"{name}.{axis}": f"{{0}}.{name}(axis={axis}, keepdims=True)" for name in ("sum", "mean") for axis in (0, 1)},
    pi="np.pi",
    array=("np.array(", ")"),
)

#: Functions that NumPy lacks, in forms that do not overflow.
_HELPERS = {
    "sigmoid": (
        "def sigmoid(x):",
        "    small = np.exp(-np.abs(x))",
        "    return np.where(x >= 0, 1, small) / (1 + small)",
    ),
    "softmax": (
        "def softmax(x):",
        "    grown = np.exp(x - x.max(axis=1, keepdims=True))",
        "    return grown / grown.sum(axis=1, keepdims=True)",
    ),
}
#: Rules in words are broken into lines of about this length.
_WIDE = 100


def numpy_program(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> list[str]:
    """A program that prints the output and the gradients of the inputs in `wrt`, None for all; it needs NumPy only.

    `inputs` and `start` are exact numbers. Raises `AlgebraError` for symbols and `NotANumber`, as `run` does.
    """
    exact, start = numbers(graph, inputs, start, wrt)
    functions = Functions()
    for operation in composites(graph):
        functions.define(operation, _bodies(operation, functions))
    steps = _Steps(graph, wrt, functions)
    position = graph.position
    body = [*comment(graph.text), "", *comment(_("Inputs"))]
    for name, value in exact.items():
        body += steps.assigned(steps.names[position[name]], value)
    body += [*steps.constants, "", *comment(_("Forward pass")), *steps.forward()]
    body += ["", *comment(_("Backward pass: d_x is the gradient of x"))]
    body += [*steps.start(start), *steps.backward(), "", printed(f"{graph.output}:", steps.names[graph.last])]
    for name in exact:
        if position[name] in steps.gradients:
            body.append(printed(f"d_{name}:", steps.gradients[position[name]]))
    defined = [*_helpers([*functions.lines, *body]), *functions.lines]
    # Code comes first: a formula such as coding=x*y in a comment of the first lines would name the file's encoding.
    return ["import numpy as np", "", *([""] if defined else []), *defined, *body]


def _helpers(lines: list[str]) -> list[str]:
    """The definitions of the functions that the lines use."""
    used = [name for name in _HELPERS if any(re.match(rf"[^#]*\b{name}\(", line) for line in lines)]
    return [line for name in used for line in (*_HELPERS[name], "", "")]


def _bodies(operation: Operation, functions: Functions) -> dict[str, list[str]]:
    """What a composite node computes, and how it sends a gradient back to all its operands."""
    inside = parts(operation)
    steps = _Steps(inside, None, functions)
    arguments = ", ".join(steps.names[inside.position[name]] for name in inside.inputs)
    before, (*forward, last) = steps.constants, steps.forward()
    upstream = steps.gradient(inside.last)
    backward = [line for line in steps.backward() if line]
    output, _equals, result = last.partition(" = ")
    code = [line for line in backward if not line.startswith("#")]
    needed = [last] if any(re.search(rf"\b{output}\b", line) for line in code) else []
    gradients = ", ".join(steps.gradients[inside.position[name]] for name in inside.inputs)
    return {
        "": [f"({arguments})", *before, *forward, f"return {result}"],
        "_backward": [f"({upstream}, {arguments})", *before, *forward, *needed, *backward, f"return {gradients}"],
    }


class _Steps(Scope):
    """The lines of one graph, and its `gradients` by node as far as they have names."""

    def __init__(self, graph: Graph, wrt: Collection[str] | None, functions: Functions) -> None:
        super().__init__(graph, functions.names, _NUMPY)
        self.functions = functions
        self.gradients: dict[int, str] = {}
        wanted = graph.leading_to(wrt)
        reached = [False] * len(graph.nodes)
        reached[graph.last] = True
        for edge in reversed(graph.edges):
            reached[edge.source] |= reached[edge.target]
        self._edges = [
            tuple(edge for edge in edges if reached[edge.target] and wanted[edge.source]) for edges in graph.incoming
        ]
        self._uses = Counter(edge.source for edges in self._edges for edge in edges)
        self._backs: dict[int, list[str]] = {}
        self._told: set[str] = set()

    def forward(self) -> list[str]:
        """A line for each operation."""
        found = []
        for position, node in enumerate(self.graph.nodes):
            if not node.is_input:
                found.append(f"{self.names[position]} = {self._forward_text(position)}")
        return found

    def start(self, start: Value) -> list[str]:
        """The output's own gradient; a number is spread over a matrix."""
        name, shape = self.gradient(self.graph.last), self.graph.nodes[self.graph.last].shape
        if shape is None or values.is_matrix(start):
            return self.assigned(name, start)
        number = constant(start, _NUMPY, point=True)[0]
        return [f"{name} = np.ones({shape})" if number == "1.0" else f"{name} = np.full({shape}, {number})"]

    def backward(self) -> list[str]:
        """A line for each edge, and one for each sum at a branch; the output's gradient has its name already."""
        found: list[str] = []
        for position in range(self.graph.last, -1, -1):
            backs = self._backs.get(position, [])
            if len(backs) > 1:
                found += ["", f"{self.gradient(position)} = {' + '.join(backs)}"]
            if self._edges[position]:
                found += ["", *self._through(position)]
        return found

    def _through(self, position: int) -> list[str]:
        """What goes back along the edges into a node."""
        if is_composite(self.graph, position):
            name = self.functions.called(self.graph.nodes[position].operation)
            given = ", ".join([self.gradient(position), *self._arguments(position)])
            by_slot = {edge.slot: self._back(edge) for edge in self._edges[position]}
            backs = ", ".join(by_slot.get(slot, "_") for slot in range(len(self.graph.nodes[position].args)))
            return [*comment(self.graph.nodes[position].sign), f"{backs} = {name}_backward({given})"]
        found = []
        for edge in self._edges[position]:
            formula = readable(back_formula(self.graph, position, edge.slot), shapes_at(self.graph, position))
            found += [*self._rule(edge), f"{self._back(edge)} = {self._text(formula, position)}"]
        return found if found[0].startswith("#") else [*comment(self.graph.nodes[position].sign), *found]

    def _rule(self, edge: Edge) -> list[str]:
        """The rule of an edge in words, the first time that it is used."""
        node = self.graph.nodes[edge.target]
        alone = node.operation.alone_says if node.const is not None else ""
        rule = alone or node.operation.text(node.operation.says, edge.slot)
        if rule in self._told:
            return []
        self._told.add(rule)
        words = str(message(rule, node=self.graph.title(edge.target)))
        return [line for part in wrap(words, _WIDE) for line in comment(part)]

    def gradient(self, position: int) -> str:
        """The name of a node's gradient."""
        if position not in self.gradients:
            self.gradients[position] = self.unique.new(f"d_{self.names[position]}")
        return self.gradients[position]

    def _back(self, edge: Edge) -> str:
        """The name of what goes back along an edge: the gradient itself, where its source has no other."""
        name = self.gradient(edge.source)
        if self._uses[edge.source] > 1:
            backs = self._backs.setdefault(edge.source, [])
            name = self.unique.new(f"{name}_{len(backs) + 1}")
            backs.append(name)
        return name

    def _arguments(self, position: int) -> list[str]:
        return [text for text, _strength in self.operands(position).values()]

    def _forward_text(self, position: int) -> str:
        if is_composite(self.graph, position):
            name = self.functions.called(self.graph.nodes[position].operation)
            return f"{name}({', '.join(self._arguments(position))})"
        shapes = shapes_at(self.graph, position)
        return self._text(with_means(forward_formula(self.graph, position), shapes), position)

    def _text(self, formula: Expr, position: int) -> str:
        texts = self.operands(position) | {OUTPUT: self.texts[position]}
        if position in self.gradients:
            texts[UPSTREAM] = self.gradients[position], ATOM
        return write(formula, texts, self.dialect)[0]
