"""`backprop-tutor reset`: start an exercise, a pack or everything again, or undo the last reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.completion import complete_exercises_and_packs
from tutor.commands.confirmation import is_confirmed
from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.store import open_store
from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.practice.exam import reset_warning

if TYPE_CHECKING:
    from tutor.i18n import Message
    from tutor.practice.storage.store import Store
    from tutor.run_options import RunOptions


@click.command(cls=LocalizedCommand)
@click.argument("target", required=False, metavar="[PACK/EXERCISE | PACK]", shell_complete=complete_exercises_and_packs)
@click.option("--all", "everything", is_flag=True, help=_("Reset everything."))
@click.option("--undo", is_flag=True, help=_("Undo the last reset."))
@click.option("--yes", is_flag=True, help=_("Add the pack without asking."))
@common_options
def reset(options: RunOptions, target: str | None, everything: bool, undo: bool, yes: bool) -> int:
    if (target is not None) + everything + undo != 1:
        raise CommandError(message(N_("Give one of these: an exercise, a pack, --all, --undo.")), 2)
    with open_store() as store:
        if not store.writable:
            return 1
        if undo:
            return _undo(store)
        pack, exercise = _parse_target(store, target) if target is not None else ("", "")
        return _reset(store, pack, exercise, yes)


def _reset(store: Store, pack: str, exercise: str, yes: bool) -> int:
    affected = [name for name in store.states() if pack in ("", name[0]) and exercise in ("", name[1])]
    if not affected:
        echo(_("There is nothing to reset, because you haven't started any of it."))
        return 0
    warning = reset_warning(store.begun_exams(), pack, exercise)
    if warning is not None:
        echo(warning, err=True)
    text = N_("Reset {what}? Exercises affected: {n}. [y/N] ")
    if not yes and not is_confirmed(message(text, what=_describe_target(pack, exercise), n=len(affected))):
        echo(_("Nothing was reset."))
        return 1
    if store.reset(pack, exercise) is None:
        raise CommandError(store.notice)
    store.ensure_skills()
    echo(_("Reset. To undo it: backprop-tutor reset --undo"))
    return 0


def _undo(store: Store) -> int:
    previous = store.resets()
    if not previous:
        raise CommandError(message(N_("There is no reset to undo.")))
    last = previous[-1]
    if not store.restore(last.id):
        raise CommandError(store.notice)
    store.ensure_skills()
    echo(message(N_("Restored: {what}."), what=_describe_target(last.pack, last.exercise)))
    return 0


def _describe_target(pack: str, exercise: str) -> str | Message:
    if not pack:
        return message(N_("all progress"))
    return f"{pack}/{exercise}" if exercise else pack


def _parse_target(store: Store, target: str) -> tuple[str, str]:
    """Return the pack and exercise of a name, also of an exercise that only the store knows. Raise CommandError."""
    pack, _slash, exercise = target.partition("/")
    known = {(found.id, entry.id) for found in library.all_packs() for entry in found.entries} | set(store.states())
    if (pack, exercise) in known or (target == pack and any(pack == name[0] for name in known)):
        return pack, exercise
    text = N_("There is no exercise or pack “{name}”. `backprop-tutor list` shows all of them.")
    raise CommandError(message(text, name=target), 2)
