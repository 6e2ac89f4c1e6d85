"""Questions are answered by keys of either keyboard, by Enter on a button, and by mouse."""

from __future__ import annotations

from tests.support.app_driver import open_home, screen_lines, wait_until
from tutor.tui.screens.confirm import ConfirmScreen
from tutor.tui.widgets.dialog_buttons import DialogButtons


async def test_a_question_is_answered_by_keys_and_by_mouse() -> None:
    answers: list[bool | None] = []
    async with open_home() as pilot:

        async def ask(*keys: str, click: int | None = None) -> bool | None:
            pilot.app.confirm("Start over?", answers.append)
            await wait_until(pilot, lambda: pilot.app.screen.query(DialogButtons), "the question")
            await wait_until(pilot, lambda: any("Yes y" in row for row in screen_lines(pilot)), "the buttons")
            before = len(answers)
            await pilot.press(*keys)
            if click is not None:
                await pilot.click(DialogButtons, offset=(click, 0))
            await wait_until(pilot, lambda: len(answers) > before, "an answer")
            assert not isinstance(pilot.app.screen, ConfirmScreen)
            return answers[-1]

        for keys in ("y", "ㅛ", "enter", "tab left enter"):
            assert await ask(*keys.split()) is True, keys
        for keys in ("N", "ㅜ", "escape", "right space"):
            assert await ask(*keys.split()) is False, keys
        assert await ask(click=3) is True
        assert await ask(click=14) is False
        pilot.app.confirm("Start over?", answers.append)
        await wait_until(pilot, lambda: pilot.app.screen.query(DialogButtons), "the question")
        await pilot.press("right", "y", "y", "enter")
        await wait_until(pilot, lambda: len(answers) == 11, "one answer")
        assert answers[-1] is True


async def test_the_button_in_focus_is_marked_without_colours() -> None:
    async with open_home(ascii=True) as pilot:
        pilot.app.confirm("Start over?", lambda _answer: None)
        await wait_until(pilot, lambda: any(">[ Yes y ]" in row for row in screen_lines(pilot)), "the first")
        await pilot.press("right")
        await wait_until(pilot, lambda: any(">[ No n ]" in row for row in screen_lines(pilot)), "the second")
