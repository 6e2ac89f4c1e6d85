"""The first steps: a replay, then the same pass by hand with one blank, two, and all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tutor.algebra.expr import number
from tutor.grading.replay import Replay
from tutor.i18n import N_, _, message
from tutor.packs.builder.exercise import load_exercise
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.resume import open_worksheet
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.explain import KEYS as EXPLAIN_KEYS
from tutor.tui.screens.explain import ExplainScreen

if TYPE_CHECKING:
    from tutor.practice.storage.store import Store
    from tutor.tui.host import Host

#: The inputs of the replay; the learner works with others.
_REPLAY_INPUTS = {"a": 5, "b": 1, "c": 3}
_FILE = Path(__file__).parents[2] / "practice" / "first.toml"


def onboarding_exercise(host: Host, store: Store) -> ExerciseScreen:
    """Return the exercise in stages, from its start."""
    exercise = load_exercise(_FILE, _FILE.parent, "", "first-steps")
    return ExerciseScreen(host, open_worksheet(store, exercise, restart=True), None)


def onboarding_replay(host: Host) -> OnboardingReplayScreen:
    """Return the replay that is shown before the exercise."""
    inputs = {name: number(Fraction(value)) for name, value in _REPLAY_INPUTS.items()}
    problem = exercise_from_formula("z = (a + b) * c", inputs).variant().problem
    keys = {
        "on": host.glyphs.key_label("explain.on", "Enter"),
        "back": host.glyphs.key_label("explain.close", "Esc"),
    }
    note = message(N_("Watch one backward pass. {on} goes to the next step, {back} skips the example."), **keys)
    return OnboardingReplayScreen(host, Replay(problem), _("How gradients flow back"), note=note)


class OnboardingReplayScreen(ExplainScreen):
    """Replay a pass and lead on to the exercise."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,right,tab",
            "start_exercise",
            N_("your turn"),
            tooltip=N_("Open the first exercise"),
            id="explain.on",
            system=True,
        ),
        *EXPLAIN_KEYS,
    ]
    LAST_STEP_TEXT = N_("That was the whole pass. Now it is your turn, with one blank to begin with. Press {on}.")
    #: Whether the learner went on to the exercise.
    wants_exercise = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "start_exercise":
            return self.replay.index == len(self.replay.steps) - 1
        return super().check_action(action, parameters)

    def action_start_exercise(self) -> None:
        self.wants_exercise = True
        self.action_close()
