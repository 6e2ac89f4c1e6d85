"""The first start: a pass replayed, then the same by hand: one blank, two, all. Each of it can be skipped."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.i18n import N_, _, message
from tutor.tui.content import styled
from tutor.tui.exercise_state import AfterSolved
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.explain import ExplainScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.glyphs import Glyphs
    from tutor.packs.exercise import Exercise
    from tutor.practice.worksheet import Worksheet

#: Other numbers than those the learner works with.
_NUMBERS = {"a": 5, "b": 1, "c": 3}
_FILE = Path(__file__).parents[2] / "practice" / "first.toml"


def onboarding_exercise() -> Exercise:
    """(a + b) · c in three stages."""
    from tutor.packs.builder.exercise import load_exercise

    return load_exercise(_FILE, _FILE.parent, "", "first-steps")


def onboarding_replay(glyphs: Glyphs, *, ascii: bool = False) -> OnboardingReplayScreen:
    """The pass that is shown before one is worked by hand."""
    from tutor.algebra.expr import number
    from tutor.grading.replay import Replay
    from tutor.packs.builder.formula import exercise_from_formula

    shown = exercise_from_formula(
        "z = (a + b) * c", {name: number(Fraction(value)) for name, value in _NUMBERS.items()}
    )
    keys = {"on": glyphs.key_label("explain.on", "Enter"), "back": glyphs.key_label("explain.close", "Esc")}
    note = message(N_("One backward pass, worked out. {on} goes on step by step, {back} skips it."), **keys)
    return OnboardingReplayScreen(
        Replay(shown.variant().problem), _("How values flow back"), glyphs, note=note, ascii=ascii
    )


class OnboardingReplayScreen(ExplainScreen):
    """The replay leads on to an exercise; `goes_on` tells whether the learner wanted that."""

    LAST_STEP_TEXT = N_("That was the whole pass. {on} goes on: now you, one blank to begin with.")
    wants_exercise = False

    def action_move(self, by: int) -> None:
        if by == 1 and self.replay.index == len(self.replay.steps) - 1:
            self.wants_exercise = True
            self.action_close()
        else:
            super().action_move(by)

    def _shown_bindings(self) -> list[Binding]:
        keys = super()._shown_bindings()
        if any(key.id == "explain.on" for key in keys):
            return keys
        on = Binding("enter", "move(1)", N_("now you"), tooltip=N_("on to the exercise"), id="explain.on")
        return [on, *keys]


class OnboardingExerciseScreen(ExerciseScreen):
    """An exercise in stages: Enter leads from each to the next one, on other numbers."""

    def __init__(self, worksheet: Worksheet, glyphs: Glyphs, *, ascii: bool = False) -> None:
        super().__init__(worksheet, glyphs, None, ascii)
        self._show_stage()

    @property
    def _is_last_stage(self) -> bool:
        variant = self.state.worksheet.variant
        return variant.stage == len(variant.exercise.stages) - 1

    def _show_stage(self) -> None:
        variant = self.state.worksheet.variant
        enter = None if self._is_last_stage else _("the same at other numbers, with more to fill in")
        self.after_solved = AfterSolved(enter)
        self.title_prefix = f"{variant.stage + 1}/{len(variant.exercise.stages)} "

    def _use_new_numbers(self, agreed: bool | None) -> None:
        super()._use_new_numbers(agreed)
        self._show_stage()
        self._show()

    def action_check(self) -> None:
        if self.state.worksheet.done and not self._is_last_stage:
            self._use_new_numbers(True)
        else:
            super().action_check()


class WelcomeScreen(ModalScreen[bool]):
    """The very first screen, over the list. True where the first steps are wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", N_("first steps"), id="welcome.yes"),
        Binding("escape", "answer(False)", N_("to the list"), id="welcome.no"),
    ]

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs

    def compose(self) -> ComposeResult:
        head = _("Welcome")
        says = _(
            "Back-propagation is learnt by doing it by hand. See one small pass worked out, then fill in one place "
            "yourself, then two, then all. It takes five minutes."
        )
        yes, no = _("show me"), _("skip it, to the list of exercises")
        later = message(N_("Later it is found with {key}."), key=self.glyphs.key_label("app.commands", "^P"))
        said = styled(
            self.glyphs,
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
