"""Predictions and reasons in plain mode: what is printed, and that any other line is an answer."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support.asides import ASKS_WHY, PRODUCT, SUM, exercise_in
from tutor import settings
from tutor.plain.console import Console
from tutor.plain.exercise import PlainExercise
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

Play = Callable[..., tuple[str, Worksheet]]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Type lines into an exercise; return what is printed, and its worksheet."""

    def play(text: str, *lines: str) -> tuple[str, Worksheet]:
        out = io.StringIO()
        worksheet = Worksheet(exercise_in(tmp_path, text, ASKS_WHY).variant())
        typed = iter(lines)
        PlainExercise(worksheet, Console(lambda _prompt: next(typed, None), out)).run()
        return out.getvalue(), worksheet

    return play


def test_a_prediction_in_one_line_is_told_after_the_answer(play: Play) -> None:
    printed, worksheet = play(PRODUCT, "3", "b 3", "2")
    assert "Predict first: is the gradient at y → × larger or smaller than at x → ×, ignoring signs?" in printed
    assert "a  larger   b  smaller   c  equally large" in printed
    assert "1  a guess   2  fairly sure   3  certain" in printed
    assert "predicted: smaller, certain" in printed
    assert printed.index("✓ Right. 1 × 2") < printed.index("You predicted “smaller”, and that is right.")
    assert worksheet.done


def test_in_two_lines_and_in_words(play: Play) -> None:
    printed, worksheet = play(PRODUCT, "3", "larger", "guess", "2")
    assert "predicted: larger, a guess" in printed
    assert "You predicted “larger”, but it is “smaller”." in printed
    assert worksheet.done


def test_an_answer_goes_on_without_a_prediction_and_an_empty_line_skips_it(play: Play) -> None:
    printed, worksheet = play(PRODUCT, "3", "2")
    assert worksheet.done
    assert "predicted" not in printed
    printed, worksheet = play(PRODUCT, "3", "", "2")
    assert "Skipped." in printed
    assert printed.count("Predict first") == 1
    assert worksheet.done


def test_commands_work_beside_a_prediction(play: Play) -> None:
    printed, worksheet = play(PRODUCT, "3", "b 3", ":undo", "a 1", "?", "2")
    assert printed.count("predicted: ") == 2
    assert "Hint 1/" in printed
    assert worksheet.done


REASON = "5: the upstream, which + passes on unchanged."


def test_the_reason_is_asked_for_in_place_of_being_said(play: Play) -> None:
    printed, _worksheet = play(SUM, "5")
    asked = printed.index("Why? The gradient here is …")
    assert printed[:asked].rstrip().endswith("✓ Right."), "the sentence that says why would give the reason away"
    assert REASON not in printed
    letters = [line.split()[0] for line in printed[asked:].splitlines() if line.startswith("  ")]
    assert letters == ["p", "q", "r"], "a, b and c are names of the graph"


def test_a_reason_is_confirmed_or_answered_with_what_it_would_give(play: Play) -> None:
    printed, _worksheet = play(SUM, "5")
    letter = next(
        line.split()[0] for line in printed.splitlines() if line.endswith("the upstream, passed on unchanged")
    )
    assert f"Yes, that is the reason.\n✓ Right. {REASON}" in play(SUM, "5", letter)[0]
    other = "p" if letter != "p" else "q"
    printed, worksheet = play(SUM, "5", other)
    assert "That would give " in printed
    assert REASON in printed
    assert worksheet.summary().wrong_attempts == 0


def test_the_next_answer_or_an_empty_line_goes_on(play: Play) -> None:
    printed, worksheet = play(SUM, "5", "5", "5", "5")
    assert worksheet.done
    assert "That would give" not in printed
    printed, worksheet = play(SUM, "5", "", "5", "5", "5")
    assert printed.index("Why?") < printed.index(REASON)
    assert worksheet.done


def test_both_can_be_turned_off(play: Play) -> None:
    settings.save_value("predictions", False)
    settings.save_value("reasons", False)
    assert "Predict first" not in play(PRODUCT, "3", "2")[0]
    assert "Why?" not in play(SUM, "5", "5", "5", "5")[0]
