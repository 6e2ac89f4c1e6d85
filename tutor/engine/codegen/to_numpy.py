"""NumPy programs: both passes written out, with a line for each edge."""

from __future__ import annotations

import re
from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

from tutor.algebra import functions, ops
from tutor.algebra.expr import Apply, Sym
from tutor.engine.codegen.array_calls import NUMPY_WRITERS, index_code, reduction_calls, takes_twice
from tutor.engine.codegen.array_forms import axes_of, library_form
from tutor.engine.codegen.helper_functions import HelperFunctions, body_of, composite_operations
from tutor.engine.codegen.matrix_calls import NUMPY_MATRIX_CALLS, NUMPY_MATRIX_HELPERS, NUMPY_MATRIX_WRITERS
from tutor.engine.codegen.python_printer import (
    ATOM,
    COMPARISONS,
    Dialect,
    comment_lines,
    format_constant,
    format_print,
    format_python,
)
from tutor.engine.codegen.rule_formulas import (
    OUTPUT,
    UPSTREAM,
    drop_redundant_ones,
    edge_gradient_formula,
    forward_formula,
    is_composite,
    rewrite_means,
    shapes_at,
)
from tutor.engine.codegen.scope import ForwardLines, Scope, exact_inputs, in_shape, with_count_of_rows
from tutor.i18n import _, message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Value
    from tutor.engine.codegen.python_printer import CodeFragment
    from tutor.engine.graph import Edge, Graph
    from tutor.engine.operation import Operation

_CALLS = functions.table(
    lambda function: {} if function.is_operator else {function.id: function.numpy_call},
    {
        "softmax": "softmax({0})",
        "ones.1": "np.ones({0})",
        "ones": "np.ones(({0}, {1}))",
        "broadcast.2": "np.broadcast_to({0}, {1})",
        "broadcast": "np.broadcast_to({0}, ({1}, {2}))",
        "T": "{0}.T",
        "column": "{0}.reshape(-1, 1)",
        "outer": "np.outer({0}, {1})",
        "squeeze": "{0}.squeeze()",
    }
    | reduction_calls("axis", "keepdims")
    | NUMPY_MATRIX_CALLS,
)
_NUMPY_DIALECT = Dialect(
    _CALLS, pi="np.pi", array=("np.array(", ")"), writers={**NUMPY_WRITERS, **NUMPY_MATRIX_WRITERS}
)

#: Definitions of functions that NumPy lacks, in forms that do not overflow.
_HELPERS: dict[str, tuple[str, ...]] = functions.table(
    lambda function: {function.id: function.numpy_helper} if function.numpy_helper else {},
    {
        "softmax": (
            "def softmax(x):",
            "    grown = np.exp(x - x.max(axis=-1, keepdims=True))",
            "    return grown / grown.sum(axis=-1, keepdims=True)",
        ),
        "scatter_add": (
            "def scatter_add(values, index, shape):",
            "    total = np.zeros(shape)",
            "    np.add.at(total, index, values)",
            "    return total",
        ),
        **NUMPY_MATRIX_HELPERS,
    },
)
#: The width of comments that state rules.
_COMMENT_WIDTH = 100


