"""The figures that must stay within limits."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING

from tests.simulated.practice.figures import quantile, truth_by_state, weekly_due

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.simulated.practice.figures import TermFigures
    from tests.simulated.practice.prediction import Score


@dataclass(frozen=True)
class Figure:
    """A figure with its least or its largest allowed value."""

    label: str
    value: float
    limit: float
    at_least: bool = False
    form: str = ".1%"

    @property
    def is_beyond(self) -> bool:
        return self.value < self.limit if self.at_least else self.value > self.limit

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{self.label:62} {self.value:>8{self.form}} {sign} {self.limit:{self.form}}{' <-' if self.is_beyond else ''}"


def figures_with_limits(terms: Sequence[TermFigures], scores: Mapping[str, Score]) -> list[Figure]:
    """Return the figures of these terms."""
    truth = truth_by_state(terms)
    solid = truth.get("solid")
    practised = sum(len(term.practised) for term in terms)
    work = [day for term in terms for day in term.days_at_work]
    days = [one.days for term in terms for one in term.mastered.values()]
    due = weekly_due(terms)
    return [
        Figure("solid: the learner knows the rule that evening", solid.knows if solid else 0, 0.88, True),
        Figure("solid: and would know it a day later", solid.knows_tomorrow if solid else 0, 0.86, True),
        Figure("practised rules that are solid at the end", mean_share(terms), 0.7, True),
        Figure("days from the first practice to solid: median", quantile(days, 0.5), 7, form=".0f"),
        Figure("the same: nine of ten rules within", quantile(days, 0.9), 21, form=".0f"),
        Figure("rules due in the morning: mean", mean(average for average, _ in due), 7, form=".1f"),
        Figure("rules due in the morning: most", max(most for _, most in due), 25, form=".0f"),
        Figure("rules due in the last two weeks against the two before", _growth(due), 1.15, form=".2f"),
        Figure("longest wait of a due rule, in days of practice", max(t.longest_wait for t in terms), 3, form=".0f"),
        Figure("rules due and never reviewed", sum(len(t.never_reviewed) for t in terms) / max(practised, 1), 0.02),
        Figure("minutes of review on a day of practice: mean", mean(d.review_minutes for d in work), 10, form=".1f"),
        Figure("log-loss of the model against the earlier one", _ratio(scores, "earlier"), 1, form=".3f"),
        Figure("log-loss of the model against the memory alone", _ratio(scores, "retrievability"), 1.03, form=".3f"),
        Figure("log-loss of the model against the base rate", _ratio(scores, "base rate"), 0.95, form=".3f"),
    ]


def beyond_limits(terms: Sequence[TermFigures], scores: Mapping[str, Score]) -> list[Figure]:
    """Return the figures that are beyond their limits."""
    return [figure for figure in figures_with_limits(terms, scores) if figure.is_beyond]


def mean_share(terms: Sequence[TermFigures]) -> float:
    """Return the share of the practised rules that are solid at the end."""
    return sum(term.solid_at_the_end for term in terms) / max(sum(len(term.practised) for term in terms), 1)


def _growth(due: Sequence[tuple[float, int]]) -> float:
    averages = [average for average, _ in due]
    return sum(averages[-2:]) / max(sum(averages[-4:-2]), 1)


def _ratio(scores: Mapping[str, Score], other: str) -> float:
    return scores["present"].log_loss / scores[other].log_loss
