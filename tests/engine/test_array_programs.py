"""NumPy programs of functions of arrays print the engine's gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.test_array_rules import graph_of, values_at
from tests.support.array_cases import CASES
from tests.support.program_runner import parse_safe_program, run_programs
from tests.support.program_samples import assert_prints, passes_of
from tutor.algebra.expr import number
from tutor.engine.codegen.to_numpy import numpy_program

if TYPE_CHECKING:
    from pathlib import Path


def test_programs_of_functions_of_arrays_print_the_engines_gradients(tmp_path: Path) -> None:
    written, expected = [], []
    for case in CASES:
        graph, _inputs, exact = graph_of(case, values_at(case, 3))
        written.append(numpy_program(graph, exact, number(2)))
        parse_safe_program(written[-1])
        expected.append(passes_of(graph, exact, number(2), None))
    for output, passes in zip(run_programs(tmp_path, written), expected, strict=True):
        assert_prints(passes, output, None)
