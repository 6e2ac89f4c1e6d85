"""Predictions in exercise files: their outcomes follow from the graph, and their faults are reported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tutor.grading.prediction import TypedPrediction, choice_letters, parse_prediction
from tutor.i18n import set_language
from tutor.packs import library
from tutor.packs.checks.runner import check_packs

if TYPE_CHECKING:
    from tests.support.pack_files import LoadText, RefusalLines, WritePack
    from tutor.grading.prediction import Prediction

PRODUCT = """graph = "z = x * y"
[inputs]
x = 5
y = -3
[vary]
x = { from = 2, to = 9 }
y = { choose = [-8, -7, -6, 3, 4] }
"""


def prediction(before: str, about: str, **more: object) -> str:
    keys = {"before": before, "about": about, **more}
    return "\n[[prediction]]\n" + "".join(f"{key} = {value!r}\n" for key, value in keys.items())


def only(load_text: LoadText, text: str) -> tuple[Prediction, str]:
    """Return the prediction of an exercise, and its outcome with the author's numbers."""
    variant = load_text(text).variant()
    (found,) = variant.predictions
    return found, found.outcome(variant.problem)


@pytest.mark.parametrize(
    ("graph", "inputs", "asked", "outcome"),
    [
        ("z = x * y", "x = 5\ny = -3", prediction("x", "sign"), "negative"),
        ("z = x * y", "x = 5\ny = -3", prediction("y->z", "sign"), "positive"),
        ("z = relu(x) * y", "x = -5\ny = -3", prediction("x", "sign"), "zero"),
        ("z = relu(x) * y", "x = -5\ny = -3", prediction("x", "zero"), "zero"),
        ("z = relu(x) * y", "x = 5\ny = -3", prediction("x", "zero"), "nonzero"),
        ("z = x * y", "x = 5\ny = -3", prediction("x", "size", than="y"), "smaller"),
        ("z = x * y", "x = 5\ny = -3", prediction("y", "size", than="x"), "larger"),
        ("z = x - y", "x = 5\ny = -3", prediction("x", "size", than="y"), "equal"),
        # In floats this sum of three edges is not 0, exactly it is.
        ("z = 0.1*x + 0.2*x - 0.3*x", "x = 5", prediction("x", "zero"), "zero"),
        ("f = sum(X * X)", "X = [[1, -2], [3, 4]]", prediction("X", "sign", cell=[0, 1]), "negative"),
        (
            "f = sum(X * X)",
            "X = [[1, -2], [3, 4]]",
            prediction("X", "size", cell=[0, 1], than_cell=[1, 1]),
            "smaller",
        ),
    ],
)
def test_the_outcome_follows_from_the_graph(
    load_text: LoadText, graph: str, inputs: str, asked: str, outcome: str
) -> None:
    assert only(load_text, f'graph = "{graph}"\n[inputs]\n{inputs}\n[vary]\n{asked}')[1] == outcome


def test_the_outcome_holds_for_fresh_numbers(load_text: LoadText) -> None:
    exercise = load_text(PRODUCT + prediction("x", "sign"))
    variants = [exercise.variant(seed) for seed in range(1, 20)]
    outcomes = [variant.predictions[0].outcome(variant.problem) for variant in variants]
    assert set(outcomes) == {"positive", "negative"}
    for variant, outcome in zip(variants, outcomes, strict=True):
        y = variant.problem.inputs["y"].value
        assert outcome == ("positive" if y > 0 else "negative")


def test_the_question_is_made_from_the_graph_or_the_authors(load_text: LoadText) -> None:
    variant = load_text(PRODUCT + prediction("x", "size", than="y")).variant()
    question = variant.predictions[0].question(variant.problem)
    assert str(question) == "Predict first: is the gradient at x → × larger or smaller than at y → ×, ignoring signs?"
    set_language("ko")
    assert "x → × 자리의 기울기" in str(question)
    set_language("en")
    own = load_text(PRODUCT + '[[prediction]]\nbefore = "x"\nabout = "sign"\ntext = "Up or down at {x}?"').variant()
    assert str(own.predictions[0].question(own.problem)) == "Up or down at 5?"


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (prediction("q", "sign"), "10: prediction[0].before: There is no blank “q”."),
        (prediction("start", "sign"), "10: prediction[0].before: A prediction is about a gradient."),
        (prediction("x", "colour"), "11: prediction[0].about: Write one of these here"),
        (prediction("x", "size"), "9: prediction[0]: A size is compared with another one."),
        (prediction("x", "sign", than="y"), "9: prediction[0]: Only a size can be compared."),
        (prediction("x", "size", than="x"), "12: prediction[0].than: This compares a gradient with itself."),
        (prediction("x", "sign", cell=[0, 0]), "12: prediction[0].cell: The gradient at x->mul1 is a single number."),
        (prediction("x", "sign", cell=[0]), "12: prediction[0].cell: Write a cell as [row, column]"),
        (prediction("x", "sign") + prediction("x->z", "zero"), "14: prediction[1].before: There are two predictions"),
        ('blanks = ["x"]' + prediction("y", "sign"), "prediction[0].before: y->mul1 is not asked for"),
    ],
)
def test_a_fault_is_reported_with_its_line(refusal_lines: RefusalLines, asked: str, line: str) -> None:
    blanks, at, table = asked.partition("\n[[prediction]]")
    (found,) = refusal_lines(f"{blanks}\n" * bool(blanks) + f"{PRODUCT}{at}{table}")
    assert line in found


