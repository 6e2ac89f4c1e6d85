"""Predictions and reasons on the screen: typed, clicked, skipped, undone, and never in the way of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import is_showing, open_app, screen_lines, screen_text, wait_until
from tests.support.asides import ASKS_WHY, PRODUCT, SUM, exercise_in
from tutor import settings
from tutor.grading.prediction import TypedPrediction
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.home import HomeScreen

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.app_driver import ExerciseSession

QUESTION = "Predict first: is the gradient at y → ×"


async def click(session: ExerciseSession, label: str) -> None:
    """Click a text on the screen."""
    rows = screen_lines(session.pilot)
    y = next(row for row, line in enumerate(rows) if label in line)
    await session.pilot.click(offset=(rows[y].index(label), y))


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_a_letter_and_a_digit_predict_and_the_verdict_waits_for_the_answer(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with open_app(exercise_in(tmp_path, PRODUCT), size=size) as session:
        await session.answer("3")
        await session.wait_for_text(QUESTION)
        await session.type("b")
        assert session.state.worksheet.asides.prediction_made("y->mul1") is None
        assert "◂ b" not in screen_text(session.pilot), "a letter of a prediction is no answer on the edge"
        await session.type("3")
        await session.wait_for_text("predicted: smaller, certain")
        assert session.state.input.is_empty
        await session.answer("3")
        assert "You predicted" not in screen_text(session.pilot)
        await session.answer("2")
        await session.wait_for_text("You predicted “smaller”, and that is right.")
        assert session.state.worksheet.summary().wrong_attempts == 1


async def test_words_predict_and_a_confidence_is_asked_for(tmp_path: Path) -> None:
    async with open_app(exercise_in(tmp_path, PRODUCT)) as session:
        await session.answer("3")
        await session.answer("larger")
        await session.wait_for_text("How sure are you? Type 1, 2 or 3.")
        await session.answer(" sure")
        await wait_until(
            session.pilot,
            lambda: session.state.worksheet.asides.prediction_made("y->mul1") == TypedPrediction("larger", "certain"),
        )


@pytest.mark.parametrize("answer", ["4 - 2"])
async def test_an_answer_needs_no_prediction_first(tmp_path: Path, answer: str) -> None:
    async with open_app(exercise_in(tmp_path, PRODUCT)) as session:
        await session.answer("3")
        await session.answer(answer)
        await wait_until(session.pilot, lambda: session.state.worksheet.done, "solved")


async def test_escape_skips_the_prediction_and_leaves_only_then(tmp_path: Path) -> None:
    async with open_app(exercise_in(tmp_path, PRODUCT)) as session:
        await session.answer("3")
        await session.wait_for_text("Esc skip")
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: session.state.asides.prediction is None, "skipped")
        assert is_showing(session.pilot, ExerciseScreen)
        await session.pilot.press("ctrl+z")
        await session.wait_for_text(QUESTION)
        await session.pilot.press("escape", "escape")
        await wait_until(session.pilot, lambda: is_showing(session.pilot, HomeScreen), "the list")


async def test_a_click_predicts_and_undo_asks_again(tmp_path: Path) -> None:
    async with open_app(exercise_in(tmp_path, PRODUCT), size=(120, 40)) as session:
        await session.answer("3")
        await session.wait_for_text("confidence")
        await click(session, "larger   ")
        await click(session, "fairly sure")
        await session.wait_for_text("predicted: larger, fairly sure")
        await session.pilot.press("ctrl+z")
        await session.wait_for_text(QUESTION)
        assert session.state.worksheet.state("x->mul1") == "right"


async def test_the_cells_of_a_matrix_are_filled_without_a_prediction(tmp_path: Path) -> None:
    text = """graph = "f = sum(X * X)"
[inputs]
X = [[1, -2]]
[vary]
[[prediction]]
before = "X->mul1.0"
about = "sign"
cell = [0, 1]
"""
    async with open_app(exercise_in(tmp_path, text)) as session:
        session.state.focus("X->mul1.0")
        assert session.state.asides.prediction is not None
        await session.solve()
        assert session.state.worksheet.done


async def test_the_reason_is_chosen_by_a_letter_and_enter(tmp_path: Path) -> None:
    async with open_app(exercise_in(tmp_path, SUM, ASKS_WHY)) as session:
        await session.answer("5")
        await session.wait_for_text("Why?", "Esc skip")
        assert "which + passes on" not in screen_text(session.pilot)
        why = session.state.asides.why
        assert why is not None
        right = next(letter for letter, reason in zip(why.letters, why.reasons, strict=True) if reason.right)
        await session.type(right)
        await session.wait_for_text("Enter confirm")
        await session.pilot.press("enter")
        await session.wait_for_text("Yes, that is the reason. 5: the upstream, which + passes on unchanged.")


async def test_a_wrong_reason_costs_nothing(tmp_path: Path) -> None:
    async with open_app(exercise_in(tmp_path, SUM, ASKS_WHY), size=(120, 40)) as session:
        await session.answer("5")
        await session.wait_for_text("Why?")
        why = session.state.asides.why
        assert why is not None
        await click(session, str(next(reason.text for reason in why.reasons if not reason.right)))
        await session.wait_for_text("That would give ", "which + passes on")
        assert session.state.worksheet.summary().wrong_attempts == 0


async def test_typing_the_next_answer_goes_on(tmp_path: Path) -> None:
    async with open_app(exercise_in(tmp_path, SUM, ASKS_WHY)) as session:
        await session.answer("5")
        await session.wait_for_text("Why?")
        await session.type("5")
        await wait_until(session.pilot, lambda: "Why?" not in screen_text(session.pilot), "the question is gone")
        place = session.state.focused_id
        await session.pilot.press("enter")
        await wait_until(session.pilot, lambda: session.state.worksheet.state(place) == "right", "the next answer")


async def test_both_can_be_turned_off(tmp_path: Path) -> None:
    settings.save_value("predictions", False)
    settings.save_value("reasons", False)
    async with open_app(exercise_in(tmp_path, PRODUCT)) as session:
        await session.answer("3")
        assert session.state.asides.prediction is None
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: is_showing(session.pilot, HomeScreen), "the list")
    async with open_app(exercise_in(tmp_path, SUM, ASKS_WHY)) as session:
        await session.answer("5")
        await session.wait_for_text("5: the upstream, which + passes on unchanged.")
