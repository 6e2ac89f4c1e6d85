"""A graph of the placement test on the screen: without verdicts, and with a key for what the learner doesn't know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tutor.i18n import N_
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.exercise_keys import KEYS
from tutor.tui.screens.exercise_view import ExerciseView

if TYPE_CHECKING:
    from tutor.practice.worksheet import Worksheet
    from tutor.tui.host import Host
    from tutor.tui.widgets.head import HeadContent


class PlacementGraphScreen(ExerciseScreen):
    """Run the keys of an exercise; its end leads to the next graph at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f2,question_mark",
            "give_up",
            N_("don't know"),
            tooltip=N_("In a test: skip the open blanks of this graph as “don't know”"),
            id="exercise.hint",
            system=True,
        ),
        *KEYS,
    ]

    class Finished(ExerciseScreen.ExerciseMessage):
        """All blanks are filled."""

    class GivenUp(ExerciseScreen.ExerciseMessage):
        """The learner doesn't know the open blanks."""

    def __init__(self, host: Host, worksheet: Worksheet, title: str) -> None:
        super().__init__(host, worksheet, None)
        self._title = title
        self._is_over = False

    def set_up(self) -> None:
        """Show the graph; the learner's standing has no place in a test."""
        ExerciseView.set_up(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "give_up":
            return not self._is_over
        return not self._is_over and super().check_action(action, parameters)

    def _head(self) -> HeadContent:
        """Return the head with the number of the graph in place of the exercise that it is cut from."""
        return replace(super()._head(), title=self._title, trail=(), facts=())

    def _on_solved(self) -> None:
        self._end(self.Finished(self.exercise))

    def action_give_up(self) -> None:
        self._end(self.GivenUp(self.exercise))

    def _end(self, message: ExerciseScreen.ExerciseMessage) -> None:
        """Report the end once: a second key may come before the next graph is open."""
        if not self._is_over:
            self._is_over = True
            self.post_message(message)
