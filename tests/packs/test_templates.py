"""Texts filled with the numbers of a variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor.grading.problem import AuthorNotes
from tutor.i18n import set_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.pack_files import LoadText

NEURON = """
graph = "q = w * x; u = q - t; L = u ^ 2"
[inputs]
w = 2
x = 3
t = 1
[vary]
w = { choose = [4] }
[text]
en = "q is {q}, {u + 0.01} and {grad(w)}: {{braces}}"
ko = "q의 값은 {q}, {{중괄호}}"
[after]
en = "{ grad( u ) * 2 } {L}"
[blank."u->L"]
hint = ["From {u} to {u + 0.01}?"]
mistake = [{ id = "no-two", answer = "u * up", en = "Not {u}.", ko = "{u} 아님." }]
"""


def test_texts_are_filled_for_the_variant(load_text: LoadText) -> None:
    exercise = load_text(NEURON)
    assert exercise.variant().text() == "q is 6, 5.01 and 30: {braces}"
    assert exercise.variant(1).text() == "q is 12, 11.01 and 66: {braces}"
    assert exercise.variant().after() == "20 25"
    set_language("ko")
    assert exercise.variant().text() == "q의 값은 6, {중괄호}"
    assert exercise.variant().after() == "20 25"


def test_hints_and_mistakes_are_filled_for_the_variant(load_text: LoadText) -> None:
    exercise = load_text(NEURON)
    for seed, u in ((None, "5"), (1, "11")):
        problem = exercise.variant(seed).problem
        (advice,) = problem.author_notes.values()
        assert isinstance(advice, AuthorNotes)
        assert problem.author_notes.keys() == {"u->pow1"}
        assert [str(hint) for hint in advice.hints] == [f"From {u} to {u}.01?"]
        assert [(mistake.id, str(mistake.feedback)) for mistake in advice.mistakes] == [("no-two", f"Not {u}.")]


def test_matrices_are_filled_in_as_rows(load_text: LoadText) -> None:
    exercise = load_text("graph = 'f = sum(X)'\ntext = '{X} {grad(X)} {X.T}'\n[inputs]\nX = [[1, 2.5]]")
    assert exercise.variant().text() == "[[1, 2.5]] [[1, 1]] [[1], [2.5]]"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{q", "There is a single brace here."),
        ("q}", "There is a single brace here."),
        ("{}", "There is nothing here yet."),
        ("{k}", "Unknown name “k”."),
        ("{a.__class__}", "This point is not part of a number."),
        ("{a!r}", "“!” can't be used here."),
        ("{1/(a-a)}", "This divides by zero"),
        ("{grad(k)}", "Unknown name “grad”."),
    ],
)
def test_placeholders_that_can_not_be_filled_are_errors(
    refusal_lines: Callable[[str], list[str]], text: str, problem: str
) -> None:
    (line,) = refusal_lines(f"graph = 'z = a * b'\n[text]\nko = '{text}'")
    assert line.startswith(f"3: text.ko: {problem}")


def test_a_formula_without_a_value_for_fresh_numbers_is_a_question_mark(load_text: LoadText) -> None:
    exercise = load_text(
        "graph = 'z = a * b'\ntext = '{1/(a - 4)}'\n[inputs]\na = 3\nb = 5\n[vary]\na = { choose = [4] }"
    )
    assert exercise.variant().text() == "−1"
    assert exercise.variant(1).text() == "?"
