"""Tests of closed-form gradients and of the SymPy child process."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.algebra.evaluate import evaluate_as_float
from tutor.algebra.expr import Apply, Expr, Sym, number
from tutor.algebra.printing import format_value
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.closed_form import closed_forms
from tutor.practice.sympy_worker import OPERAND_COUNTS, decode, encode

#: Seconds that are enough on a busy computer.
LONG_TIMEOUT = 60.0


def forms_of(text: str, **inputs: int) -> dict[str, str]:
    problem = exercise_from_formula(text, {name: number(value) for name, value in inputs.items()}).variant().problem
    forms = closed_forms(problem, LONG_TIMEOUT)
    assert all(form.agrees for form in forms)
    assert all(form.simplified for form in forms)
    return {form.name: format_value(form.formula) for form in forms}


def test_a_formula_is_simplified() -> None:
    # One graph for all, because every child takes a second to load SymPy. Names of SymPy are ordinary names here.
    text = "z = x*y + x*y + x + 1/u + sigmoid(v) + log(sqrt(w)) + S*N + I*E"
    assert forms_of(text, x=2, y=3, u=2, v=2, w=2, S=2, N=3, I=5, E=7) == {
        "x": "2·y + 1",
        "y": "2·x",
        "u": "−1/u²",
        "v": "σ(v)·(1 − σ(v))",
        "w": "1/(2·w)",
        "S": "N",
        "N": "S",
        "I": "E",
        "E": "I",
    }


@pytest.mark.parametrize("name", ["basics/goes-on", "matrices/sigma-xw", "chains/diamond", "curves/gates"])
def test_exercises_of_every_kind_have_a_form_that_agrees(name: str) -> None:
    problem = library.find_exercise(name).variant().problem
    forms = closed_forms(problem, LONG_TIMEOUT)
    assert [form.name for form in forms] == [*(problem.wrt or problem.graph.inputs)]
    assert all(form.agrees for form in forms)


def test_a_formula_stays_unsimplified_without_time() -> None:
    problem = exercise_from_formula("z = x*y", {"x": number(2), "y": number(3)}).variant().problem
    forms = closed_forms(problem, seconds=0.0)
    assert [(form.name, format_value(form.formula), form.simplified) for form in forms] == [
        ("x", "y", False),
        ("y", "x", False),
    ]
    stopped = closed_forms(problem, LONG_TIMEOUT, should_stop=lambda: True)
    assert [form.simplified for form in stopped] == [False, False]


def test_a_formula_stays_unsimplified_if_the_child_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    problem = exercise_from_formula("z = x*y", {"x": number(2), "y": number(3)}).variant().problem
    assert [form.simplified for form in closed_forms(problem, LONG_TIMEOUT)] == [False, False]


def formula_strategy() -> st.SearchStrategy[Expr]:
    leaves = st.sampled_from([Sym("x", domain="positive"), Sym("y", domain="positive"), number(2), number("1/3")])

    def larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        two = st.builds(lambda op, a, b: Apply(op, (a, b)), st.sampled_from(["add", "mul", "div", "max"]), inner, inner)
        one = st.builds(lambda op, a: Apply(op, (a,)), st.sampled_from(["neg", "sin", "tanh", "abs", "relu"]), inner)
        return two | one

    return st.recursive(leaves, larger, max_leaves=6)


@given(formula_strategy())
def test_an_encoded_formula_is_decoded_unchanged(formula: Expr) -> None:
    nodes = encode(formula)
    assert nodes is not None
    point = {"x": 1.5, "y": 0.7}
    try:
        value = evaluate_as_float(formula, point)
    except Exception:  # the formula has no value
        return
    assert evaluate_as_float(decode(nodes), point) == value


@pytest.mark.parametrize("nodes", [[], [["mul", 0, 1]], [["run", 0]], [["num", "1/0"]], [["num", "x"]], [["mul", 1]]])
def test_invalid_nodes_are_rejected(nodes: list[list[object]]) -> None:
    with pytest.raises((ValueError, KeyError, IndexError, TypeError, ZeroDivisionError)):
        decode(nodes)


def random_formula(random: Random, depth: int) -> Expr:
    """Return a random formula of this depth."""
    if depth == 0:
        return random.choice([Sym("x", domain="positive"), Sym("y", domain="positive"), number(2), number("1/3")])
    op = random.choice(["add", "mul", "div", "sub", "neg", "sin", "tanh", "abs", "relu", "exp", "sigmoid"])
    return Apply(op, tuple(random_formula(random, depth - 1) for _operand in range(OPERAND_COUNTS[op])))


def test_the_child_changes_no_value() -> None:
    random = Random(11)
    formulas = [random_formula(random, 1 + number % 2) for number in range(30)]
    questions = "".join(json.dumps(encode(formula)) + "\n" for formula in formulas)
    done = subprocess.run(
        [sys.executable, "-m", "tutor.practice.sympy_worker"],
        input=questions + "[]\n",
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(formulas) + 1
    assert answers[-1] is None
    assert sum(answer is not None for answer in answers) > len(formulas) / 2
    point = {"x": 1.5, "y": 0.7}
    for formula, answer in zip(formulas, answers, strict=False):
        if answer is not None:
            simplified = evaluate_as_float(decode(answer), point)
            assert math.isclose(simplified, evaluate_as_float(formula, point), rel_tol=1e-9, abs_tol=1e-12), (
                format_value(formula)
            )


def test_a_matrix_formula_is_not_encoded() -> None:
    assert encode(Apply("matmul", (Sym("X"), Sym("Y")))) is None
