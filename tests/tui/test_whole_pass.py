"""The whole pass at once on the screen: nothing is judged until the last blank, then the first wrong one is chosen."""

from __future__ import annotations

from tests.support.app_driver import open_app
from tutor.algebra.expr import number
from tutor.packs.builder.formula import exercise_from_formula

EXERCISE = exercise_from_formula("z = x * (x + y)", {"x": number(3), "y": number(4)}, number(2))
#: The own value, 7, in place of that of the other input; all that follow are right steps from 14.
OWN_VALUE = ("14", "14", "14", "28", "14")


async def test_the_first_wrong_edge_is_looked_for_and_then_explained() -> None:
    async with open_app(EXERCISE) as session:
        await session.pilot.press("ctrl+t")
        await session.wait_for_text("you see the results after the last blank")
        for answer in OWN_VALUE:
            await session.answer(answer)
        await session.wait_for_text("Right: 1 of 5.", "Is x → × the first wrong value?")
        assert session.state.focused_id == "x->mul1"
        await session.pilot.press("9")
        await session.wait_for_text("Find the first wrong value.")
        await session.pilot.press("enter")
        await session.wait_for_text("No: x → × is right. Try once more.")
        await session.pilot.press("tab", "enter")
        await session.wait_for_text("is the first wrong value.", "own value")
        assert not session.state.worksheet.whole_pass.is_on
        await session.pilot.press("backspace", "backspace")
        await session.answer("6")
        await session.wait_for_text("2 of 5")


async def test_a_right_pass_is_celebrated() -> None:
    async with open_app(EXERCISE) as session:
        await session.pilot.press("ctrl+t")
        for answer in ("14", "6", "6", "20", "6"):
            await session.answer(answer)
        await session.wait_for_text("You got the whole pass right")


async def test_the_same_key_leaves_the_mode() -> None:
    async with open_app(EXERCISE) as session:
        await session.pilot.press("ctrl+t")
        await session.answer("6")
        await session.wait_for_text("noted")
        await session.pilot.press("question_mark")
        await session.wait_for_text("help is available after the last blank")
        await session.pilot.press("ctrl+t")
        await session.wait_for_text("Your answers so far are checked.", "not yet")
