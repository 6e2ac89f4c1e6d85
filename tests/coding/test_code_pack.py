"""The pack `code`: each exercise is solved by right code, wrong code is named, and what is solved counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.code_in_process import judge_text
from tests.support.lesson_solutions import lesson_code
from tutor.coding.mistakes import GENERAL_MISTAKES
from tutor.coding.new_file import exercise_file, place_file
from tutor.coding.session import open_session
from tutor.packs import library
from tutor.practice.storage.store import Store, default_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run
    from tutor.packs.exercise import Exercise

PACK = next(pack for pack in library.all_packs() if pack.id == "code")
NAMES = [entry.id for entry in PACK.entries]


def lesson(name: str) -> Exercise:
    return library.find_exercise(f"code/{name}")


def write_solution(exercise: Exercise, code: str, folder: Path) -> Path:
    """Write a file as the tutor does, and put code below its head."""
    path, _is_new = place_file(exercise_file(exercise), folder)
    path.write_text(path.read_text().partition("import numpy")[0].partition("import math")[0] + code)
    return path


def test_the_pack_has_sixteen_exercises_that_ask_for_nothing_but_code() -> None:
    assert len(NAMES) == 16
    assert all(lesson(name).code.only for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_right_code_solves_an_exercise_and_its_new_file_does_not(name: str) -> None:
    exercise = lesson(name)
    style = exercise_file(exercise).style
    assert judge_text(style, lesson_code(exercise)).solved
    empty = judge_text(style, "\n".join(style.code()) + "\n")
    assert not empty.solved
    assert empty.fault is not None or empty.first_open is not None


_STEPS = "        plus, minus = x.copy(), x.copy()\n        plus[index] += 1e-5\n        minus[index] -= 1e-5\n"
_QUOTIENT = "(f(plus) - f(minus)) / 2e-5"
_ERROR = "np.abs(claimed - numerical).max() <= 1e-4 * size"


@pytest.mark.parametrize(
    ("name", "changes", "part", "mistake"),
    [
        ("sigmoid-class", {"dy * (1 - self.output)": "(1 - self.output)"}, "dx", "any.dropped-upstream"),
        ("sigmoid-class", {"(1 - self.output) * self.output": "self.output"}, "dx", "sigmoid.forgot-1-minus"),
        ("product-and-sum", {"dw = ": "dw = dp * w  # "}, "dw", "mul.own-input"),
        ("product-and-sum", {"dp = ": "dp = dL  # "}, "dp", "any.skipped-node"),
        ("a-branch", {"du = ": "du = du_1  # "}, "du", "branch.one-branch"),
        ("a-branch", {"dx = ": "dx = dx_1 * dx_2  # "}, "dx", "branch.product"),
        ("a-folded-function", {"da = ": "da = dh / (1 + np.exp(-a))  # "}, "da", "only-the-gate"),
        ("a-folded-function", {"de = ": "de = dL * e  # "}, "de", "pow.no-factor"),
        ("a-bias-for-all-rows", {"db = ": "db = dY  # "}, "db", "broadcast.not-summed"),
        ("a-bias-for-all-rows", {"dQ = ": "dQ = dL * np.ones_like(Q) / 4  # "}, "dQ", "code.only-here"),
        ("two-layer-network", {"dA = ": "dA = dH * (dH > 0)  # "}, "dA", "relu.gate-on-gradient"),
        ("two-layer-network", {"dY = ": "dY = 2 * (Y - T) * dL  # "}, "dY", "mse.sum-for-mean"),
        ("softmax-with-loss", {" / len(self.T)": ""}, "dA", "softmax.not-by-rows"),
        ("softmax-with-loss", {"dL * (self.P": "(self.P"}, "dA", "any.start-ignored"),
        (
            "batch-norm",
            {"dX - dX.mean(axis=0) - self.H * (dX * self.H).mean(axis=0)": "dX"},
            "dX",
            "code.statistics-constant",
        ),
        ("batch-norm", {" - self.H * (dX * self.H).mean(axis=0)": ""}, "dX", "code.variance-constant"),
        ("batch-norm", {"dX - dX.mean(axis=0) - ": "dX - "}, "dX", "code.mean-constant"),
        ("layer-norm", {"(dY * self.H).sum(axis=0)": "(dY * self.H).sum(axis=1)"}, "dgamma", "code.other-axis"),
        ("layer-norm", {"dX.mean(axis=1, keepdims=True)": "dX.mean(axis=0)"}, "dX", "code.mean-other-axis"),
        ("attention", {"P * (dP - (dP * P).sum(axis=1, keepdims=True))": "P * dP"}, "dQ", "softmax.forgot-1-minus"),
        ("attention", {"P.T @ dO": "dO"}, "dV", "any.upstream-only"),
        ("embedding", {"np.add.at(self.dW, self.ids, dY)": "self.dW[self.ids] += dY"}, "dW", "index.overwritten"),
        ("gradient-accumulation", {"dW = dW + ": "dW = "}, "dW", "code.last-part"),
        ("gradient-accumulation", {"T.size": "t.size"}, "dW", "code.parts-summed"),
        ("gradient-accumulation", {"T.size": "t.size / k"}, "dW", "code.mean-of-means"),
        ("gradient-accumulation", {"2 * (y - t)": "(y - t)"}, "dW", "code.constant-factor"),
        ("a-broken-layer", {"self.dW = self.X.T": "self.dW += self.X.T"}, "dW", "code.cached"),
        ("a-broken-layer", {"dY.sum(axis=0)": "dY"}, "db", "code.not-summed"),
        ("the-class-value", {"self.grad += exponent": "self.grad = exponent"}, "sums", "code.overwritten"),
        ("a-gradient-check", {_QUOTIENT: "(f(plus) - f(x)) / 1e-5"}, "accuracy", "code.one-sided"),
        ("a-gradient-check", {"1e-5": "1e-13", "2e-5": "2e-13"}, "accuracy", "code.step-tiny"),
        ("a-gradient-check", {"1e-5": "0.1", "2e-5": "0.2"}, "accuracy", "code.step-large"),
        ("a-gradient-check", {"x.copy(), x.copy()": "x, x"}, "vector", "code.not-copied"),
        ("a-gradient-check", {"x.copy(), x.copy()": "x.copy(), x"}, "x", "code.not-restored"),
        (
            "a-gradient-check",
            {
                f"{_STEPS}        gradient[index] = {_QUOTIENT}": "        x[index] += 1e-5\n        high = f(x)\n"
                "        x[index] -= 2e-5\n        gradient[index] = (high - f(x)) / 2e-5"
            },
            "x",
            "code.not-restored",
        ),
        ("a-gradient-check", {"return gradient\n": "return gradient.ravel()\n"}, "matrix", "code.flat"),
        ("a-gradient-check", {_QUOTIENT: "(f(plus) - f(minus)) / 1e-5"}, "vector", "code.half-step"),
        ("a-gradient-check", {"f(plus) - f(minus)": "f(minus) - f(plus)"}, "vector", "code.backwards"),
        ("a-gradient-check", {" / 2e-5": ""}, "vector", "code.not-divided"),
        (
            "a-gradient-check",
            {"plus[index] +=": "plus +=", "minus[index] -=": "minus -="},
            "vector",
            "code.all-at-once",
        ),
        ("a-gradient-check", {"1e-4 * size": "1e-4"}, "scale", "code.absolute"),
        ("a-gradient-check", {"<= 1e-4 * size": "== 0"}, "accepted", "code.exact"),
        ("a-gradient-check", {_ERROR: "np.abs(claimed - numerical).max() < 1e-4 * size"}, "accepted", "code.zero"),
        ("train-xor", {" - rate *": " + rate *"}, "update", "code.uphill"),
        ("train-xor", {"rate * ": ""}, "update", "code.no-rate"),
        ("train-xor", {"self.b1 = self.b1 - rate * self.db1": "pass"}, "update", "code.not-updated"),
        ("train-xor", {"(1 - self.H ** 2)": "self.H * (1 - self.H)"}, "dW1", "tanh.sigmas-rule"),
        ("train-xor", {"dA.sum(axis=0)": "dA.mean(axis=0)"}, "db1", "broadcast.mean-for-sum"),
    ],
)
def test_wrong_code_is_named_by_its_own_mistake(name: str, changes: dict[str, str], part: str, mistake: str) -> None:
    exercise = lesson(name)
    result = judge_text(exercise_file(exercise).style, lesson_code(exercise, changes))
    first = result.first_open
    assert first is not None
    assert (first.name, first.verdict, first.mistake) == (part, "wrong", mistake), first
    assert first.message is not None


def test_the_broken_layer_shows_its_faults_one_after_the_other() -> None:
    exercise = lesson("a-broken-layer")
    style = exercise_file(exercise).style
    faulty = "\n".join(style.code()) + "\n"
    result = judge_text(style, faulty)
    assert "dY @ self.W: 3×2 @ 4×2 can't be multiplied, because the inner sizes 2 and 4 differ." in str(result.fault)
    told = []
    for old, new in (
        ("dY @ self.W\n", "dY @ self.W.T\n"),
        ("self.dW += ", "self.dW = "),
        ("self.db = dY\n", "self.db = dY.sum(axis=0)\n"),
    ):
        faulty = faulty.replace(old, new)
        first = judge_text(style, faulty).first_open
        told.append((first.name, first.mistake) if first is not None else None)
    assert told == [("dW", "code.cached"), ("db", "code.not-summed"), None]


@pytest.mark.parametrize("name", NAMES)
def test_each_part_has_hints_of_four_rungs_that_show_no_line(name: str) -> None:
    exercise = lesson(name)
    style = exercise_file(exercise).style
    code = [line.strip() for line in lesson_code(exercise).splitlines() if " = " in line and len(line.strip()) > 24]
    for part in style.part_names:
        hints = [style.hint(part, rung) for rung in range(1, 5)]
        assert [(hint.rung, hint.of) for hint in hints] == [(rung, 4) for rung in range(1, 5)], part
        assert not any(line in str(hint.text) for hint in hints for line in code), part
        assert style.describe(part)


def test_the_loss_of_a_trained_network_falls_and_that_of_one_that_is_not_updated_stays() -> None:
    exercise = lesson("train-xor")
    style = exercise_file(exercise).style
    losses = judge_text(style, lesson_code(exercise)).losses
    assert losses[0] > 0.25 > 0.02 > losses[-1]
    unmoved = judge_text(style, lesson_code(exercise, {"rate * self.d": "0 * self.d"}))
    assert unmoved.losses[0] == unmoved.losses[-1]
    assert not unmoved.solved


def test_a_solved_exercise_counts_as_solved_and_in_code(home: Path, tmp_path: Path) -> None:
    exercise = lesson("gradient-accumulation")
    path = write_solution(exercise, lesson_code(exercise, {"T.size": "t.size"}), tmp_path)
    with Store.open(default_path()) as store:
        session = open_session(path, store)
        session.record(session.check())
        assert store.state("code", "gradient-accumulation") == "begun"
        assert store.exercise_to_continue() == ("code", "gradient-accumulation")
        write_solution(exercise, lesson_code(exercise), tmp_path)
        session.record(session.check())
        assert store.state("code", "gradient-accumulation") == "solved"
        assert store.solved_in_code() == {("code", "gradient-accumulation")}
        assert store.exercise_to_continue() is None
        events = store.events("code", "gradient-accumulation")
        assert [event.kind for event in events] == ["begin", "code", "code", "solved"]
        assert all(event.duration > 0 for event in events if event.kind == "code")
        # Looking at it again is nothing new; a mistake in it is.
        again = open_session(path, store)
        again.record(again.check())
        assert store.events("code", "gradient-accumulation") == events
        write_solution(exercise, lesson_code(exercise, {"T.size": "t.size"}), tmp_path)
        again.record(again.check())
        assert [event.kind for event in store.events("code", "gradient-accumulation")] == ["begin", "code"]


def test_a_file_of_an_exercise_is_checked_against_it_and_its_loss_is_plotted(run_tutor: Run, tmp_path: Path) -> None:
    exercise = lesson("train-xor")
    path = write_solution(exercise, lesson_code(exercise), tmp_path)
    result = run_tutor("code", str(path), "--check")
    assert result.returncode == 0
    assert "✓ loss   the network learns XOR" in result.stdout
    assert "0.000 │" in result.stdout
    assert "loss: 0.4" in result.stdout
    assert "You have written every line" in result.stdout


def test_the_mistakes_of_code_are_listed_with_the_others(run_tutor: Run) -> None:
    rows = {row["id"]: row for row in json.loads(run_tutor("mistakes", "--json").stdout)}
    assert rows["code.one-sided"]["where"] == {"en": "Python code", "ko": "파이썬 코드"}
    assert rows["code.one-sided"]["name"]["en"] == "one-sided difference instead of a central one"
    assert {mistake.id for mistake in GENERAL_MISTAKES} < set(rows)
    assert "mul.own-input" in rows
