"""The app driven by real keys: type, read the screen, wait for a condition."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events

from tutor.glyphs import to_ascii
from tutor.grading.hints.ladder import format_right_answer
from tutor.packs import library
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp
from tutor.tui.screens.exercise import ExerciseScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot

    from tutor.packs.exercise import Exercise
    from tutor.tui.exercise_state import ExerciseState

#: Polls every 10 ms, so at most 5 s.
MAX_POLLS = 500


async def wait_until(pilot: Pilot[bool], condition: Callable[[], object], description: str = "") -> None:
    """Wait for a condition."""
    for _poll in range(MAX_POLLS):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"never happened: {description}\n" + "\n".join(screen_lines(pilot)))


def screen_lines(pilot: Pilot[bool]) -> list[str]:
    """Return the rows of the screen as they are sent to the terminal."""
    return [strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips()]


def screen_text(pilot: Pilot[bool]) -> str:
    """Return the whole screen as one line of words."""
    return " ".join(" ".join(screen_lines(pilot)).split())


@dataclass
class ExerciseSession:
    """An app with an exercise open."""

    pilot: Pilot[bool]
    app: TutorApp

    @property
    def screen(self) -> ExerciseScreen:
        """Return the screen of the exercise on top."""
        return next(screen for screen in reversed(self.app.screen_stack) if isinstance(screen, ExerciseScreen))

    @property
    def state(self) -> ExerciseState:
        return self.screen.state

    async def wait_for_exercise(self, exercise_id: str) -> None:
        """Wait until this exercise is drawn and has the focus."""

        def open_now() -> bool:
            screen = self.screen
            return bool(
                screen.is_mounted
                and screen.state.worksheet.variant.exercise.id == exercise_id
                and screen.drawing
                and screen.focused is not None
            )

        await wait_until(self.pilot, open_now, f"{exercise_id} is open")

    async def type(self, answer: str) -> None:
        """Type characters one by one."""
        await self.pilot.press(*("space" if character == " " else character for character in answer))

    async def answer(self, answer: str) -> None:
        """Type an answer and check it."""
        await self.type(answer)
        await self.pilot.press("enter")

    def answer_at_once(self, answer: str) -> None:
        """Send an answer and Enter at once, without waiting between keys."""
        for character in answer:
            key = {" ": "space"}.get(character, character)
            self.app.post_message(events.Key(key, character))
        self.app.post_message(events.Key("enter", None))

    async def wait_for_text(self, *pieces: str) -> None:
        """Wait until all of these are on the screen."""
        await wait_until(
            self.pilot, lambda: all(piece in screen_text(self.pilot) for piece in pieces), f"{pieces} on the screen"
        )

    def right_answer_text(self, blank: str | None = None) -> str:
        """Return the right answer at a blank, as a learner would type it."""
        problem = self.state.worksheet.problem
        place = problem.place(blank or self.state.focused_id)
        if place.kind == "question" and problem.question(place).choices:
            right = [choice.right for choice in problem.question(place).choices]
            return str(right.index(True) + 1)
        return to_ascii(format_right_answer(problem, place))

    async def solve(self) -> None:
        """Fill every blank with its right answer, starting at the focus."""
        for _blank in self.state.worksheet.blanks:
            if self.state.worksheet.done:
                return
            at = self.state.focused_id
            if self.state.focused_blank.shape:
                await self.pilot.press("enter")
                self.app.post_message(events.Paste(self.right_answer_text()))
                await wait_until(self.pilot, lambda: self.state.input.is_complete, "the grid is filled")
                await self.pilot.press("enter")
            else:
                self.answer_at_once(self.right_answer_text())
            await wait_until(self.pilot, lambda at=at: self.state.worksheet.entry(at).settled, f"{at} is right")


async def paste_text(session: ExerciseSession, pasted: str) -> None:
    """Paste text into the terminal."""
    session.app.post_message(events.Paste(pasted))
    await session.pilot.pause()


@asynccontextmanager
async def open_app(
    exercise: Exercise | str, size: tuple[int, int] = (80, 24), store: Store | None = None, **options: object
) -> AsyncIterator[ExerciseSession]:
    """Run the app with an exercise open."""
    found = library.find_exercise(exercise) if isinstance(exercise, str) else exercise
    kept = store or Store.open(default_path())
    app = TutorApp(kept, found, **options)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_until(pilot, lambda: len(app.screen_stack) > 1 and app.screen.is_mounted, "the exercise is open")
        session = ExerciseSession(pilot, app)
        await session.wait_for_exercise(found.id)
        yield session
    if store is None:
        kept.close()
