"""`backprop-tutor pack`: packs of one's own beside the built-in ones."""

from __future__ import annotations

from pathlib import Path

import click

from tutor.commands.errors import Refused
from tutor.commands.help import Command, Group
from tutor.commands.options import common
from tutor.commands.start import Settings
from tutor.commands.table import table
from tutor.i18n import N_, _, message

_ORIGINS = {"built-in": N_("built in"), "added": N_("added"), "installed": N_("from an installed package")}


@click.group("pack", cls=Group, help=_("Add packs, remove them, list where they come from."))
def packs() -> None:
    pass


@packs.command("add", cls=Command, help=_("Add the pack in a folder or a .zip. A new version replaces the old one."))
@click.argument("path", type=click.Path(path_type=Path))
@common
def add(settings: Settings, path: Path) -> int:
    from tutor.packs import PackError
    from tutor.packs.added import add

    try:
        found, replaced = add(path.expanduser())
    except PackError as error:
        raise Refused(error) from None
    text = N_("Added: {id} ({title}). Exercises: {n}.")
    if replaced:
        text = N_("Replaced: {id} ({title}). Exercises: {n}. Progress is kept.")
    click.echo(message(text, id=found.id, title=found.title, n=len(found.entries)))
    broken = [entry for entry in found.entries if not _opens(found.id, entry.id)]
    if broken:
        text = N_("Some exercises can't be opened: {names}. See backprop-tutor check {path}")
        click.echo(message(text, names=", ".join(entry.id for entry in broken), path=path), err=True)
    return 0


def _opens(pack_id: str, exercise_id: str) -> bool:
    from tutor.packs import PackError, library

    try:
        library.find(f"{pack_id}/{exercise_id}")
    except PackError:
        return False
    return True


@packs.command("remove", cls=Command, help=_("Remove a pack that was added. Progress in it is kept."))
@click.argument("pack_id", metavar="ID")
@common
def remove(settings: Settings, pack_id: str) -> int:
    from tutor.packs import PackError
    from tutor.packs.added import remove

    try:
        remove(pack_id)
    except PackError as error:
        raise Refused(error) from None
    click.echo(message(N_("Removed: {id}. Progress in it is kept."), id=pack_id))
    return 0


@packs.command("list", cls=Command, help=_("List all packs and where they are from."))
@common
def list_packs(settings: Settings) -> int:
    from tutor.packs import library

    for found in library.shelves():
        pack = found.pack
        origin = _(_ORIGINS[found.origin])
        click.echo(f"{pack.id}: {pack.title} ({len(pack.entries)}; {origin}) {pack.folder}")
        for fault in pack.faults:
            click.echo(str(fault), err=True)
        if found.hidden is not None:
            text = N_("  This pack is not shown: {path} has the id “{id}” too, and comes first. Change one of the ids.")
            click.echo(message(text, path=found.hidden.folder, id=pack.id))
    return 0


packs.add_command(table)
