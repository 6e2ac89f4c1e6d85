"""The first start: a pass replayed, then the same by hand: one blank, two, all. Each of it can be skipped."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.i18n import N_, _, message
from tutor.tui.contents import content
from tutor.tui.onward import Onward
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.explain import ExplainScreen
from tutor.tui.signs import Signs

if TYPE_CHECKING:
    from tutor.packs import Exercise
    from tutor.practice.worksheet import Worksheet

#: Other numbers than those the learner works with.
_NUMBERS = {"a": 5, "b": 1, "c": 3}
_FILE = Path(__file__).parents[2] / "practice" / "first.toml"


def first_exercise() -> Exercise:
    """(a + b) · c in three stages."""
    from tutor.packs.loading import open_exercise

    return open_exercise(_FILE, _FILE.parent, "", "first-steps")


def first_replay(signs: Signs, *, ascii: bool = False) -> FirstReplay:
    """The pass that is shown before one is worked by hand."""
    from tutor.algebra.tree import number
    from tutor.grading.replay import Replay
    from tutor.packs import from_formula

    shown = from_formula("z = (a + b) * c", {name: number(Fraction(value)) for name, value in _NUMBERS.items()})
    keys = {"on": signs.key("explain.on", "Enter"), "back": signs.key("explain.close", "Esc")}
    note = message(N_("One backward pass, worked out. {on} goes on step by step, {back} skips it."), **keys)
    return FirstReplay(Replay(shown.variant().problem), _("How values flow back"), signs, note=note, ascii=ascii)


class FirstReplay(ExplainScreen):
    """The replay leads on to an exercise; `goes_on` tells whether the learner wanted that."""

    END = N_("That was the whole pass. {on} goes on: now you, one blank to begin with.")
    goes_on = False

    def action_move(self, by: int) -> None:
        if by == 1 and self.replay.at == len(self.replay.steps) - 1:
            self.goes_on = True
            self.action_close()
        else:
            super().action_move(by)

    def _keys(self) -> list[Binding]:
        keys = super()._keys()
        if any(key.id == "explain.on" for key in keys):
            return keys
        on = Binding("enter", "move(1)", N_("now you"), tooltip=N_("on to the exercise"), id="explain.on")
        return [on, *keys]


class FirstExerciseScreen(ExerciseScreen):
    """An exercise in stages: Enter leads from each to the next one, on other numbers."""

    def __init__(self, worksheet: Worksheet, signs: Signs, *, ascii: bool = False) -> None:
        super().__init__(worksheet, signs, None, ascii)
        self._say_stage()

    @property
    def _last(self) -> bool:
        variant = self.desk.worksheet.variant
        return variant.stage == len(variant.exercise.stages) - 1

    def _say_stage(self) -> None:
        variant = self.desk.worksheet.variant
        enter = None if self._last else _("the same at other numbers, with more to fill in")
        self.onward = Onward(enter)
        self.head = f"{variant.stage + 1}/{len(variant.exercise.stages)} "

    def _fresh(self, agreed: bool | None) -> None:
        super()._fresh(agreed)
        self._say_stage()
        self._show()

    def action_check(self) -> None:
        if self.desk.worksheet.done and not self._last:
            self._fresh(True)
        else:
            super().action_check()


class WelcomeScreen(ModalScreen[bool]):
    """The very first screen, over the list. True where the first steps are wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", N_("first steps"), id="welcome.yes"),
        Binding("escape", "answer(False)", N_("to the list"), id="welcome.no"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__()
        self.signs = signs

    def compose(self) -> ComposeResult:
        head = _("Welcome")
        says = _(
            "Back-propagation is learnt by doing it by hand. See one small pass worked out, then fill in one place "
            "yourself, then two, then all. It takes five minutes."
        )
        yes, no = _("show me"), _("skip it, to the list of exercises")
        later = message(N_("Later it is found with {key}."), key=self.signs.key("app.commands", "^P"))
        said = content(
            self.signs,
            (head, "bold"),
            "\n\n",
            says,
            "\n\n",
            ("Enter", "bold $primary"),
            f" {yes}\n",
            ("Esc", "bold $primary"),
            f" {no}\n",
            (str(later), "$foreground 60%"),
        )
        yield Static(said, id="question")

    def action_answer(self, agreed: bool) -> None:
        self.dismiss(agreed)
