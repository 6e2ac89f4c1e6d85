"""The placement test from its first graph to its result. It can be left at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from tutor.practice.placement import PlacementTest
from tutor.practice.placement_result import finish_test
from tutor.practice.placement_texts import INTRODUCTION, LEFT, graph_title
from tutor.tui.screens.placement_graph import PlacementGraphScreen
from tutor.tui.screens.placement_result import PlacementResultScreen

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.placement import Kind
    from tutor.practice.storage.store import Store
    from tutor.tui.background import Background
    from tutor.tui.host import Host
    from tutor.tui.navigator import Navigator
    from tutor.tui.screens.home import HomeScreen


class PlacementFlow:
    """Open one graph after the other, and show the result."""

    class TestDone(Message):
        """A test has no more graphs, and the exercises are indexed, of which some are not needed any more."""

        def __init__(self, test: PlacementTest, index: ExerciseIndex) -> None:
            super().__init__()
            self.test = test
            self.index = index

    def __init__(
        self, host: Host, store: Store, home: HomeScreen, navigator: Navigator, background: Background
    ) -> None:
        self._host = host
        self._store = store
        self._home = home
        self._navigator = navigator
        self._background = background
        self._test: PlacementTest | None = None
        #: Whether a test was finished.
        self.was_completed = False

    def start(self, kind: Kind) -> None:
        """Begin a test, or go on with one that was left."""
        self._test = PlacementTest(self._store, kind)
        self._open_next()

    def _open_next(self) -> None:
        """Open the next graph; find the result in a thread if there is none."""
        test = self._test
        if test is None:
            return
        worksheet = test.open_worksheet()
        if worksheet is None:
            self._test = None
            self._host.app.run_worker(lambda: self._finish(test), thread=True, group="plan", exit_on_error=False)
            return
        screen = PlacementGraphScreen(self._host, worksheet, str(graph_title(test.position)))
        if not worksheet.entries:
            screen.state.status_message = INTRODUCTION if test.position == 0 else None
        self._navigator.push_exercise(screen)

    def _finish(self, test: PlacementTest) -> None:
        self._host.app.post_message(self.TestDone(test, self._background.load_exercise_index()))

    async def advance(self, exercise: Exercise, *, given_up: bool) -> None:
        """Go on to the next graph."""
        screen = self._navigator.exercise_in_front(exercise)
        if self._test is None or screen is None:
            return
        if given_up:
            self._test.give_up(screen.state.worksheet)
        await self._host.app.pop_screen()
        self._open_next()

    def show_result(self, test: PlacementTest, index: ExerciseIndex) -> None:
        """Store what follows from a test, and show its result over whatever is in front."""
        self.was_completed = True
        self._host.app.push_screen(PlacementResultScreen(self._host, finish_test(test, index, self._store)))

    def leave(self) -> None:
        """Leave a test that is in progress."""
        if self._test is not None:
            self._test = None
            self._home.set_message(LEFT)
