"""The levels of mastery, and how far a rule has come: the same in lists, progress, summaries, reports and reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.i18n import N_, _, message
from tutor.practice.day_texts import describe_again

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tutor.i18n import Message

#: A rule is solid after this many steps: answers right at the first try, without help, on different numbers.
STEPS_FOR_SOLID = 3
#: They come from this many exercises.
EXERCISES_FOR_SOLID = 2

Mastery = Literal["learning", "shaky", "solid"]
#: The requirements beside the number of steps.
Need = Literal["day", "exercise"]

_MASTERY_LABELS = {"new": N_("new"), "learning": N_("learning"), "shaky": N_("shaky"), "solid": N_("solid")}
#: The levels from the one that most needs practice to the best, without rules that were never practised.
LEVELS: tuple[Mastery, ...] = ("shaky", "learning", "solid")


@dataclass(frozen=True, slots=True)
class MasteryState:
    """How far a learner has come with a rule.

    - `level`: `new` if it was never practised; `shaky` if the last try had a mistake; `solid`; else `learning`;
    - `steps`: how many of `STEPS_FOR_SOLID` are done. The last one is counted only when the rule is solid;
    - `needs`: what the last step has to bring: another day, another exercise. Empty before that step;
    - `due`: the day on which it comes back for review, None if it doesn't.
    """

    level: str = "new"
    steps: int = 0
    needs: tuple[Need, ...] = ()
    due: date | None = None


NEW = MasteryState()


def solid_explanation() -> Message:
    """Return what makes a rule solid, in two sentences."""
    text = N_(
        "A rule is solid after {n} right answers on the first try, with different numbers, in at least "
        "{exercises} exercises and on two days. After a mistake it is shaky until your next flawless "
        "try."
    )
    return message(text, n=STEPS_FOR_SOLID, exercises=EXERCISES_FOR_SOLID)


def mastery_label(mastery: str) -> str:
    """Return the name of a mastery level, or of "new", in the current language."""
    return _(_MASTERY_LABELS[mastery])


def steps_label(state: MasteryState) -> str:
    """Return how many steps are done; empty for a rule that is new or solid."""
    if state.level in ("new", "solid"):
        return ""
    return str(message(N_("step {n} of {all}"), n=state.steps, all=STEPS_FOR_SOLID))


def state_label(state: MasteryState) -> str:
    """Return a level with its steps, such as "learning, 2 of 3"."""
    label = mastery_label(state.level)
    if state.level in ("new", "solid"):
        return label
    return str(message(N_("{level}, {n} of {all}"), level=label, n=state.steps, all=STEPS_FOR_SOLID))


def change_label(before: MasteryState, after: MasteryState) -> str:
    """Return a level that was left, if one was, and the state now: "new → learning, 1 of 3"."""
    now = state_label(after)
    return now if before.level == after.level else f"{mastery_label(before.level)} → {now}"


def mastery_signs(state: MasteryState) -> tuple[str, str]:
    """Return the signs of a state, in three cells: dots for the steps, behind a ! after a mistake, then empty ones."""
    full = ("!" if state.level == "shaky" else "") + "●" * state.steps
    return full, "○" * (STEPS_FOR_SOLID - len(full))


def next_step(state: MasteryState, today: date) -> str:
    """Return what comes next for a rule, such as "again on Thursday"; empty if nothing is planned."""
    if state.needs == ("exercise",):
        return _("once more in another exercise")
    return describe_again(state.due, today) if state.due is not None else ""


def count_levels(states: Mapping[str, MasteryState]) -> dict[str, int]:
    """Return how many rules are at each level."""
    levels = [state.level for state in states.values()]
    return {level: levels.count(level) for level in LEVELS}
