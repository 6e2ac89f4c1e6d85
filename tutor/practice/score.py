"""Scores: the points for the answers of a try, with partial credit for right steps from wrong values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from tutor.grading.selection import selection_share
from tutor.grading.verdict import VerdictKind
from tutor.packs.assessment import format_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.grading.problem import Blank, Problem
    from tutor.packs.exercise import Variant
    from tutor.practice.entries import Entry


@dataclass(frozen=True, slots=True)
class Score:
    """The points for a try, of the `most` that it is worth. The answers of `late` blanks came too late to count."""

    points: Fraction
    most: Fraction
    late: int = 0
    by_blank: tuple[tuple[str, Fraction, Fraction], ...] = ()
    """for each blank that is graded its id, its points and the most"""

    @classmethod
    def of_blanks(cls, by_blank: Sequence[tuple[str, Fraction, Fraction]], late: int) -> Score:
        """Return the score for the points at each blank."""
        points = sum((points for _name, points, _most in by_blank), Fraction(0))
        return cls(points, sum((most for *_rest, most in by_blank), Fraction(0)), late, tuple(by_blank))

    @property
    def text(self) -> str:
        """The score as it is stored: `7.5/10`."""
        return f"{format_points(self.points)}/{format_points(self.most)}"


def blank_points(points: Fraction, most: Fraction) -> str:
    """Return the points at one blank in brackets."""
    return f"({format_points(points)}/{format_points(most)})"


def verdict_share(verdict: str, carried: Fraction) -> Fraction | None:
    """Return the share of a blank's points for a verdict, `carried` for a right step; None if it depends on the answer."""
    if verdict == VerdictKind.RIGHT:
        return Fraction(1)
    return carried if verdict == VerdictKind.CARRIED else None


def answer_share(problem: Problem, blank: Blank, verdict: str, text: str, carried: Fraction) -> Fraction:
    """Return the share of a blank's points for an answer with this verdict; `carried` is that of a right step."""
    share = verdict_share(verdict, carried)
    if share is not None:
        return share
    if blank.kind == "question" and problem.question(blank).select_all:
        return selection_share(problem.question(blank), text)
    return Fraction(0)


class AnsweredWorksheet(Protocol):
    """The part of a worksheet that its score needs."""

    variant: Variant

    @property
    def problem(self) -> Problem: ...

    def entry(self, blank: str) -> Entry: ...

    def is_late(self, blank: str) -> bool: ...


def score_of(worksheet: AnsweredWorksheet) -> Score:
    """Return the score of a try, whether its verdicts are told or not. Values that were shown give nothing."""
    problem, assessment = worksheet.problem, worksheet.variant.exercise.assessment
    by_blank, num_late = [], 0
    for name, most in assessment.worth(problem).items():
        entry = worksheet.entry(name)
        verdict = entry.sealed_verdict or entry.verdict
        share = Fraction(0)
        if verdict is not None and not entry.revealed:
            share = answer_share(problem, problem.place(name), verdict.kind, entry.text, assessment.carried)
        if worksheet.is_late(name):
            share, num_late = Fraction(0), num_late + 1
        by_blank.append((name, share * most, most))
    return Score.of_blanks(by_blank, num_late)
