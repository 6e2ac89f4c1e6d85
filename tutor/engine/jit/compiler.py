"""A graph that is run often as one Python function: straight lines for its forward and backward pass.

This is the only `exec` in the program. Its source is written by `code_builder.py` from our own operations, and looked
through once more before it is compiled: no word but ours may occur in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.engine.jit.code_builder import CodeBuilder, NotCompilableError, runtime_functions
from tutor.engine.jit.tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph

#: Words that begin where one can begin: the e of 1e-05 is none.
_WORD = re.compile(r"(?<!\w)[^\W\d]\w*")
_GENERATED_NAME = re.compile(r"[vkf]\d+")
_PYTHON_WORDS = {"def", "program", "if", "else", "or", "is", "not", "return", "None", "True"}
_ARRAY_ATTRIBUTES = {"shape", "dtype", "T", "axis", "keepdims"}


@dataclass(frozen=True, slots=True)
class CompiledGraph:
    """Runs a graph on floats, and matrices of floats in the shapes it was compiled for.

    `edge_index` tells where an edge, (target, slot), stands in what the program gives; `source` is for reading.
    """

    inputs: tuple[str, ...]
    edge_index: Mapping[tuple[int, int], int]
    source: str
    function: Callable[..., Any]
    has_matrices: bool

    def run(self, inputs: Mapping[str, Value], *start: Value) -> Any:
        """What the function gives, or None where a value is of another kind or not finite."""
        arguments = [inputs[name] for name in self.inputs]
        try:
            if self.has_matrices:
                import numpy as np

                with np.errstate(all="ignore"):
                    return self.function(*arguments, *start)
            return self.function(*arguments, *start)
        except (ArithmeticError, ValueError, TypeError, AttributeError):
            return None


def compile_forward(graph: Graph, shapes: Sequence[Shape]) -> CompiledGraph | None:
    """A program that gives the value of every node, for values of these shapes; None where there can't be one."""
    tracer = Tracer()
    lines = tracer.code
    parameters = [lines.parameter(shape) for node, shape in zip(graph.nodes, shapes, strict=True) if node.is_input]
    try:
        found = tracer.trace_forward(graph, parameters, shapes)
    except NotCompilableError:
        return None
    return _assemble(graph, {}, lines, parameters, "", _computed_names(graph, found), [found])


def compile_passes(graph: Graph, shapes: Sequence[Shape], wrt: Collection[str] | None) -> CompiledGraph | None:
    """A program for both passes: it takes a start too, and gives values, gradients, locals and downstream values."""
    tracer = Tracer()
    lines = tracer.code
    parameters = [lines.parameter(shape) for node, shape in zip(graph.nodes, shapes, strict=True) if node.is_input]
    start = lines.parameter(shapes[graph.output_position])
    try:
        found = tracer.trace_forward(graph, parameters, shapes)
        traced = tracer.trace_backward(graph, found, start, wrt)
    except NotCompilableError:
        return None
    index = {edge: place for place, edge in enumerate(traced.edges)}
    results: list[Sequence[str | None]] = [found, traced.gradients, traced.local_gradients, traced.edge_gradients]
    return _assemble(
        graph, index, lines, [*parameters, start], start, _computed_names(graph, found) + traced.edge_gradients, results
    )


def _computed_names(graph: Graph, found: Sequence[str]) -> list[str]:
    return [name for name, node in zip(found, graph.nodes, strict=True) if not node.is_input]


def _assemble(
    graph: Graph,
    index: Mapping[tuple[int, int], int],
    lines: CodeBuilder,
    parameters: Sequence[str],
    start: str,
    checked: Sequence[str],
    results: Sequence[Sequence[str | None]],
) -> CompiledGraph:
    """The program of `lines`. `checked` is what has to be finite."""
    body = []
    if start and lines.shape_of(start):
        body.append(f"if type({start}) is float: {start} = {start} * {lines.broadcast('1.0', lines.shape_of(start))}")
    body.append(f"if {' or '.join(_kind_mismatch(name, lines.shape_of(name)) for name in parameters)}: return None")
    body += lines.lines
    computed = [name for name in dict.fromkeys(checked) if name[0] == "v"]
    # Finite where all the summands are, if they are not too large; the interpreter looks at each of them.
    body.append(f"if not isfinite(sum({_format_tuple(map(lines.finite_probe, computed))})): return None")
    body.append(f"return {', '.join(map(_format_tuple, results))}")
    source = f"def program({', '.join(parameters)}):\n    " + "\n    ".join(body) + "\n"
    matrices = any(lines.shape_of(name) for name in (*parameters, *computed))
    function = _compile_source(source, {**runtime_functions(matrices), **lines.namespace})
    return CompiledGraph(graph.inputs, index, source, function, matrices)


def _kind_mismatch(name: str, shape: Shape) -> str:
    """Whether a value is of another kind than the program is for."""
    if shape is None:
        return f"type({name}) is not float"
    return f"{name}.shape != {shape} or {name}.dtype is not real"


def _format_tuple(names: Iterable[str | None]) -> str:
    return "(" + "".join(f"{name}, " for name in names) + ")"


def _compile_source(source: str, names: dict[str, Any]) -> Callable[..., Any]:
    """The function of our own source. Raises `RuntimeError` where a word is not ours."""
    for word in set(_WORD.findall(source)) - names.keys() - _PYTHON_WORDS - _ARRAY_ATTRIBUTES:
        if not _GENERATED_NAME.fullmatch(word):
            raise RuntimeError(word)
    names["__builtins__"] = {}
    exec(compile(source, "<a compiled graph>", "exec"), names)  # noqa: S102
    function: Callable[..., Any] = names["program"]
    return function
