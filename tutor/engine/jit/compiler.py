"""Compiler of graphs: one Python function for the forward pass, or for both passes.

This is the only `exec` in the program. `code_builder.py` writes the source from our own operations, and every word of it
is checked before it is compiled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.engine.jit.code_builder import CodeBuilder, NotCompilableError, runtime_functions
from tutor.engine.jit.tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph

#: A name or keyword, but not the e of 1e-05.
_WORD = re.compile(r"(?<!\w)[^\W\d]\w*")
_GENERATED_NAME = re.compile(r"[vkf]\d+")
_PYTHON_WORDS = {"def", "program", "if", "else", "or", "is", "not", "return", "None", "True"}
_ARRAY_ATTRIBUTES = {"shape", "dtype", "T", "axis", "keepdims"}


@dataclass(frozen=True, slots=True)
class CompiledGraph:
    """A compiled graph for floats, and for matrices of floats with the shapes it was compiled for.

    `edge_index` maps an edge, (target, slot), to its index in the results; `source` is for reading.
    """

    inputs: tuple[str, ...]
    edge_index: Mapping[tuple[int, int], int]
    source: str
    function: Callable[..., Any]
    has_matrices: bool

    def run(self, inputs: Mapping[str, Value], *start: Value) -> Any:
        """Return the results of the function, None if an input has another kind or shape, or a value is not finite."""
        arguments = [inputs[name] for name in self.inputs]
        try:
            if self.has_matrices:
                with ops.load_arrays().np.errstate(all="ignore"):
                    return self.function(*arguments, *start)
            return self.function(*arguments, *start)
        except (ArithmeticError, ValueError, TypeError, AttributeError):
            return None


def compile_forward(graph: Graph, shapes: Sequence[Shape]) -> CompiledGraph | None:
    """Return a function for the values of nodes of these shapes; None if the graph cannot be compiled."""
    tracer = Tracer()
    lines = tracer.code
    parameters = [lines.parameter(shape) for node, shape in zip(graph.nodes, shapes, strict=True) if node.is_input]
    try:
        values = tracer.trace_forward(graph, parameters, shapes)
    except NotCompilableError:
        return None
    return _assemble(graph, {}, lines, parameters, "", _computed_names(graph, values), [values])


def compile_passes(graph: Graph, shapes: Sequence[Shape], wrt: Collection[str] | None) -> CompiledGraph | None:
    """Return a function for both passes, None if the graph cannot be compiled.

    It takes the inputs and the start, and returns values, gradients, local gradients and edge gradients.
    """
    tracer = Tracer()
    lines = tracer.code
    parameters = [lines.parameter(shape) for node, shape in zip(graph.nodes, shapes, strict=True) if node.is_input]
    start = lines.parameter(shapes[graph.output_position])
    try:
        values = tracer.trace_forward(graph, parameters, shapes)
        traced = tracer.trace_backward(graph, values, start, wrt)
    except NotCompilableError:
        return None
    index = {edge: place for place, edge in enumerate(traced.edges)}
    results: list[Sequence[str | None]] = [values, traced.gradients, traced.local_gradients, traced.edge_gradients]
    return _assemble(
        graph,
        index,
        lines,
        [*parameters, start],
        start,
        _computed_names(graph, values) + traced.edge_gradients,
        results,
    )


def _computed_names(graph: Graph, values: Sequence[str]) -> list[str]:
    return [name for name, node in zip(values, graph.nodes, strict=True) if not node.is_input]


def _assemble(
    graph: Graph,
    index: Mapping[tuple[int, int], int],
    lines: CodeBuilder,
    parameters: Sequence[str],
    start: str,
    checked: Sequence[str],
    results: Sequence[Sequence[str | None]],
) -> CompiledGraph:
    """Return the function of `lines`. The values named in `checked` must be finite."""
    body = []
    if start and lines.shape_of(start):
        body.append(f"if type({start}) is float: {start} = {start} * {lines.broadcast('1.0', lines.shape_of(start))}")
    body.append(f"if {' or '.join(_kind_mismatch(name, lines.shape_of(name)) for name in parameters)}: return None")
    body += lines.lines
    computed = [name for name in dict.fromkeys(checked) if name[0] == "v"]
    # The sum may overflow although all values are finite; then the interpreter checks each of them.
    body.append(f"if not isfinite(sum({_format_tuple(map(lines.finite_probe, computed))})): return None")
    body.append(f"return {', '.join(map(_format_tuple, results))}")
    source = f"def program({', '.join(parameters)}):\n    " + "\n    ".join(body) + "\n"
    matrices = any(lines.shape_of(name) for name in (*parameters, *computed))
    function = _compile_source(source, {**runtime_functions(matrices), **lines.namespace})
    return CompiledGraph(graph.inputs, index, source, function, matrices)


def _kind_mismatch(name: str, shape: Shape) -> str:
    """Return code that tests whether a parameter has another kind or shape than expected."""
    if shape is None:
        return f"type({name}) is not float"
    return f"{name}.shape != {shape} or {name}.dtype is not real"


def _format_tuple(names: Iterable[str | None]) -> str:
    return "(" + "".join(f"{name}, " for name in names) + ")"


def _compile_source(source: str, names: dict[str, Any]) -> Callable[..., Any]:
    """Compile source that we generated. Raises `RuntimeError` if it contains a foreign word."""
    for word in set(_WORD.findall(source)) - names.keys() - _PYTHON_WORDS - _ARRAY_ATTRIBUTES:
        if not _GENERATED_NAME.fullmatch(word):
            raise RuntimeError(word)
    names["__builtins__"] = {}
    exec(compile(source, "<a compiled graph>", "exec"), names)  # noqa: S102
    function: Callable[..., Any] = names["program"]
    return function
