"""`backprop-tutor pack add` and `pack remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.completion import complete_added_packs
from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import echo
from tutor.i18n import N_, message
from tutor.packs.diagnostics import PackError
from tutor.packs.user_packs import install_pack, uninstall_pack

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.pack import Pack
    from tutor.run_options import RunOptions


@click.command("add", cls=LocalizedCommand)
@click.argument("path", type=FilePath())
@common_options
def add_pack(options: RunOptions, path: Path) -> int:
    try:
        pack, replaced = install_pack(path.expanduser())
    except PackError as error:
        raise CommandError(error) from None
    text = N_("Added: {id} ({title}). Exercises: {n}.")
    if replaced:
        text = N_("Replaced: {id} ({title}). Exercises: {n}. Progress is kept.")
    echo(message(text, id=pack.id, title=pack.title, n=len(pack.entries)))
    broken = [entry for entry in pack.entries if not _can_open(pack, entry.id)]
    if broken:
        text = N_("Some exercises can't be opened: {names}. See backprop-tutor check {path}")
        echo(message(text, names=", ".join(entry.id for entry in broken), path=path), err=True)
    return 0


def _can_open(pack: Pack, exercise_id: str) -> bool:
    try:
        pack.open(exercise_id)
    except PackError:
        return False
    return True


@click.command("remove", cls=LocalizedCommand)
@click.argument("pack_id", metavar="ID", shell_complete=complete_added_packs)
@common_options
def remove_pack(options: RunOptions, pack_id: str) -> int:
    try:
        uninstall_pack(pack_id)
    except PackError as error:
        raise CommandError(error) from None
    echo(message(N_("Removed: {id}. Progress in it is kept."), id=pack_id))
    return 0
