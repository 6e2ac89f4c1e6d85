"""The review session in plain mode."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tutor.i18n import _
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.plain.console import standard_console
from tutor.plain.exercise import PlainExercise
from tutor.plain.notices import print_news, print_notices
from tutor.practice.learner import load_packs_and_index
from tutor.practice.mastery_levels import change_label, next_step
from tutor.practice.review import ReviewSession, plan_for_today
from tutor.practice.review_texts import NOTHING_IS_DUE, describe_plan, explain_left
from tutor.practice.rule_ids import rule_name
from tutor.practice.scheduler import utc_today

if TYPE_CHECKING:
    from tutor.plain.console import Console
    from tutor.practice.review_plan import ReviewItem
    from tutor.practice.storage.store import Store
    from tutor.run_options import RunOptions


def plan_session(store: Store) -> ReviewSession:
    """Return today's review session, empty if nothing is due or can be asked."""
    _packs, index = load_packs_and_index()
    return ReviewSession(store, plan_for_today(store, index))


def explain_empty(session: ReviewSession) -> str:
    """Return why a session is empty."""
    return "\n".join(map(str, explain_left(session.plan))) or _(NOTHING_IS_DUE)


def run_review(options: RunOptions, store: Store) -> int:
    """Practise what is due and return 0, or 1 if the learner left before the end."""
    session = plan_session(store)
    print_notices(store)
    if not session.items:
        print(explain_empty(session))
        return 0
    console = standard_console(options)
    print_news(console, store)
    console.print(describe_plan(session.plan), *explain_left(session.plan))
    console.print(_("Type :quit to leave the review. What you have done is saved."))
    left = False
    while (item := session.item) is not None and not left:
        rules = ", ".join(map(rule_name, item.rules))
        console.print("", f"{session.position + 1}/{len(session.items)}  {rules}")
        left = not _work_through(console, session, item)
        if not left:
            session.advance()
    console.print("")
    for rule, before, after in session.outcome():
        parts = (f"{rule_name(rule)}: {change_label(before, after)}", next_step(after, utc_today()))
        console.print(" · ".join(filter(None, parts)))
    console.print(
        _("You have left the review. The remaining rules stay due.") if left else _("The review is finished.")
    )
    console.print(*explain_left(session.plan))
    return 1 if left else 0


def _work_through(console: Console, session: ReviewSession, item: ReviewItem) -> bool:
    """Work through one exercise and return whether to go on; skip one that can't be opened."""
    try:
        worksheet = session.open_worksheet(library.find_exercise(item.indexed.name))
    except PackError as error:
        print(f"backprop-tutor: {error}", file=sys.stderr)
        return True
    return PlainExercise(worksheet, console).run() == 0
