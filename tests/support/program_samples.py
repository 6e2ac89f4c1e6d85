"""Graphs to generate programs from, and the comparison of what a program prints with the engine's values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tests.support.program_runner import printed_value
from tests.support.random_programs import Program, exact_inputs, random_matrix_program, random_scalar_program
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import number
from tutor.algebra.ops import Value, map_cells, shape_of
from tutor.engine.builder import parse_graph
from tutor.engine.fold import fold
from tutor.engine.passes import Passes, forward_backward

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from tutor.engine.graph import Graph


def random_case(rng: random.Random) -> tuple[Program, Graph, Value, tuple[str, ...] | None]:
    """Return a random program, its graph, a start, and the inputs whose gradients are requested (None for all)."""
    program = random_scalar_program(rng, 9) if rng.random() < 0.5 else random_matrix_program(rng)
    graph = parse_graph(program.text, exact_inputs(program))
    start: Value = number(rng.choice(["1", "3", "-1/2"]))
    last = graph.nodes[graph.output_position].shape
    if last and rng.random() < 0.5:
        start = map_cells(lambda _: number(rng.randint(-3, 3)), np.zeros(last))
    wrt = None if rng.random() < 0.7 else tuple(rng.sample(graph.inputs, rng.randint(1, len(graph.inputs))))
    return program, graph, start, wrt


def passes_of(graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: tuple[str, ...] | None) -> Passes:
    floats = {name: map_cells(nearest_float, value) for name, value in inputs.items()}
    return forward_backward(graph, floats, map_cells(nearest_float, start), wrt)


def assert_prints(passes: Passes, output: str, wrt: tuple[str, ...] | None, label: str = "d_{}:") -> None:
    """Assert that a program printed exactly the requested gradients, with the engine's values."""
    graph = passes.graph
    sizes = [np.abs(value).max() for edge in passes.edges.values() for value in (edge.gradient, edge.upstream)]
    for name in graph.inputs:
        is_printed = any(line.startswith(label.format(name)) for line in output.splitlines())
        assert is_printed == (wrt is None or name in wrt)
        if is_printed:
            expected = passes.gradients[graph.position[name]]
            printed = printed_value(output, label.format(name), shape_of(expected))
            # A gradient that cancels is only as exact as the largest value it comes from.
            assert np.allclose(printed, expected, rtol=1e-12, atol=1e-13 * max(sizes)), (name, printed, expected)


def fold_randomly(rng: random.Random, graph: Graph) -> Graph:
    """Return the graph with a few groups of nodes folded, sometimes nested."""
    for name in ("group", "lambda_", "group"):
        ids = [node.id for node in graph.nodes if not node.is_input]
        begin = rng.randrange(len(ids))
        try:
            graph = fold(graph, ids[begin : begin + rng.randint(1, 4)], name)
        except AlgebraError:
            continue
    return graph


AWKWARD_NAMES = [
    *("lambda", "print", "np", "torch", "F", "None", "__import__", "__debug__", "_", "__", "d_x", "d_x_1", "C"),
    *("x'", "x''", "x_prime", "무게", "σ1", "λ", "ﬁ", "fi", "µ", "μ", "K", "K", "한글" * 30, "match", "self", "ª"),
]


INJECTION_ATTEMPTS = [
    "x\nopen('stolen', 'w')",
    "x'); open('stolen', 'w'); print('",
    'x"); open("stolen", "w"); print("',
    "x\\",
    "{x.__class__}",
    "%s",
    "x\r\x0c\x1c\x85\u2028open('stolen', 'w')",
    "'''",
    '"""',
    "# coding: utf-7",
    "\ud800",
    "\u202egrad",
    "",
    " ",
    "1 + 1",
    "x" * 5000,
]


def rename_nodes(graph: Graph, names: Mapping[str, str], text: str) -> Graph:
    nodes = tuple(
        replace(node, id=names.get(node.id, node.id), name=names.get(node.id, node.name)) for node in graph.nodes
    )
    return replace(graph, nodes=nodes, output=names.get(graph.output, graph.output), text=text)


LESSON = {
    "X": "[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]",
    "W": "[[1, 2], [3, 4], [5, 6]]",
}


#: By name: the formula, the inputs, the start, the inputs whose gradients are requested, custom functions.
SAMPLE_PROGRAMS: dict[str, tuple[str, dict[str, str], str, tuple[str, ...] | None, list[str]]] = {
    "sum_times": ("z = (a + b) * c", {"a": "50", "b": "70", "c": "2"}, "1", None, []),
    "lesson": ("f = sum(sigmoid(X @ W))", LESSON, "1", ("X",), []),
    "branch": ("t = x^2; z = t * x - log(3) / t + 2^x", {"x": "1/3"}, "3", None, []),
    "classifier": (
        "P = softmax(X @ W + b);\nL = cross_entropy(P, T)",
        {"X": "[[1, 2], [0, -1]]", "W": "[[0.5, -1], [2, 1]]", "b": "[0, 1]", "T": "[[0, 1], [1, 0]]"},
        "1",
        ("W", "b"),
        [],
    ),
    "own_node": (
        "L = mse(swish(x'), 1) + mean(swish(X), 0) @ [[1], [2]]",
        {"x'": "-2", "X": "[[1, 2], [3, 4]]"},
        "[[2]]",
        None,
        ["swish(x) = x * sigmoid(x)"],
    ),
}
