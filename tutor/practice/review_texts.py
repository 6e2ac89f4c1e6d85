"""Texts about the plan of a review: how many rules are due, and which of them it does not ask for, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message
from tutor.practice.review_plan import REASONS
from tutor.practice.rule_ids import rule_name

if TYPE_CHECKING:
    from tutor.practice.review_plan import Reason, ReviewPlan

NOTHING_IS_DUE = N_("No reviews are due.")
_DUE = N_("Rules due: {due}. This session: {now}, about {minutes} min.")
_LEFT: dict[Reason, str] = {
    "time": N_("Next session: {rules}."),
    "long": N_("The exercises for these rules take longer than a session: {rules}. Open one from the list."),
    "questions": N_("You have answered every question on these rules before: {rules}."),
}


def describe_plan(plan: ReviewPlan) -> Message:
    """Return how many rules are due, and how many of them the session asks for."""
    due = len(plan.rules) + len(plan.left)
    return message(_DUE, due=due, now=len(plan.rules), minutes=max(round(plan.minutes), 1))


def explain_left(plan: ReviewPlan) -> list[Message]:
    """Return a sentence for each reason why due rules are not in the session, with their names."""
    rules = {reason: plan.left_because(reason) for reason in REASONS}
    return [message(_LEFT[reason], rules=", ".join(map(rule_name, names))) for reason, names in rules.items() if names]
