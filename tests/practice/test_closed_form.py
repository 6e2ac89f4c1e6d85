"""Tests of closed-form gradients and of the SymPy child process."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.algebra.evaluate import evaluate_as_float
from tutor.algebra.expr import Apply, Expr, Sym, number
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_value
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.closed_form import closed_forms
from tutor.practice.sympy_candidates import count_parts
from tutor.practice.sympy_worker import OPERAND_COUNTS, decode, encode, environment


def forms_of(text: str, **inputs: int) -> dict[str, str]:
    problem = exercise_from_formula(text, {name: number(value) for name, value in inputs.items()}).variant().problem
    forms = closed_forms(problem)
    assert all(form.agrees for form in forms)
    assert all(form.simplified for form in forms)
    return {form.name: format_value(form.formula) for form in forms}


def test_a_formula_is_simplified() -> None:
    # One graph for all, because every child takes a second to load SymPy. Names of SymPy are ordinary names here.
    text = "z = x*y + x*y + x + 1/u + sigmoid(v) + log(sqrt(w)) + S*N + I*E"
    assert forms_of(text, x=2, y=3, u=2, v=2, w=2, S=2, N=3, I=5, E=7) == {
        "x": "1 + 2·y",
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
    forms = closed_forms(problem)
    assert [form.name for form in forms] == [*(problem.wrt or problem.graph.inputs)]
    assert all(form.agrees for form in forms)


def test_a_formula_stays_as_the_rules_write_it_if_it_is_no_longer_wanted() -> None:
    problem = exercise_from_formula("z = x*y", {"x": number(2), "y": number(3)}).variant().problem
    forms = closed_forms(problem, should_stop=lambda: True)
    assert [(form.name, format_value(form.formula), form.simplified) for form in forms] == [
        ("x", "y", False),
        ("y", "x", False),
    ]


def test_equally_simple_formulas_stay_as_the_rules_write_them() -> None:
    # SymPy sorts by the alphabet, the rules as the formula was typed.
    assert forms_of("z = (w*x + b)^2 + tan(t)", w=2, x=3, b=4, t=1) == {
        "w": "2·x·(x·w + b)",
        "x": "2·w·(w·x + b)",
        "b": "2·(w·x + b)",
        "t": "1/cos(t)²",
    }


@pytest.mark.parametrize(
    ("text", "parts"),
    [("x", 1), ("2*x", 3), ("-3", 2), ("3/2", 3), ("0.5*x", 5), ("-x", 2), ("sin(x)^2 + 1", 6), ("(a + b)/(a + b)", 7)],
)
def test_the_simplest_formula_has_the_fewest_parts(text: str, parts: int) -> None:
    assert count_parts(parse(text)) == parts


#: Formulas for every candidate: folded fractions, powers, sums that cancel, sines, products to be multiplied out.
VARIED = (
    "exp(-x)/(1 + exp(-x))^2",
    "2*x*x^(x - 1) + 2*x^x*log(x)",
    "(x + y)*(x - y) + (y - x)*(y + x) + a*b",
    "y*(sin(x)^2/cos(x)^2 + 1)",
    "a*(x + y) + a*(x + y + b)",
    "(x^6 - y^6)/(x - y) + 1/(x + y)",
)


def ask_worker(*trees: Expr) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tutor.practice.sympy_worker"],
        input="".join(json.dumps(encode(tree)) + "\n" for tree in trees),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
        env=environment(),
    )
    return [
        "" if (nodes := json.loads(line)) is None else format_value(decode(nodes)) for line in done.stdout.splitlines()
    ]


def test_every_process_writes_the_same_formulas(monkeypatch: pytest.MonkeyPatch) -> None:
    trees = [parse(text) for text in VARIED]
    answers = []
    for order, seed in ((1, "1"), (-1, "27")):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        monkeypatch.setenv("SYMPY_GROUND_TYPES", "flint" if order < 0 else "auto")
        monkeypatch.setenv("SYMPY_USE_CACHE", "no" if order < 0 else "yes")
        answers.append(ask_worker(*trees[::order])[::order])
    assert answers[0] == answers[1]
    assert answers[0][:5] == [
        "e^x/(1 + e^x)²",
        "2·x^x·(log(x) + 1)",
        "a·b",
        "y/cos(x)²",
        "a·(b + 2·x + 2·y)",
    ]


def test_no_formula_keeps_sympy_busy() -> None:
    # Each would take SymPy minutes or more if it were factored or multiplied out.
    sums = "*".join(f"(a{n} + b{n} + c{n}*a1)" for n in range(12))
    hard = [f"({sums} + x)^20 + y", "(x + y + a + b + c + d)^100 + x", "x^1000000 + 1", "x^(2^100) + x", sums + " + 1"]
    hard += [
        "x^997 + x + 1",
        "exp(10^12*x) + exp(x) + x",
        "x^(10^9*y) - y^(10^9*x)",
        "sin(x)^500 + cos(x*y)^300",
        "x^29*y^27 - 1",
    ]
    assert all(ask_worker(*map(parse, hard)))
    assert ask_worker(parse("x + ((2^300)^300)^300")) == [""]


def test_a_way_of_writing_ends_after_its_steps() -> None:
    code = (
        "import sympy; from tutor.practice import sympy_candidates as s; from tutor.algebra.parser import parse;"
        "x, y = sympy.symbols('x y'); formula = (x**7 - y**7)/(x - y);"
        "s.MAX_STEPS = 500; print(len(list(s.candidates(sympy, formula, parse('(x^7 - y^7)/(x - y)')))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=120, check=True)
    # Only as it is.
    assert done.stdout.split() == ["1"]


def test_a_formula_stays_unsimplified_if_the_child_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    problem = exercise_from_formula("z = x*y", {"x": number(2), "y": number(3)}).variant().problem
    assert [form.simplified for form in closed_forms(problem)] == [False, False]


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


#: Prints the formulas of all built-in exercises, and what the child process makes of them.
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


@pytest.mark.skipif(not os.environ.get("BACKPROP_TUTOR_LONG"), reason="long; BACKPROP_TUTOR_LONG runs it")
def test_closed_forms_of_all_exercises_are_the_same_in_every_process() -> None:
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