def numpy_program(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> list[str]:
    """Return a program that prints the output and the gradients of the inputs in `wrt`, None for all.

    `inputs` and `start` are exact numbers. Raises `AlgebraError` for symbols, and `NonFiniteError` like
    `forward_backward`.
    """
    exact, start = exact_inputs(graph, inputs, start, wrt)
    functions = HelperFunctions()
    for operation in composite_operations(graph):
        functions.define(operation, _function_bodies(operation, functions))
    steps = _NumpyWriter(graph, wrt, functions)
    position = graph.position
    body = [*comment_lines(graph.text), "", *comment_lines(_("Inputs"))]
    for name, value in exact.items():
        body += steps.input_lines(name, value)
    body += [*steps.constant_lines, "", *comment_lines(_("Forward pass")), *steps.forward_lines()]
    body += ["", *comment_lines(_("Backward pass: d_x is the gradient of x"))]
    body += [
        *steps.start_lines(start),
        *steps.backward_lines(),
        "",
        format_print(f"{graph.output}:", steps.names[graph.output_position]),
    ]
    for name in exact:
        if position[name] in steps.gradient_names:
            body.append(format_print(f"d_{name}:", steps.gradient_names[position[name]]))
    defined = [*_helper_definitions([*functions.lines, *body]), *functions.lines]
    # Imports come first: `# coding=x*y` in the first two lines would declare the encoding of the file.
    imports = ["import math"] if any("math." in line for line in defined) else []
    return [*imports, "import numpy as np", "", *([""] if defined else []), *defined, *body]


def numpy_forward(graph: Graph, attributes: Collection[str] = (), taken: Iterable[str] = ()) -> ForwardLines:
    """Return the forward pass of a graph as lines of NumPy, one for each operation, that hold for other sizes.

    The inputs in `attributes` are read from `self`; no name is one of those that are `taken`.
    """
    functions = HelperFunctions(taken)
    for operation in composite_operations(graph):
        functions.define(operation, {"": _function_bodies(operation, functions)[""]})
    steps = _NumpyWriter(graph, None, functions, for_any_size=True)
    for name in attributes:
        steps.fragments[graph.position[name]] = f"self.{steps.names[graph.position[name]]}", ATOM
    lines = (*steps.constant_lines, *steps.forward_lines())
    definitions = (*_helper_definitions([*functions.lines, *lines]), *functions.lines)
    return ForwardLines(definitions, lines, tuple(steps.names), steps.pool)


def _helper_definitions(lines: list[str]) -> list[str]:
    """Return the definitions of the helpers that the lines call, and of those that these call."""
    used: list[str] = []
    pending = list(lines)
    while pending:
        called = [name for name in _HELPERS if name not in used and _calls(name, pending)]
        used += called
        pending = [line for name in called for line in _HELPERS[name]]
    return [line for name in _HELPERS if name in used for line in (*_HELPERS[name], "", "")]


def _calls(name: str, lines: list[str]) -> bool:
    return any(re.match(rf"[^#]*\b{name}\(", line) for line in lines)


def _function_bodies(operation: Operation, functions: HelperFunctions) -> dict[str, list[str]]:
    """Return the bodies of the forward and backward functions of a composite operation."""
    inside = body_of(operation)
    steps = _NumpyWriter(inside, None, functions)
    arguments = ", ".join(steps.names[inside.position[name]] for name in inside.inputs)
    before, (*forward, last) = steps.constant_lines, steps.forward_lines()
    upstream = steps.gradient_name(inside.output_position)
    backward = [line for line in steps.backward_lines() if line]
    output, _equals, result = last.partition(" = ")
    code = [line for line in backward if not line.startswith("#")]
    needed = [last] if any(re.search(rf"\b{output}\b", line) for line in code) else []
    gradients = ", ".join(steps.gradient_names[inside.position[name]] for name in inside.differentiable_inputs())
    return {
        "": [f"({arguments})", *before, *forward, f"return {result}"],
        "_backward": [f"({upstream}, {arguments})", *before, *forward, *needed, *backward, f"return {gradients}"],
    }


class _NumpyWriter(Scope):
    """The lines of one graph, and the `gradient_names` of its nodes. They may hold for arrays of any size."""

    def __init__(
        self, graph: Graph, wrt: Collection[str] | None, functions: HelperFunctions, *, for_any_size: bool = False
    ) -> None:
        super().__init__(graph, functions.names, _NUMPY_DIALECT)
        self.functions = functions
        self._for_any_size = for_any_size
        self.gradient_names: dict[int, str] = {}
        needed = graph.depends_on(wrt)
        reached = [False] * len(graph.nodes)
        reached[graph.output_position] = True
        for edge in reversed(graph.edges):
            reached[edge.source] |= reached[edge.target]
        self._edges = [
            tuple(edge for edge in edges if reached[edge.target] and graph.carries_gradient(edge, needed))
            for edges in graph.incoming_edges
        ]
        self._uses = Counter(edge.source for edges in self._edges for edge in edges)
        self._partial_gradients: dict[int, list[str]] = {}
        self._explained_rules: set[str] = set()

    def forward_lines(self) -> list[str]:
        """Return a line for each operation."""
        lines = []
        for position, node in enumerate(self.graph.nodes):
            if not node.is_input:
                lines.append(f"{self.names[position]} = {self._forward_expression(position)}")
        return lines

    def start_lines(self, start: Value) -> list[str]:
        """Return the lines that set the gradient of the output; a number is broadcast to a matrix."""
        name, shape = self.gradient_name(self.graph.output_position), self.graph.nodes[self.graph.output_position].shape
        if shape is None or ops.is_matrix(start):
            return self.assignment_lines(name, in_shape(start, shape))
        sizes = axes_of(shape) if len(axes_of(shape)) > 1 else axes_of(shape)[0]
        number = format_constant(start, _NUMPY_DIALECT, with_point=True)[0]
        return [f"{name} = np.ones({sizes})" if number == "1.0" else f"{name} = np.full({sizes}, {number})"]

    def backward_lines(self) -> list[str]:
        """Return a line for each edge and each sum at a branch; `start_lines` has set the gradient of the output."""
        lines: list[str] = []
        for position in range(self.graph.output_position, -1, -1):
            backs = self._partial_gradients.get(position, [])
            if len(backs) > 1:
                lines += ["", f"{self.gradient_name(position)} = {' + '.join(backs)}"]
            if self._edges[position]:
                lines += ["", *self._node_backward_lines(position)]
        return lines

    def _node_backward_lines(self, position: int) -> list[str]:
        """Return the lines for the incoming edges of a node."""
        if is_composite(self.graph, position):
            name = self.functions.name_of(self.graph.nodes[position].operation)
            arguments = ", ".join([self.gradient_name(position), *self._argument_texts(position)])
            by_slot = {edge.slot: self._edge_gradient_name(edge) for edge in self._edges[position]}
            node = self.graph.nodes[position]
            slots = [slot for slot in range(len(node.args)) if slot not in node.operation.data_slots]
            backs = ", ".join(by_slot.get(slot, "_") for slot in slots)
            return [*comment_lines(node.symbol), f"{backs} = {name}_backward({arguments})"]
        lines = []
        for edge in self._edges[position]:
            formula = drop_redundant_ones(
                edge_gradient_formula(self.graph, position, edge.slot), shapes_at(self.graph, position)
            )
            lines += [*self._rule_comment(edge), *self._edge_lines(edge, formula)]
        return lines if lines[0].startswith("#") else [*comment_lines(self.graph.nodes[position].symbol), *lines]

    def _edge_lines(self, edge: Edge, formula: Expr) -> list[str]:
        """Return the lines that set the gradient of an edge."""
        name, position = self._edge_gradient_name(edge), edge.target
        form = library_form(formula, shapes_at(self.graph, position), self.graph.nodes[edge.source].shape)
        if isinstance(form, Apply) and form.op == "scatter_add":
            return self._scatter_lines(name, form, edge)
        return [f"{name} = {self._format_form(form, position)}"]

    def _scatter_lines(self, name: str, form: Apply, edge: Edge) -> list[str]:
        """Return lines that begin with zeros and add the upstream at the places that were taken."""
        source = self.graph.nodes[edge.source]
        assert source.shape is not None
        values, *parts = form.args[:-2]
        codes = [format_python(part, self._texts(edge.target), self.dialect) for part in parts]
        index, added = index_code(parts, codes), self._format_form(values, edge.target)
        zeros = f"{name} = np.zeros_like({self.fragments[edge.source][0]})"
        if any(isinstance(part, Sym) for part in parts) or takes_twice(parts, source.shape):
            key = f"({index})" if len(parts) > 1 and ":" not in index else f"np.s_[{index}]" if ":" in index else index
            return [zeros, f"np.add.at({name}, {key}, {added})"]
        return [zeros, f"{name}[{index}] = {added}"]

    def _rule_comment(self, edge: Edge) -> list[str]:
        """Return the rule of an edge as a comment when it is used for the first time."""
        node = self.graph.nodes[edge.target]
        alone = node.operation.rule_with_constant if node.const is not None else ""
        rule = alone or node.operation.text_for(node.operation.rule, edge.slot)
        if rule in self._explained_rules:
            return []
        self._explained_rules.add(rule)
        words = str(message(rule, node=self.graph.label(edge.target)))
        return [line for part in wrap(words, _COMMENT_WIDTH) for line in comment_lines(part)]

    def gradient_name(self, position: int) -> str:
        """Return the name of a node's gradient."""
        if position not in self.gradient_names:
            self.gradient_names[position] = self.pool.allocate(f"d_{self.names[position]}")
        return self.gradient_names[position]

    def _edge_gradient_name(self, edge: Edge) -> str:
        """Return the name of the gradient of an edge: that of its source, unless more edges leave the source."""
        name = self.gradient_name(edge.source)
        if self._uses[edge.source] > 1:
            backs = self._partial_gradients.setdefault(edge.source, [])
            name = self.pool.allocate(f"{name}_{len(backs) + 1}")
            backs.append(name)
        return name

    def _argument_texts(self, position: int) -> list[str]:
        return [text for text, _strength in self.operand_fragments(position).values()]

    def _forward_expression(self, position: int) -> str:
        node = self.graph.nodes[position]
        if is_composite(self.graph, position):
            name = self.functions.name_of(node.operation)
            return f"{name}({', '.join(self._argument_texts(position))})"
        like = self.value_of_its_shape(position) if self._for_any_size and node.op == "broadcast" else None
        if like is not None:
            return f"np.broadcast_to({self._argument_texts(position)[0]}, {like}.shape)"
        shapes = shapes_at(self.graph, position)
        form = library_form(rewrite_means(forward_formula(self.graph, position), shapes), shapes, node.shape)
        text = self._format_form(form, position)
        if self._for_any_size and node.op == "cross_entropy":
            text = with_count_of_rows(text, self._argument_texts(position)[0], shapes["x0"])
        if node.op in COMPARISONS and not self.stays_truth_value(position):
            return f"float({text})" if node.shape is None else f"({text}).astype(float)"
        return text

    def _texts(self, position: int) -> dict[str, CodeFragment]:
        texts = self.operand_fragments(position) | {OUTPUT: self.fragments[position]}
        if position in self.gradient_names:
            texts[UPSTREAM] = self.gradient_names[position], ATOM
        return texts

    def _format_form(self, form: Expr, position: int) -> str:
        return format_python(form, self._texts(position), self.dialect)[0]
