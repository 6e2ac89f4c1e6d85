"""The review session in plain mode."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.plain.console import standard_console
from tutor.plain.exercise import PlainExercise
from tutor.plain.notices import print_notices
from tutor.practice.learner import load_packs_and_index
from tutor.practice.mastery_levels import change_label, next_step
from tutor.practice.review import ReviewSession, due_rules, plan_for_today
from tutor.practice.rule_ids import rule_name
from tutor.practice.scheduler import utc_today

if TYPE_CHECKING:
    from tutor.plain.console import Console
    from tutor.practice.review import ReviewItem
    from tutor.practice.storage.store import Store
    from tutor.run_options import RunOptions

NOTHING_IS_DUE = N_("Nothing is due. Everything you have practised can wait.")


def plan_review(store: Store) -> tuple[ReviewSession, int]:
    """Return today's review session, empty if nothing is due, and the number of due rules."""
    _packs, index = load_packs_and_index()
    rules = due_rules(store, index.rules)
    return ReviewSession(store, plan_for_today(store, index)), len(rules)


def run_review(options: RunOptions, store: Store) -> int:
    """Practise what is due and return 0, or 1 if the learner left before the end."""
    session, num_due = plan_review(store)
    print_notices(store)
    if not session.items:
        print(_(NOTHING_IS_DUE))
        return 0
    console = standard_console(options)
    text = N_("Rules due: {due}. Exercises now: {n}, about {minutes} min. :quit leaves, what is done is kept.")
    console.print(message(text, due=num_due, n=len(session.items), minutes=round(session.minutes)))
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
    console.print(_("The review is left here; what is still due stays due.") if left else _("The review is done."))
    return 1 if left else 0


def _work_through(console: Console, session: ReviewSession, item: ReviewItem) -> bool:
    """Work through one exercise and return whether to go on; skip one that can't be opened."""
    try:
        worksheet = session.open_worksheet(library.find_exercise(item.indexed.name))
    except PackError as error:
        print(f"backprop-tutor: {error}", file=sys.stderr)
        return True
    return PlainExercise(worksheet, console).run() == 0
