"""`backprop-tutor pack`: the packs, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.help import LocalizedCommand
from tutor.commands.lazy_group import LazyCommand, LazyGroup
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.i18n import N_, _, message
from tutor.packs import library

if TYPE_CHECKING:
    from tutor.run_options import RunOptions

_ORIGIN_LABELS = {"built-in": N_("built in"), "added": N_("added"), "installed": N_("from an installed package")}


_COMMANDS = {
    "add": LazyCommand(
        "pack_changes:add_pack", N_("Add the pack in a folder or a .zip. A new version replaces the old one.")
    ),
    "remove": LazyCommand("pack_changes:remove_pack", N_("Remove a pack that was added. Progress in it is kept.")),
    "export": LazyCommand(
        "pack_export:export_pack", N_("Write a pack as questions for a course system: GIFT, QTI, jupyterquiz.")
    ),
    "table": LazyCommand(
        "pack_table:pack_table", N_("Print a table of packs' exercises in Markdown: rules practised, blanks, width.")
    ),
}


@click.group("pack", cls=LazyGroup, lazy_commands=_COMMANDS)
def pack_group() -> None:
    pass


@pack_group.command("list", cls=LocalizedCommand, help=_("List all packs and where they are from."))
@common_options
def list_packs(options: RunOptions) -> int:
    for item in library.packs_with_origin():
        pack = item.pack
        origin = _(_ORIGIN_LABELS[item.origin])
        echo(f"{pack.id}: {pack.title} ({len(pack.entries)}; {origin}) {pack.folder}")
        for fault in pack.errors:
            echo(fault, err=True)
        if item.shadowed_by is not None:
            text = N_("  This pack is not shown: {path} has the id “{id}” too, and comes first. Change one of the ids.")
            echo(message(text, path=item.shadowed_by.folder, id=pack.id))
    return 0
