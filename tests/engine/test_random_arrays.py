"""Random graphs over the whole language: gradients against difference quotients, programs, compiled passes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.support.program_runner import parse_safe_program, printed_value, run_programs
from tests.support.program_samples import assert_prints, fold_randomly, passes_of
from tests.support.random_arrays import ArrayProgram, definitions, engine_inputs, random_array_program
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import ONE
from tutor.algebra.ops import map_cells, shape_of
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.to_numpy import numpy_program
from tutor.engine.jit.compiler import compile_passes
from tutor.engine.passes import forward_backward

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.graph import Graph

_STEP = 1e-6
_DEFINITIONS = definitions()


def graph_of(program: ArrayProgram) -> Graph:
    return parse_graph(program.text, engine_inputs(program), _DEFINITIONS)


def difference_quotients(program: ArrayProgram, name: str) -> Any:
    """Return the quotient for each entry of an input, in NumPy alone."""
    value = np.asarray(program.inputs[name], dtype=float)
    quotients = np.zeros(value.shape)
    for place in np.ndindex(value.shape):
        ends = []
        for step in (_STEP, -_STEP):
            moved = value.copy()
            moved[place] += step
            ends.append(np.sum(program.run({**program.inputs, name: moved})))
        quotients[place] = (ends[0] - ends[1]) / (2 * _STEP)
    return quotients


def test_gradients_are_those_of_difference_quotients() -> None:
    compared = 0
    for seed in range(150):
        program = random_array_program(random.Random(seed))
        graph = graph_of(program)
        passes = passes_of(graph, engine_inputs(program), ONE, None)
        assert np.allclose(np.ravel(passes.values[-1]), np.ravel(program.run(program.inputs)), rtol=1e-10)
        for name in graph.differentiable_inputs():
            gradient = np.ravel(passes.gradients[graph.position[name]])
            quotients = difference_quotients(program, name).ravel()
            assert np.allclose(gradient, quotients, rtol=1e-4, atol=1e-4 * max(1, np.abs(quotients).max())), program
            compared += 1
        for name in set(graph.inputs) - set(graph.differentiable_inputs()):
            assert passes.gradients[graph.position[name]] is None
    assert compared > 200


def test_programs_print_the_engines_gradients(tmp_path: Path) -> None:
    written, expected = [], []
    for seed in range(1000, 1120):
        rng = random.Random(seed)
        program = random_array_program(rng)
        graph = graph_of(program)
        graph = fold_randomly(rng, graph) if rng.random() < 0.3 else graph
        lines = numpy_program(graph, engine_inputs(program), ONE)
        parse_safe_program(lines)
        written.append(lines)
        expected.append(passes_of(graph, engine_inputs(program), ONE, None))
    for output, passes in zip(run_programs(tmp_path, written), expected, strict=True):
        graph, last = passes.graph, passes.values[-1]
        assert_prints(passes, output, graph.differentiable_inputs())
        printed = printed_value(output, f"{graph.output}:", shape_of(last))
        assert np.allclose(printed, last, rtol=1e-12, atol=1e-12)


def test_compiled_passes_give_the_same() -> None:
    compiled = 0
    for seed in range(2000, 2060):
        program = random_array_program(random.Random(seed))
        graph, inputs = graph_of(program), engine_inputs(program)
        floats = {name: map_cells(nearest_float, value) for name, value in inputs.items()}
        passes = forward_backward(graph, floats, 1.0)
        function = compile_passes(graph, [shape_of(value) for value in passes.values], None)
        if function is None or (results := function.run(floats, 1.0)) is None:
            continue
        compiled += 1
        for found, value in zip((*results[0], *results[1]), (*passes.values, *passes.gradients), strict=True):
            assert (found is None) == (value is None)
            assert value is None or np.allclose(found, value, rtol=1e-13, atol=1e-13)
    assert compiled > 50, compiled
