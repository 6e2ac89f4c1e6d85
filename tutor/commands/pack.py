"""`backprop-tutor pack`: add, remove and list packs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.lazy_group import LazyCommand, LazyGroup
from tutor.commands.options import common_options
from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.packs.user_packs import install_pack, uninstall_pack

if TYPE_CHECKING:
    from tutor.run_options import RunOptions

_ORIGIN_LABELS = {"built-in": N_("built in"), "added": N_("added"), "installed": N_("from an installed package")}


_TABLE = LazyCommand(
    "pack_table:pack_table", N_("Print a table of packs' exercises in Markdown: rules practised, blanks, width.")
)


@click.group("pack", cls=LazyGroup, lazy_commands={"table": _TABLE})
def pack_group() -> None:
    pass


@pack_group.command(
    "add", cls=LocalizedCommand, help=_("Add the pack in a folder or a .zip. A new version replaces the old one.")
)
@click.argument("path", type=click.Path(path_type=Path))
@common_options
def add_pack(options: RunOptions, path: Path) -> int:
    try:
        pack, replaced = install_pack(path.expanduser())
    except PackError as error:
        raise CommandError(error) from None
    text = N_("Added: {id} ({title}). Exercises: {n}.")
    if replaced:
        text = N_("Replaced: {id} ({title}). Exercises: {n}. Progress is kept.")
    click.echo(message(text, id=pack.id, title=pack.title, n=len(pack.entries)))
    broken = [entry for entry in pack.entries if not _can_open(pack.id, entry.id)]
    if broken:
        text = N_("Some exercises can't be opened: {names}. See backprop-tutor check {path}")
        click.echo(message(text, names=", ".join(entry.id for entry in broken), path=path), err=True)
    return 0


def _can_open(pack_id: str, exercise_id: str) -> bool:
    try:
        library.find_exercise(f"{pack_id}/{exercise_id}")
    except PackError:
        return False
    return True


@pack_group.command("remove", cls=LocalizedCommand, help=_("Remove a pack that was added. Progress in it is kept."))
@click.argument("pack_id", metavar="ID")
@common_options
def remove_pack(options: RunOptions, pack_id: str) -> int:
    try:
        uninstall_pack(pack_id)
    except PackError as error:
        raise CommandError(error) from None
    click.echo(message(N_("Removed: {id}. Progress in it is kept."), id=pack_id))
    return 0


@pack_group.command("list", cls=LocalizedCommand, help=_("List all packs and where they are from."))
@common_options
def list_packs(options: RunOptions) -> int:
    for item in library.packs_with_origin():
        pack = item.pack
        origin = _(_ORIGIN_LABELS[item.origin])
        click.echo(f"{pack.id}: {pack.title} ({len(pack.entries)}; {origin}) {pack.folder}")
        for fault in pack.errors:
            click.echo(str(fault), err=True)
        if item.shadowed_by is not None:
            text = N_("  This pack is not shown: {path} has the id “{id}” too, and comes first. Change one of the ids.")
            click.echo(message(text, path=item.shadowed_by.folder, id=pack.id))
    return 0
