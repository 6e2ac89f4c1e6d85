"""`backprop-tutor pack`: the packs, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.completion import complete_paths
from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.lazy_group import LazyCommand, LazyGroup
from tutor.commands.options import common_options, usable_path
from tutor.commands.output import echo
from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.packs.addresses import is_address
from tutor.packs.diagnostics import PackError

if TYPE_CHECKING:
    from tutor.run_options import RunOptions

_ORIGIN_LABELS = {"built-in": N_("built in"), "added": N_("added"), "installed": N_("from an installed package")}


_COMMANDS = {
    "add": LazyCommand(
        "pack_add:add_pack",
        N_("Add a pack. It comes from a folder, a .zip or, with --from, the web; a new version replaces the old one."),
    ),
    "remove": LazyCommand("pack_remove:remove_pack", N_("Remove an added pack. Your progress in it is kept.")),
    "export": LazyCommand(
        "pack_export:export_pack",
        N_("Export a pack to a learning platform. The formats are GIFT (for Moodle), QTI and jupyterquiz."),
    ),
    "table": LazyCommand(
        "pack_table:pack_table",
        N_("Print a table of exercises in Markdown. It shows rules practised, blanks and width."),
    ),
}


@click.group("pack", cls=LazyGroup, lazy_commands=_COMMANDS)
def pack_group() -> None:
    pass


@pack_group.command("list", cls=LocalizedCommand, help=_("List all packs and where they come from."))
@click.option(
    "--from",
    "source",
    metavar="LIST",
    help=_("Show the packs in this list instead. Give a file or an https address."),
    shell_complete=complete_paths,
)
@common_options
def list_packs(options: RunOptions, source: str | None) -> int:
    if source is not None:
        return _list_from(source)
    for item in library.packs_with_origin():
        pack = item.pack
        origin = _(_ORIGIN_LABELS[item.origin])
        echo(f"{pack.id}: {pack.title} ({len(pack.entries)}; {origin}) {pack.folder}")
        for fault in pack.errors:
            echo(fault, err=True)
        if item.shadowed_by is not None:
            text = N_(
                "  This pack is hidden, because {path} has the same id, “{id}”, and comes first. Change one of the ids."
            )
            echo(message(text, path=item.shadowed_by.folder, id=pack.id))
    return 0


def _list_from(source: str) -> int:
    # Only here is anything loaded from the network.
    from tutor.packs import pack_sources

    try:
        packs = pack_sources.read_list(source if is_address(source) else str(usable_path(source)))
    except PackError as error:
        raise CommandError(error) from None
    added = {each.pack.id for each in library.packs_with_origin() if each.origin == "added"}
    for pack in packs:
        title = f"{pack.id}: {pack.title}"
        echo(message(N_("{pack} (added)"), pack=title) if pack.id in added else title)
        for line in filter(None, (str(pack.description).replace("\n", " "), pack.place)):
            echo(f"  {line}")
    if not packs:
        echo(_("This list contains no packs."))
    return 0
