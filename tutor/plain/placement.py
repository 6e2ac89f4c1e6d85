"""The placement test in plain mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, _, message
from tutor.plain.console import standard_console
from tutor.plain.describe import describe_nodes
from tutor.plain.exercise import PlainExercise
from tutor.plain.line_commands import EXERCISE_COMMANDS, match_command
from tutor.plain.notices import print_notices
from tutor.practice.learner import load_packs_and_index
from tutor.practice.placement import TEST_RULES, PlacementTest
from tutor.practice.placement_result import finish_test
from tutor.practice.placement_texts import CREDIT, INTRODUCTION, LEFT, comparison, graph_title, headline, topic_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.plain.console import Console
    from tutor.practice.placement import Kind
    from tutor.practice.placement_result import PlacementResult
    from tutor.practice.storage.store import Store
    from tutor.practice.worksheet import Worksheet
    from tutor.run_options import RunOptions

_DONT_KNOW = N_("Type the value and press Enter. Type ? if you don't know, or :quit to continue later.")


class TestGraph(PlainExercise):
    """One graph of a test on a console."""

    def __init__(self, worksheet: Worksheet, console: Console, position: int) -> None:
        super().__init__(worksheet, console)
        self._position = position
        #: Whether the learner said that they don't know the rest.
        self.is_given_up = False

    def print_introduction(self) -> None:
        self.print_lines("", graph_title(self._position), "", *describe_nodes(self.worksheet), "")

    def run_command(self, blank_id: str, text: str) -> str | None:
        self.is_given_up = text == "?" or match_command(text.split()[0], EXERCISE_COMMANDS) == "hint"
        return None if self.is_given_up else super().run_command(blank_id, text)

    def report_unfinished(self) -> int:
        return int(not self.is_given_up)

    def finish(self) -> None:
        """Say nothing: verdicts come at the end of the test."""


def run_placement(options: RunOptions, store: Store, kind: Kind = "first") -> int:
    """Take a test, or go on with one, and return 0; 1 if the learner left before its end."""
    print_notices(store)
    console = standard_console(options)
    test = PlacementTest(store, kind)
    console.print(INTRODUCTION, TEST_RULES, _(_DONT_KNOW))
    while (worksheet := test.open_worksheet()) is not None:
        graph = TestGraph(worksheet, console, test.position)
        if graph.run() != 0:
            console.print("", LEFT)
            return 1
        if graph.is_given_up:
            test.give_up(worksheet)
    _packs, index = load_packs_and_index()
    console.print("", *result_lines(finish_test(test, index, store)))
    print_notices(store)
    return 0


def result_lines(result: PlacementResult) -> Iterator[object]:
    """Yield the lines of a result."""
    marks = {"shown": "✓", "implied": "✓", "open": "·"}
    for state, name, label in topic_rows(result):
        yield f"{marks[state]} {message(N_('{topic}: {state}'), topic=name, state=label)}"
    yield ""
    compared = comparison(result)
    if compared is not None:
        yield compared
    if result.known:
        yield _(CREDIT)
    yield headline(result)
