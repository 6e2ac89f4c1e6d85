"""PyTorch programs: the forward pass, with a line for each named value, and a call of `backward`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra import functions, ops
from tutor.algebra.expr import ONE, Num
from tutor.engine.codegen.array_calls import TORCH_WRITERS, reduction_calls, with_forward_slices
from tutor.engine.codegen.array_forms import library_form
from tutor.engine.codegen.helper_functions import HelperFunctions, body_of, composite_operations
from tutor.engine.codegen.matrix_calls import TORCH_MATRIX_CALLS, TORCH_MATRIX_WRITERS
from tutor.engine.codegen.python_printer import (
    ATOM,
    COMPARISONS,
    CodeFragment,
    Dialect,
    comment_lines,
    format_constant,
    format_print,
    format_python,
    parenthesize,
)
from tutor.engine.codegen.rule_formulas import forward_formula, is_composite, is_elementwise, rewrite_means, shapes_at
from tutor.engine.codegen.scope import ForwardLines, Scope, exact_inputs, in_shape, with_count_of_rows
from tutor.engine.hessian import check_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.engine.operation import Operation

_CALLS = functions.table(
    lambda function: {} if function.is_operator else {function.id: function.torch_call},
    {
        "softmax": "torch.softmax({0}, dim=-1)",
        "ones.1": "torch.ones({0}, dtype=torch.float64)",
        "ones": "torch.ones({0}, {1}, dtype=torch.float64)",
        "broadcast.2": "{0}.expand({1})",
        "broadcast": "{0}.expand({1}, {2})",
        "T": "{0}.T",
        "column": "{0}.reshape(-1, 1)",
        "outer": "torch.outer({0}, {1})",
        "squeeze": "{0}.squeeze()",
    }
    | reduction_calls("dim", "keepdim")
    | TORCH_MATRIX_CALLS,
)
_MATH_CALLS = functions.table(lambda function: {function.id: function.math_call} if function.math_call else {})
_TORCH_DIALECT = Dialect(
    _CALLS,
    pi="math.pi",
    array=("torch.tensor(", ", dtype=torch.float64)"),
    number=("torch.tensor(", ", dtype=torch.float64)"),
    constants=_MATH_CALLS,
    writers={**TORCH_WRITERS, **TORCH_MATRIX_WRITERS},
    to_integer=("{0}.long()", "{0}.long()"),
)
_FUNCTIONAL_CALL = re.compile(r"[^#]*\bF\.\w+\(")
#: Unnamed values up to this length are written inline.
_MAX_INLINE_LENGTH = 60


def torch_program(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> list[str]:
    """Return a program that prints the output and the gradients of the inputs in `wrt`, None for all.

    `inputs` and `start` are exact numbers; the program computes in float64. Raises `AlgebraError` for symbols, and
    `NonFiniteError` like `forward_backward`.
    """
    exact, start = exact_inputs(graph, inputs, start, wrt)
    functions = HelperFunctions()
    for operation in composite_operations(graph):
        functions.define(operation, _function_bodies(operation, functions))
    lines = _TorchWriter(graph, functions)
    requested = graph.differentiable_inputs(wrt)
    tracked = [name for name in exact if name in requested]
    body = [*comment_lines(graph.text), ""]
    for name, value in exact.items():
        flag = ", requires_grad=True" if name in tracked else ""
        body += lines.input_lines(name, value, flag)
    output = lines.names[graph.output_position]
    forward = [*lines.forward_lines(), f"{output} = {lines.fragments[graph.output_position][0]}"]
    body += [*lines.constant_lines, "", *forward, ""]
    if tracked:
        body += [*lines.backward_lines(start), ""]
    shown = "item()" if graph.nodes[graph.output_position].shape is None else "detach()"
    body.append(format_print(f"{graph.output} =", f"{output}.{shown}"))
    body += [format_print(f"{name}.grad =", f"{lines.names[graph.position[name]]}.grad") for name in tracked]
    return _with_imports(functions.lines, body)


def _with_imports(functions: list[str], body: list[str]) -> list[str]:
    """Return a program with the imports that its functions and its body need."""
    code = [*functions, *body]
    imports = ["import math"] if any("math." in line for line in code) else []
    imports += ["import torch"]
    imports += ["import torch.nn.functional as F"] if needs_functional(code) else []
    # Imports come first: `# coding=x*y` in the first two lines would declare the encoding of the file.
    return [*imports, "", *([""] if functions else []), *functions, *body]


def torch_forward(graph: Graph, attributes: Collection[str] = (), taken: Iterable[str] = ()) -> ForwardLines:
    """Return the forward pass of a graph as lines of PyTorch, one for each operation, that hold for other sizes.

    The inputs in `attributes` are read from `self`; no name is one of those that are `taken`.
    """
    functions = HelperFunctions(taken)
    for operation in composite_operations(graph):
        functions.define(operation, _function_bodies(operation, functions))
    steps = _TorchWriter(graph, functions, for_any_size=True)
    for name in attributes:
        steps.fragments[graph.position[name]] = f"self.{steps.names[graph.position[name]]}", ATOM
    lines = (*steps.constant_lines, *steps.forward_lines())
    return ForwardLines(tuple(functions.lines), lines, tuple(steps.names), steps.pool)


def needs_functional(lines: Iterable[str]) -> bool:
    """Return whether lines of PyTorch call functions that are imported as F."""
    return any(map(_FUNCTIONAL_CALL.match, lines))


def torch_hessian_program(graph: Graph, inputs: Mapping[str, Value], names: Sequence[str]) -> list[str]:
    """Return a program that prints the Hessian by the inputs `names`, found by differentiating twice.

    Raises `AlgebraError` for symbols, matrices and wrong names, and `NonFiniteError` if there is no value.
    """
    check_names(graph, names)
    exact, _start = exact_inputs(graph, inputs, ONE, names)
    functions = HelperFunctions()
    for operation in composite_operations(graph):
        functions.define(operation, _function_bodies(operation, functions))
    lines = _TorchWriter(graph, functions)
    arguments = ", ".join(lines.names[graph.position[name]] for name in names)
    comma = "," if len(names) == 1 else ""
    function, table = (lines.pool.allocate(word) for word in ("function", "hessian"))
    body = [*comment_lines(graph.text), ""]
    for name, value in exact.items():
        body += lines.assignment_lines(lines.names[graph.position[name]], value)
    forward = [*lines.forward_lines(), f"return {lines.fragments[graph.output_position][0]}"]
    body += [
        *lines.constant_lines,
        "",
        "",
        f"def {function}({arguments}):",
        *(f"    {line}" for line in forward),
        "",
        "",
    ]
    body += [
        f"{table} = torch.autograd.functional.hessian({function}, ({arguments}{comma}))",
        f"for row in {table}:",
        "    print([entry.item() for entry in row])",
    ]
    return _with_imports(functions.lines, body)


def _function_bodies(operation: Operation, functions: HelperFunctions) -> dict[str, list[str]]:
    """Return the body of the function of a composite operation."""
    inside = body_of(operation)
    lines = _TorchWriter(inside, functions)
    arguments = ", ".join(lines.names[inside.position[name]] for name in inside.inputs)
    forward = lines.forward_lines()
    return {
        "": [f"({arguments})", *lines.constant_lines, *forward, f"return {lines.fragments[inside.output_position][0]}"]
    }


class _TorchWriter(Scope):
    """The lines of one graph. Short values have lines of their own only in those `for_any_size`."""

    def __init__(self, graph: Graph, functions: HelperFunctions, *, for_any_size: bool = False) -> None:
        super().__init__(graph, functions.names, _TORCH_DIALECT)
        self.functions = functions
        self._for_any_size = for_any_size

    def forward_lines(self) -> list[str]:
        """Return a line for each value before the output that is not inlined; they set the code of the output."""
        lines = []
        for position, node in enumerate(self.graph.nodes):
            if node.is_input:
                continue
            text = self._forward_expression(position)
            is_last = position == self.graph.output_position
            if self._for_any_size or not (is_last or self._is_inlined(position, text)):
                lines.append(f"{self.names[position]} = {text[0]}")
                text = self.names[position], ATOM
            self.fragments[position] = text
        return lines

    def _is_inlined(self, position: int, text: CodeFragment) -> bool:
        alone = self.graph.nodes[position].name is None and len(self.graph.outgoing_edges[position]) == 1
        return alone and len(text[0]) <= _MAX_INLINE_LENGTH

    def _forward_expression(self, position: int) -> CodeFragment:
        node, texts = self.graph.nodes[position], self.operand_fragments(position)
        if is_composite(self.graph, position):
            called = self.functions.name_of(node.operation)
            return f"{called}({', '.join(text for text, _strength in texts.values())})", ATOM
        if node.op == "detach":
            # As a formula it is its operand.
            return f"{parenthesize(texts['x0'], ATOM)}.detach()", ATOM
        like = self.value_of_its_shape(position) if self._for_any_size and node.op == "broadcast" else None
        if like is not None:
            return f"{parenthesize(texts['x0'], ATOM)}.expand_as({like})", ATOM
        users = [edge.target for edge in self.graph.outgoing_edges[position]]
        if (
            node.op == "broadcast"
            and not self._for_any_size
            and users
            and all(is_elementwise(self.graph, user) for user in users)
        ):
            # PyTorch broadcasts it.
            return texts["x0"]
        if node.op in ("max", "min") and node.const is not None and not ops.is_matrix(node.const):
            # torch.maximum requires tensors, and torch.clamp has another slope if both are equal.
            texts |= {
                name: (self.tensor_literal(node.const), ATOM) for name in texts if node.args[int(name[1:])] is None
            }
        condition = node.args[0]
        if node.op == "where" and 0 in node.operation.data_slots and not self._is_truth_value(condition):
            texts["x0"] = f"{parenthesize(texts['x0'], ATOM)}.bool()", ATOM
        shapes = shapes_at(self.graph, position)
        form = library_form(rewrite_means(forward_formula(self.graph, position), shapes), shapes, node.shape)
        code = format_python(with_forward_slices(form, shapes), texts, self.dialect)
        if self._for_any_size and node.op == "cross_entropy":
            return with_count_of_rows(code[0], texts["x0"][0], shapes["x0"]), code[1]
        if node.op in COMPARISONS and not self.stays_truth_value(position):
            return f"({code[0]}).double()", ATOM
        return code

    def _is_truth_value(self, position: int | None) -> bool:
        return (
            position is not None and self.graph.nodes[position].op in COMPARISONS and self.stays_truth_value(position)
        )

    def tensor_literal(self, value: Value) -> str:
        """Return a number as a tensor."""
        return f"torch.tensor({format_constant(value, _TORCH_DIALECT, with_point=True)[0]}, dtype=torch.float64)"

    def backward_lines(self, start: Value) -> list[str]:
        """Return the lines that call `backward` with the start."""
        output = self.names[self.graph.output_position]
        starts_with_1 = isinstance(start, Num) and start.value == 1
        if ops.is_matrix(start):
            name = self.pool.allocate("start")
            start = in_shape(start, self.graph.nodes[self.graph.output_position].shape)
            return [*self.assignment_lines(name, start), f"{output}.backward({name})"]
        if self.graph.nodes[self.graph.output_position].shape is not None:
            number = format_constant(start, _TORCH_DIALECT, with_point=True)[0]
            like = f"torch.ones_like({output})" if starts_with_1 else f"torch.full_like({output}, {number})"
            return [f"{output}.backward({like})"]
        return [f"{output}.backward({'' if starts_with_1 else self.tensor_literal(start)})"]
