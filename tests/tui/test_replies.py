"""The question about a wrong answer on the screen: it shows its keys, and a key or a word answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import open_app, wait_until
from tutor.grading.verdict import VerdictKind
from tutor.tui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

QUESTION = "Did you add the upstream gradient 5 and the local derivative 1?"


@pytest.mark.parametrize("keys", [("ctrl+y",), ("y", "enter"), ("ㅛ", "enter")])
async def test_yes_shows_what_the_mistake_was(keys: Sequence[str]) -> None:
    async with open_app("basics/plus") as session:
        await session.answer("6")
        await session.wait_for_text(QUESTION)
        await session.wait_for_text("^Y yes")
        await session.wait_for_text("^N no")
        await session.pilot.press(*keys)
        await session.wait_for_text("That is the sum of the upstream")
        assert not session.state.asks
        verdict = session.state.entry.verdict
        assert verdict is not None
        assert (verdict.mistake, verdict.certain) == ("any.added", True)


@pytest.mark.parametrize("keys", [("ctrl+n",), ("n", "enter"), ("ㅜ", "enter")])
async def test_no_leads_to_the_next_question_and_then_to_a_neutral_message(keys: Sequence[str]) -> None:
    async with open_app("basics/plus") as session:
        await session.answer("6")
        await session.wait_for_text(QUESTION)
        await session.pilot.press(*keys)
        await session.wait_for_text("Did you miscount by one")
        await session.pilot.press(*keys)
        await wait_until(session.pilot, lambda: not session.state.asks, "the last question")
        verdict = session.state.entry.verdict
        assert verdict is not None
        assert verdict.kind is VerdictKind.WRONG
        assert session.state.entry.wrong_attempts == 1


async def test_the_keys_do_nothing_without_a_question() -> None:
    async with open_app("basics/plus") as session:
        await session.pilot.press("ctrl+y", "ctrl+n")
        await session.answer("5")
        await session.wait_for_text("1 of 4")
        await session.pilot.press("ctrl+y", "ctrl+n")
        await session.wait_for_text("1 of 4")


async def test_fresh_numbers_that_tell_mistakes_apart_are_offered() -> None:
    async with open_app("basics/add-multiply") as session:
        await session.answer("1")
        await session.answer("2")
        await session.answer("120")
        session.state.focus("a->add1")
        await session.answer("1")
        await session.wait_for_text("new numbers that tell these mistakes apart")
        await session.pilot.press("f3")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, ConfirmScreen), "the question")
        await session.pilot.press("enter")
        await session.wait_for_text("With these numbers, the mistakes you were asked about")
