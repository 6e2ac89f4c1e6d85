"""`backprop-tutor review`: the rules that are due, on fresh numbers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import CommandError, print_error
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.progress import open_store
from tutor.i18n import N_, _, message
from tutor.practice.learner import load_packs_and_index

if TYPE_CHECKING:
    from tutor.commands.launch import RunOptions
    from tutor.practice.review import ReviewItem, ReviewSession
    from tutor.practice.storage.store import Store


@click.command(
    cls=LocalizedCommand, help=_("Practise the rules that are due, on fresh numbers, for ten minutes at most.")
)
@common_options
def review(settings: RunOptions) -> int:
    with open_store() as store:
        return run_review(store, settings)


def run_review(store: Store, settings: RunOptions) -> int:
    """Practise what is due in this store. Returns the exit code."""
    from tutor.practice.review import ReviewSession, due_rules, plan_for_today

    _packs, index = load_packs_and_index()
    rules = due_rules(store, index.rules)
    session = ReviewSession(store, plan_for_today(store, index))
    if not session.items:
        click.echo(_("Nothing is due. Everything you have practised can wait."))
        return 0
    if settings.use_plain:
        return _run_plain(settings, session, len(rules))
    from tutor.tui import run

    return run(store, review=session, ascii=settings.ascii)


def _run_plain(settings: RunOptions, session: ReviewSession, due: int) -> int:
    """The session in plain lines. 0 when it was gone through, 1 when it was left."""
    from tutor.glyphs import to_ascii

    def say(text: object) -> None:
        print(to_ascii(str(text)) if settings.ascii else text)

    text = N_("Rules due: {due}. Exercises now: {n}, about {minutes} min. :quit leaves, what is done is kept.")
    say(message(text, due=due, n=len(session.items), minutes=round(session.minutes)))
    left = False
    while (item := session.item) is not None and not left:
        say("")
        say(f"{session.position + 1}/{len(session.items)}  {', '.join(_rule_names(item))}")
        left = not _work_through(settings, session, item)
        if not left:
            session.advance()
    say("")
    from tutor.practice.mastery import mastery_label
    from tutor.practice.rule_ids import rule_name

    for rule, before, after, day in session.outcome():
        text = N_("{rule}: {before} → {after}") if day is None else N_("{rule}: {before} → {after}, due {day}")
        say(message(text, rule=rule_name(rule), before=mastery_label(before), after=mastery_label(after), day=day))
    say(_("The review is left here; what is still due stays due.") if left else _("The review is done."))
    return 1 if left else 0


def _rule_names(item: ReviewItem) -> list[str]:
    from tutor.practice.rule_ids import rule_name

    return [rule_name(rule) for rule in item.rules]


def _work_through(settings: RunOptions, session: ReviewSession, item: ReviewItem) -> bool:
    """Work through one exercise; False when the learner left it. One that can't be opened is passed over."""
    import shutil

    from tutor.commands.plain_app import read_line
    from tutor.packs import library
    from tutor.packs.diagnostics import PackError
    from tutor.plain.exercise import PlainExercise

    try:
        worksheet = session.open_worksheet(library.find_exercise(item.indexed.name))
    except PackError as error:
        print_error(str(error))
        return True
    width = shutil.get_terminal_size((80, 24)).columns
    if sys.stdout is None:
        raise CommandError(message(N_("There is no output to write to.")))
    return PlainExercise(worksheet, read_line, sys.stdout, width, settings.ascii).run() == 0
