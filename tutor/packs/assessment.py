"""How exercises are assessed: when they are open and due, what is revealed, and what their blanks are worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.grading.problem import Problem
    from tutor.i18n import Message

#: When the right answers of an exam and their reasons are shown. Without one, verdicts and points are shown at the end of
#: an exam that is never due, and nothing before the time at which it is due.
Reveal = Literal["at-end", "after-due", "never"]
REVEALS: tuple[Reveal, ...] = ("at-end", "after-due", "never")
#: The share of a blank's points for a right step from a wrong value.
CARRIED_SHARE = Fraction(1, 2)

_NOT_OPEN = N_("{name} opens on {time}. You can't work on it before.")
_OVER = N_("This was due on {time}. You can still practise it, but answers count as late.")
_DUE = N_("This is due on {time}. Later answers count as late.")


def now() -> datetime:
    """Return the time of this computer."""
    return datetime.now(UTC)


def format_time(time: datetime) -> str:
    """Return a time as its author wrote it, with its time zone."""
    offset = time.strftime("%z") or "+0000"
    return f"{time:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:5]})"


def format_points(points: Fraction | float) -> str:
    """Return points with two decimals at most."""
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Assessment:
    """How one exercise is assessed.

    `points` are those of all its blanks, of which some have their own in `by_blank`, by id. `carried` is the share of a
    right step from a wrong value.
    """

    opens: datetime | None = None
    due: datetime | None = None
    reveal: Reveal | None = None
    points: Fraction | None = None
    by_blank: Mapping[str, Fraction] = field(default_factory=dict)
    carried: Fraction = CARRIED_SHARE

    @property
    def has_points(self) -> bool:
        """Whether its author says what it is worth."""
        return self.points is not None or bool(self.by_blank)

    @property
    def is_over(self) -> bool:
        """Whether it was due already."""
        return self.due is not None and now() >= self.due

    def is_late(self, at: str) -> bool:
        """Return whether an event at this time (ISO 8601) comes after it was due."""
        if self.due is None:
            return False
        try:
            return datetime.fromisoformat(at) >= self.due
        except (ValueError, TypeError):
            return False

    def opening_refusal(self, name: object) -> Message | None:
        """Return what is said before the exercise with this name opens; None if it is open."""
        if self.opens is None or now() >= self.opens:
            return None
        return message(_NOT_OPEN, name=name, time=format_time(self.opens))

    @property
    def due_notice(self) -> Message | None:
        """The notice about the time at which it is or was due; None if there is none."""
        if self.due is None:
            return None
        return message(_OVER if self.is_over else _DUE, time=format_time(self.due))

    @property
    def tells_verdicts(self) -> bool:
        """Whether verdicts and points may be shown now, once all is answered."""
        if self.reveal == "never":
            return False
        waits = self.reveal == "after-due" or (self.reveal is None and self.due is not None)
        return not waits or self.is_over

    @property
    def tells_answers(self) -> bool:
        """Whether the right answers and their reasons may be shown now, once all is answered."""
        return self.tells_verdicts and (self.reveal is not None or self.due is not None)

    @property
    def hides_key(self) -> bool:
        """Whether only the instructor should see the right answers yet, whatever they do."""
        return self.due is not None and not self.is_over

    def worth(self, problem: Problem) -> dict[str, Fraction]:
        """Return the points of each blank that is graded: its own, or an equal part of what the others leave.

        Without points for the whole exercise, each blank is worth 1.
        """
        graded = [
            blank.id for blank in problem.blanks if blank.kind != "question" or not problem.question(blank).is_ungraded
        ]
        own = {blank: self.by_blank[blank] for blank in graded if blank in self.by_blank}
        rest = len(graded) - len(own)
        share = Fraction(1)
        if self.points is not None and rest:
            share = max(self.points - sum(own.values()), Fraction(0)) / rest
        return {blank: own.get(blank, share) for blank in graded}


@dataclass(frozen=True)
class PackTerms:
    """The assessment of a pack's exercises, as its `pack.toml` states it.

    `exam` is the mode of those that set none, `points` what each is worth that says nothing else.
    """

    exam: bool = False
    opens: datetime | None = None
    due: datetime | None = None
    reveal: Reveal | None = None
    points: Fraction | None = None
    points_by_exercise: Mapping[str, Fraction] = field(default_factory=dict)
    carried: Fraction | None = None

    def assessment(
        self,
        exercise: str,
        points: Fraction | None,
        by_blank: Mapping[str, Fraction],
        carried: Fraction | None,
    ) -> Assessment:
        """Return the assessment of an exercise, with what its own file says."""
        if points is None:
            points = self.points_by_exercise.get(exercise, self.points)
        share = next((share for share in (carried, self.carried) if share is not None), CARRIED_SHARE)
        return Assessment(self.opens, self.due, self.reveal, points, by_blank, share)


NO_TERMS = PackTerms()
