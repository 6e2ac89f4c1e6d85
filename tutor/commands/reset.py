"""`backprop-tutor reset`: begin anew with an exercise, a pack or everything; and take that back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.progress import open_store
from tutor.i18n import LANGUAGES, N_, _, message

if TYPE_CHECKING:
    from tutor.commands.launch import RunOptions
    from tutor.i18n import Message
    from tutor.practice.storage.store import Store


@click.command(cls=LocalizedCommand, help=_("Begin anew with an exercise, a pack or everything. Nothing is deleted."))
@click.argument("what", required=False, metavar="[PACK/EXERCISE | PACK]")
@click.option("--all", "everything", is_flag=True, help=_("Everything."))
@click.option("--undo", is_flag=True, help=_("Take the last reset back."))
@click.option("--yes", is_flag=True, help=_("Don't ask first."))
@common_options
def reset(settings: RunOptions, what: str | None, everything: bool, undo: bool, yes: bool) -> int:
    if (what is not None) + everything + undo != 1:
        raise CommandError(message(N_("Name one of these: an exercise, a pack, --all, --undo.")), 2)
    with open_store() as store:
        if not store.writable:
            return 1
        if undo:
            return _undo(store)
        pack, exercise = _parse_target(store, what) if what is not None else ("", "")
        return _reset(store, pack, exercise, yes)


def _reset(store: Store, pack: str, exercise: str, yes: bool) -> int:
    from tutor.practice.review import ensure_skills

    states = store.states()
    touched = [name for name in states if pack in ("", name[0]) and exercise in ("", name[1])]
    if not touched:
        click.echo(_("There is nothing to reset: none of it has been begun."))
        return 0
    if not yes and not _confirm(_describe_target(pack, exercise), len(touched)):
        click.echo(_("Nothing was reset."))
        return 1
    if store.reset(pack, exercise) is None:
        raise CommandError(store.notice)
    ensure_skills(store)
    click.echo(_("Done. To take it back: backprop-tutor reset --undo"))
    return 0


def _undo(store: Store) -> int:
    from tutor.practice.review import ensure_skills

    held = store.resets()
    if not held:
        raise CommandError(message(N_("There is no reset to take back.")))
    last = held[-1]
    if not store.restore(last.id):
        raise CommandError(store.notice)
    ensure_skills(store)
    click.echo(str(message(N_("Back again: {what}."), what=_describe_target(last.pack, last.exercise))))
    return 0


def _confirm(what: str | Message, number: int) -> bool:
    """Ask, on standard error, as the answer may come from a pipe."""
    text = N_("Begin anew with this: {what}. Exercises that were begun or solved: {n}. Are you sure? [y/N] ")
    click.echo(str(message(text, what=what, n=number)), nl=False, err=True)
    line = sys.stdin.readline() if sys.stdin is not None else ""
    return any(line.strip().lower() in language.yes_words for language in LANGUAGES.values())


def _describe_target(pack: str, exercise: str) -> str | Message:
    if not pack:
        return message(N_("everything"))
    return f"{pack}/{exercise}" if exercise else pack


def _parse_target(store: Store, what: str) -> tuple[str, str]:
    """The pack and exercise of a name. One that is there no more can still be reset. Raises `Refused`."""
    from tutor.packs import library

    pack, _slash, exercise = what.partition("/")
    known = {(found.id, entry.id) for found in library.all_packs() for entry in found.entries} | set(store.states())
    if (pack, exercise) in known or (what == pack and any(pack == name[0] for name in known)):
        return pack, exercise
    text = N_("There is no exercise and no pack “{name}”. `backprop-tutor list` shows all.")
    raise CommandError(message(text, name=what), 2)
