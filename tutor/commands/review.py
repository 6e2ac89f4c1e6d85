"""`backprop-tutor review`: the rules that are due, on fresh numbers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import Refused, say_error
from tutor.commands.help import Command
from tutor.commands.options import common
from tutor.commands.progress import everything, opened, standing
from tutor.commands.start import Settings
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from tutor.practice.review import Item, Session
    from tutor.practice.store import Store


@click.command(cls=Command, help=_("Practise the rules that are due, on fresh numbers, for ten minutes at most."))
@common
def review(settings: Settings) -> int:
    with opened() as store:
        return review_with(store, settings)


def review_with(store: Store, settings: Settings) -> int:
    """Practise what is due in this store. Returns the exit code."""
    from tutor.practice.review import Session, due, planned

    _packs, atlas = everything()
    rules = due(store, atlas.rules)
    session = Session(store, planned(store, atlas))
    if not session.items:
        click.echo(_("Nothing is due. Everything you have practised can wait."))
        return 0
    if settings.in_lines:
        return _in_lines(settings, session, len(rules))
    from tutor.tui import run

    return run(store, review=session, ascii=settings.ascii)


def _in_lines(settings: Settings, session: Session, due: int) -> int:
    """The session in plain lines. 0 when it was gone through, 1 when it was left."""
    from tutor.ascii import to_ascii

    def say(text: object) -> None:
        print(to_ascii(str(text)) if settings.ascii else text)

    text = N_("Rules due: {due}. Exercises now: {n}, about {minutes} min. :quit leaves, what is done is kept.")
    say(message(text, due=due, n=len(session.items), minutes=round(session.minutes)))
    left = False
    while (item := session.item) is not None and not left:
        say("")
        say(f"{session.position + 1}/{len(session.items)}  {', '.join(_names(item))}")
        left = not _work(settings, session, item)
        if not left:
            session.go_on()
    say("")
    from tutor.practice.skills import name

    for rule, before, after, day in session.outcome():
        text = N_("{rule}: {before} → {after}") if day is None else N_("{rule}: {before} → {after}, due {day}")
        say(message(text, rule=name(rule), before=standing(before), after=standing(after), day=day))
    say(_("The review is left here; what is still due stays due.") if left else _("The review is done."))
    return 1 if left else 0


def _names(item: Item) -> list[str]:
    from tutor.practice.skills import name

    return [name(rule) for rule in item.rules]


def _work(settings: Settings, session: Session, item: Item) -> bool:
    """Work through one exercise; False when the learner left it. One that can't be opened is passed over."""
    import shutil

    from tutor.commands.lines import read_line
    from tutor.packs import PackError, library
    from tutor.plain import Plain

    try:
        worksheet = session.open(library.find(item.asked.name))
    except PackError as error:
        say_error(str(error))
        return True
    width = shutil.get_terminal_size((80, 24)).columns
    if sys.stdout is None:
        raise Refused(message(N_("There is no output to write to.")))
    return Plain(worksheet, read_line, sys.stdout, width, settings.ascii).run() == 0