def test_a_matrix_needs_a_cell_and_symbols_have_no_outcome(refusal_lines: RefusalLines) -> None:
    (found,) = refusal_lines(f'graph = "f = sum(X)"\n[inputs]\nX = [[1, 2]]\n{prediction("X", "zero")}')
    assert "The gradient at X->sum1 is a 1 × 2 matrix. Name one cell: cell = [0, 0]." in found
    (found,) = refusal_lines(f'graph = "z = x * y"\nstart = "dL/dz"\n[inputs]\nx = 2\ny = 3\n{prediction("x", "sign")}')
    assert "A prediction needs numbers" in found


@pytest.mark.parametrize(
    ("numbers", "asked", "said"),
    [
        ("x = 100\ny = 101\nw = 7\n[vary]", prediction("x", "size", than="y"), "the two sizes are nearly equal"),
        (
            "x = 5\ny = 3\nw = 4\n[vary]\ny = { choose = [3, 4] }\nw = { choose = [3, 4] }",
            prediction("x", "size", than="v"),
            "the two sizes happen to be equal",
        ),
        ("x = 5\ny = 0.0001\nw = 7\n[vary]", prediction("x", "zero"), "nearly 0 but not 0"),
        ("x = 5\ny = 4\nw = 7\n[vary]", prediction("x", "size", than="y"), ""),
    ],
)
def test_check_warns_of_an_ambiguous_prediction(write_pack: WritePack, numbers: str, asked: str, said: str) -> None:
    write_pack(f'graph = "z = x * y + v * w"\n[inputs]\nv = 9\n{numbers}\n{asked}')
    warnings = [str(finding) for finding in check_packs((Path("mine"),)) if "prediction" in str(finding)]
    assert len(warnings) == bool(said)
    assert all(said in warning and "prediction[0]" in warning for warning in warnings)


def test_a_prediction_changes_no_fingerprint(load_text: LoadText) -> None:
    # Work that was begun before the author added it goes on.
    before, after = (load_text(PRODUCT + added).variant(3) for added in ("", prediction("x", "sign")))
    assert before.fingerprint == after.fingerprint


def test_an_exam_asks_for_none(load_text: LoadText) -> None:
    assert not load_text('mode = "exam"\n' + PRODUCT + prediction("x", "sign")).variant().predictions


def test_many_built_in_exercises_ask_for_one() -> None:
    folder = library.built_in_dir()
    assert folder is not None
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*/*.toml")]
    assert sum("[[prediction]]" in text for text in texts) >= 20
    assert all(any(f'about = "{about}"' in text for text in texts) for about in ("sign", "size", "zero"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("b", ("negative", "")),
        ("B 3", ("negative", "certain")),
        ("b3", ("negative", "certain")),
        ("negative, fairly sure", ("negative", "fairly")),
        ("Positive guess", ("positive", "guess")),
        ("음수 확실", ("negative", "certain")),
        ("ㅠ", ("negative", "")),
        ("ㅠ3", ("negative", "certain")),
        ("-2", None),
        ("0", None),
        ("2", None),
        ("b4", None),
        ("cos(2)", None),
        ("abs(x)", None),
    ],
)
def test_letters_and_words_are_a_prediction_and_anything_else_an_answer(
    load_text: LoadText, typed: str, expected: tuple[str, str] | None
) -> None:
    asked, _outcome = only(load_text, PRODUCT + prediction("x", "sign"))
    assert parse_prediction(asked, typed, "abc") == (None if expected is None else TypedPrediction(*expected))


def test_the_letters_begin_no_name_of_the_graph(load_text: LoadText) -> None:
    problem = load_text('graph = "z = (a + b) * c"\n[inputs]\na = 2\nb = 3\nc = 4\n[vary]').variant().problem
    assert choice_letters(problem) == "pqr"
