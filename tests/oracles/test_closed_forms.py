"""Closed forms of all built-in exercises: the same in every process, whatever the seed of hashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.oracle

_CODE = """
import json, subprocess, sys
from tutor.algebra.matrix_expr import expr_of
from tutor.engine.symbolic import closed_form_gradients
from tutor.packs import library
from tutor.practice.closed_form import _symbolic_input
from tutor.practice.sympy_worker import encode, environment
questions = []
for pack in library.all_packs(False):
    for entry in pack.entries:
        problem = pack.open(entry.id).variant().problem
        if problem.graph.nodes and not problem.has_matrix_symbols:
            symbols = {name: _symbolic_input(name, value) for name, value in problem.inputs.items()}
            forms = closed_form_gradients(problem.graph, symbols, problem.start, problem.wrt)
            questions += filter(None, (encode(expr_of(form)) for form in forms.values()))
lines = "".join(json.dumps(question) + chr(10) for question in questions)
command = [sys.executable, "-P", "-m", "tutor.practice.sympy_worker"]
done = subprocess.run(command, input=lines, capture_output=True, encoding="utf-8", check=True, env=environment())
print(json.dumps([questions, done.stdout.splitlines()]))
"""


def test_closed_forms_are_the_same_in_every_process() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _CODE],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONHASHSEED": seed, "SYMPY_GROUND_TYPES": types},
        )
        for seed, types in (("0", "python"), ("1", "auto"), ("random", "flint"))
    ]
    results = [json.loads(run.communicate()[0]) for run in runs]
    assert all(run.returncode == 0 for run in runs)
    assert len(results[0][0]) > 100
    assert results[0][1].count("null") < 5
    assert results[1] == results[0]
    assert results[2] == results[0]
