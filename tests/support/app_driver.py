"""Drive the app as a learner does: press keys, read the screen, wait for conditions."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from textual import events
from textual.css.query import NoMatches

from tutor.algebra.expr import number
from tutor.algebra.printing import format_value
from tutor.glyphs import to_ascii
from tutor.grading.hints.ladder import format_right_answer
from tutor.grading.selection import format_selection
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.storage.store import Store, default_path
from tutor.practice.worksheet import Worksheet
from tutor.tui.app import TutorApp
from tutor.tui.screens.exercise import ExerciseScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot

    from tutor.drawing.model import Drawing
    from tutor.packs.exercise import Exercise
    from tutor.practice.event import Event
    from tutor.tui.exercise_state import ExerciseState

#: Polls every 10 ms, so at most 5 s.
MAX_POLLS = 500


async def wait_until(pilot: Pilot[bool], condition: Callable[[], object], description: str = "") -> None:
    """Wait for a condition; fail with the screen if it is never met. A widget that isn't there yet is waited for."""
    for _poll in range(MAX_POLLS):
        with suppress(NoMatches):
            if condition():
                return
        await pilot.pause(0.01)
    raise AssertionError(f"never happened: {description}\n" + "\n".join(screen_lines(pilot)))


def screen_lines(pilot: Pilot[bool]) -> list[str]:
    """Return the rows of the screen as they are sent to the terminal."""
    return [strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips()]


def screen_text(pilot: Pilot[bool]) -> str:
    """Return the text of the screen without line ends, so that wrapped sentences are found."""
    return " ".join(" ".join(screen_lines(pilot)).split())


async def wait_until_steady(pilot: Pilot[bool], polls: int = 5) -> list[str]:
    """Wait until the screen stays the same for `polls` polls, and return its rows."""
    rows, same = screen_lines(pilot), 0
    while same < polls:
        await pilot.pause(0.01)
        before, rows = rows, screen_lines(pilot)
        same = same + 1 if rows == before else 0
    return rows


async def wait_for_text(pilot: Pilot[bool], *pieces: str) -> None:
    """Wait until all pieces are on the screen."""
    await wait_until(pilot, lambda: all(piece in screen_text(pilot) for piece in pieces), f"{pieces} on the screen")


def is_showing(pilot: Pilot[bool], kind: type) -> bool:
    """Return whether the screen in front is of this class."""
    return isinstance(pilot.app.screen, kind)


def exercise_from(formula: str, **inputs: int) -> Exercise:
    """Return an exercise of a formula with whole numbers as inputs."""
    return exercise_from_formula(formula, {name: number(value) for name, value in inputs.items()})


@dataclass
class ExerciseSession:
    """An app with an exercise open."""

    pilot: Pilot[bool]
    app: TutorApp

    @property
    def screen(self) -> ExerciseScreen:
        """Return the exercise that is open."""
        return next(screen for screen in reversed(self.app.screen_stack) if isinstance(screen, ExerciseScreen))

    @property
    def state(self) -> ExerciseState:
        return self.screen.state

    @property
    def drawing(self) -> Drawing:
        """Return the drawing on the screen."""
        drawing = self.screen.drawing
        assert drawing is not None
        return drawing

    async def wait_for_exercise(self, exercise_id: str) -> None:
        """Wait until this exercise is drawn and has the focus."""

        def open_now() -> bool:
            screen = self.screen
            return bool(
                screen.is_mounted
                and screen.state.worksheet.variant.exercise.id == exercise_id
                and screen.has_widgets
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
        """Type an answer and check it without waiting in between, faster than the screen follows."""
        for character in answer:
            key = {" ": "space"}.get(character, character)
            self.app.post_message(events.Key(key, character))
        self.app.post_message(events.Key("enter", None))

    async def wait_for_text(self, *pieces: str) -> None:
        """Wait until all pieces are on the screen."""
        await wait_for_text(self.pilot, *pieces)

    def right_answer_text(self, blank: str | None = None) -> str:
        """Return the right answer at a blank, by default the focused one, as a learner would type it."""
        problem = self.state.worksheet.problem
        place = problem.place(blank or self.state.focused_id)
        if place.kind == "question" and problem.question(place).is_text:
            return problem.question(place).right_text or "In my own words."
        if place.kind == "question" and problem.question(place).select_all:
            choices = problem.question(place).choices
            return format_selection(position for position, choice in enumerate(choices) if choice.right)
        if place.kind == "question" and problem.question(place).choices:
            right = [choice.right for choice in problem.question(place).choices]
            return str(right.index(True) + 1)
        return to_ascii(format_right_answer(problem, place))

    async def skip_stages(self) -> None:
        """Go straight to the whole exercise, if it begins with stages."""
        last = self.state.worksheet.variant.exercise.last_stage
        if self.state.worksheet.variant.stage < last:
            await self.pilot.press("ctrl+g")
            await wait_until(self.pilot, lambda: self.state.worksheet.variant.stage == last, "the whole exercise")

    async def solve(self) -> None:
        """Answer every blank correctly, from wherever the focus is."""
        for _blank in self.state.worksheet.blanks:
            if self.state.worksheet.done:
                return
            at = self.state.focused_id
            if self.state.focused_blank.grid:
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
    """Open the app at an exercise; without its stages, unless it is passed open."""
    if isinstance(exercise, str):
        exercise = library.find_exercise(exercise).without_stages()
    opened_store = store or Store.open(default_path())
    app = TutorApp(opened_store, exercise, **options)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_until(pilot, lambda: len(app.screen_stack) > 1 and app.screen.is_mounted, "the exercise is open")
        session = ExerciseSession(pilot, app)
        await session.wait_for_exercise(exercise.id)
        yield session
    if store is None:
        opened_store.close()


@asynccontextmanager
async def open_home(size: tuple[int, int] = (80, 24), **options: object) -> AsyncIterator[Pilot[bool]]:
    """Open the app at the list of exercises."""
    with Store.open(default_path()) as store:
        app = TutorApp(store, **options)  # type: ignore[arg-type]
        async with app.run_test(size=size, notifications=True) as pilot:
            await wait_until(pilot, lambda: app.screen.is_mounted and "Enter" in screen_text(pilot), "the list")
            yield pilot


@dataclass(frozen=True)
class _BackdatedJournal:
    """Store events as if they had happened at another time."""

    store: Store
    at: datetime

    def append(self, event: Event) -> bool:
        return self.store.append(replace(event, at=self.at.isoformat(timespec="milliseconds")))


def simulate_practice(name: str, days: int = 0, wrong: str = "", at: datetime | None = None) -> None:
    """Solve an exercise of numbers some days ago, or `at` a time; `wrong` is the first answer at each blank."""
    with Store.open(default_path()) as store:
        journal = _BackdatedJournal(store, at or datetime.now(UTC) - timedelta(days=days))
        worksheet = Worksheet(library.find_exercise(name).variant(), journal)
        for blank in worksheet.blanks:
            if wrong:
                worksheet.answer(blank.id, wrong)
            worksheet.answer(blank.id, format_value(worksheet.problem.truth(blank)))
        assert worksheet.done
