"""A graph as a PyTorch program, as a person would write it: one line for each value that has a name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tutor.algebra import values
from tutor.algebra.tree import Num
from tutor.algebra.values import Value
from tutor.engine.graph import Graph
from tutor.engine.operation import Operation
from tutor.engine.programs.composites import Functions, composites, parts
from tutor.engine.programs.formulas import forward_formula, is_cell_by_cell, is_composite, shapes_at, with_means
from tutor.engine.programs.given import numbers
from tutor.engine.programs.python import ATOM, Dialect, Text, comment, constant, printed, write
from tutor.engine.programs.scope import Scope

_CALLS = (
    {name: f"torch.{name}({{0}})" for name in ("exp", "log", "sqrt", "sin", "cos", "tanh")}
    | {name: f"torch.{name}({{0}})" for name in ("sigmoid", "relu", "abs", "sign")}
    | {
        # PyTorch's own threshold, 20, gives up nine digits.
        "softplus": "F.softplus({0}, threshold=40)",
        "softmax": "torch.softmax({0}, dim=1)",
        "max": "torch.maximum({0}, {1})",
        "min": "torch.minimum({0}, {1})",
        "ones": "torch.ones({0}, {1}, dtype=torch.float64)",
        "broadcast": "{0}.expand({1}, {2})",
        "T": "{0}.T",
    }
    | {name: f"{{0}}.{name}()" for name in ("sum", "mean")}
    | {f"{name}.{axis}": f"{{0}}.{name}(dim={axis}, keepdim=True)" for name in ("sum", "mean") for axis in (0, 1)}
)
_TORCH = Dialect(
    _CALLS,
    pi="math.pi",
    array=("torch.tensor(", ", dtype=torch.float64)"),
    number=("torch.tensor(", ", dtype=torch.float64)"),
    constants={name: f"math.{name}({{0}})" for name in ("exp", "log", "sqrt", "sin", "cos", "tanh")},
)
#: A value without a name is written where it is used while the line stays about this long.
_SHORT = 60


def torch_program(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> list[str]:
    """A program that prints the output and the gradients of the inputs in `wrt`, None for all; others are not tracked.

    `inputs` and `start` are exact numbers; all is computed in float64. Raises `AlgebraError` for symbols and
    `NotANumber`, as `run` does.
    """
    exact, start = numbers(graph, inputs, start, wrt)
    functions = Functions()
    for operation in composites(graph):
        functions.define(operation, _bodies(operation, functions))
    lines = _Lines(graph, functions)
    tracked = [name for name in exact if wrt is None or name in wrt]
    body = [*comment(graph.text), ""]
    for name, value in exact.items():
        flag = ", requires_grad=True" if name in tracked else ""
        body += lines.assigned(lines.names[graph.position[name]], value, flag)
    output = lines.names[graph.last]
    forward = [*lines.forward(), f"{output} = {lines.texts[graph.last][0]}"]
    body += [*lines.constants, "", *forward, ""]
    if tracked:
        body += [*lines.backward(start), ""]
    shown = "item()" if graph.nodes[graph.last].shape is None else "detach()"
    body.append(printed(f"{graph.output} =", f"{output}.{shown}"))
    body += [printed(f"{name}.grad =", f"{lines.names[graph.position[name]]}.grad") for name in tracked]
    code = [*functions.lines, *body]
    imports = ["import math"] if any("math." in line for line in code) else []
    imports += ["import torch"]
    imports += ["import torch.nn.functional as F"] if any("F.softplus(" in line for line in code) else []
    # Code comes first: a formula such as coding=x*y in a comment of the first lines would name the file's encoding.
    return [*imports, "", *([""] if functions.lines else []), *functions.lines, *body]


def _bodies(operation: Operation, functions: Functions) -> dict[str, list[str]]:
    """What a composite node computes."""
    inside = parts(operation)
    lines = _Lines(inside, functions)
    arguments = ", ".join(lines.names[inside.position[name]] for name in inside.inputs)
    forward = lines.forward()
    return {"": [f"({arguments})", *lines.constants, *forward, f"return {lines.texts[inside.last][0]}"]}


class _Lines(Scope):
    """The lines of one graph."""

    def __init__(self, graph: Graph, functions: Functions) -> None:
        super().__init__(graph, functions.names, _TORCH)
        self.functions = functions

    def forward(self) -> list[str]:
        """A line for each value before the output that needs one; after them the output's text is known."""
        found = []
        for position, node in enumerate(self.graph.nodes):
            if node.is_input:
                continue
            text = self._text(position)
            if position != self.graph.last and not self._stands_inside(position, text):
                found.append(f"{self.names[position]} = {text[0]}")
                text = self.names[position], ATOM
            self.texts[position] = text
        return found

    def _stands_inside(self, position: int, text: Text) -> bool:
        alone = self.graph.nodes[position].name is None and len(self.graph.outgoing[position]) == 1
        return alone and len(text[0]) <= _SHORT

    def _text(self, position: int) -> Text:
        node, texts = self.graph.nodes[position], self.operands(position)
        if is_composite(self.graph, position):
            called = self.functions.called(node.operation)
            return f"{called}({', '.join(text for text, _strength in texts.values())})", ATOM
        users = [edge.target for edge in self.graph.outgoing[position]]
        if node.op == "broadcast" and users and all(is_cell_by_cell(self.graph, user) for user in users):
            # PyTorch repeats it by itself.
            return texts["x0"]
        if node.op in ("max", "min") and node.const is not None and not values.is_matrix(node.const):
            # torch.maximum takes no bare numbers, and torch.clamp has another slope where both are equal.
            texts |= {name: (self.tensor(node.const), ATOM) for name in texts if node.args[int(name[1:])] is None}
        formula = with_means(forward_formula(self.graph, position), shapes_at(self.graph, position))
        return write(formula, texts, self.dialect)

    def tensor(self, value: Value) -> str:
        """A number as a tensor."""
        return f"torch.tensor({constant(value, _TORCH, point=True)[0]}, dtype=torch.float64)"

    def backward(self, start: Value) -> list[str]:
        """The lines that send the start back."""
        output = self.names[self.graph.last]
        one = isinstance(start, Num) and start.value == 1
        if values.is_matrix(start):
            name = self.unique.new("start")
            return [*self.assigned(name, start), f"{output}.backward({name})"]
        if self.graph.nodes[self.graph.last].shape is not None:
            number = constant(start, _TORCH, point=True)[0]
            like = f"torch.ones_like({output})" if one else f"torch.full_like({output}, {number})"
            return [f"{output}.backward({like})"]
        return [f"{output}.backward({'' if one else self.tensor(start)})"]
