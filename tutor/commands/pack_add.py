"""`backprop-tutor pack add`: from a folder or a .zip, and with --from from an https address or a list of packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.completion import complete_paths
from tutor.commands.confirmation import is_confirmed
from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options, usable_path
from tutor.commands.output import echo
from tutor.drawing.cell_width import align_columns, truncate
from tutor.i18n import N_, _, message
from tutor.packs import library, pack_sources
from tutor.packs.addresses import check_address, is_address
from tutor.packs.archive import PACK_FILE
from tutor.packs.diagnostics import PackError
from tutor.packs.loader import load_pack_file
from tutor.packs.sanitize import clean_title
from tutor.packs.user_packs import install_pack, open_addable

if TYPE_CHECKING:
    from tutor.packs.download import Download
    from tutor.packs.pack import Pack
    from tutor.run_options import RunOptions

_NEEDS_FROM = N_("“{address}” is a web address. To load it: backprop-tutor pack add --from {address}")
_NOTHING = N_("Give a folder or a .zip, or an address with --from.")
_NAME_ONE = N_("Choose a pack from this list: backprop-tutor pack add NAME --from {source}. It contains {known}.")
_OTHER_NAME = N_("The pack at {place} has the id “{found}”, but the list says “{id}”. Ask the author of the list.")
_PRIVATE = N_("{host} is in your own network or on this computer.")
_REPLACES = N_("It replaces your pack “{id}”. Your progress is kept.")
_QUESTION = N_("Add this pack? [y/N] ")
_MAX_WIDTH = 200


@click.command("add", cls=LocalizedCommand)
@click.argument("target", required=False, metavar="[PATH | NAME]", shell_complete=complete_paths)
@click.option(
    "--from",
    "source",
    metavar="ADDRESS|LIST",
    help=_(
        "The https address or path of a .zip; its contents are shown first. With NAME, the address of a list of packs."
    ),
    shell_complete=complete_paths,
)
@click.option("--yes", is_flag=True, help=_("Add the pack without asking."))
@common_options
def add_pack(options: RunOptions, target: str | None, source: str | None, yes: bool) -> int:
    try:
        if source is not None:
            return _add_from(options, source, target, yes)
        if target is None:
            raise CommandError(message(_NOTHING), 2)
        if is_address(target):
            check_address(target)
            raise CommandError(message(_NEEDS_FROM, address=target), 2)
        path = usable_path(target)
        _report(*install_pack(path), str(path))
    except PackError as error:
        raise CommandError(error) from None
    return 0


def _add_from(options: RunOptions, source: str, name: str | None, yes: bool) -> int:
    source = source if is_address(source) else str(usable_path(source))
    place, sha256 = source, None
    if name is not None or source.endswith(".toml"):
        packs = pack_sources.read_list(source)
        if name is None:
            known = ", ".join(pack.id for pack in packs)
            raise CommandError(message(_NAME_ONE, source=source, known=known), 2)
        listed = pack_sources.find_listed(packs, name)
        place, sha256 = listed.place, listed.sha256
    loaded = pack_sources.fetch(place, sha256)
    with pack_sources.as_file(loaded.content, loaded.address) as path:
        pack = open_addable(path)
        if name is not None and pack.id != name:
            raise CommandError(message(_OTHER_NAME, place=place, found=pack.id, id=name))
        rows = _describe(pack, loaded, pack_sources.checksum(loaded.content))
        for line in align_columns([(label, truncate(clean_title(text), _MAX_WIDTH)) for label, text in rows]):
            echo(options.glyphs.render(line))
        for host in loaded.private_hosts:
            echo(message(_PRIVATE, host=host))
        if any(
            each.origin == "added" and each.pack.id == pack.id for each in library.packs_with_origin(installed=False)
        ):
            echo(message(_REPLACES, id=pack.id))
        if not yes and not is_confirmed(message(_QUESTION)):
            echo(_("Nothing was added."))
            return 1
        installed, replaced = install_pack(path)
    _report(installed, replaced, str(installed.folder))
    return 0


def _describe(pack: Pack, loaded: Download, checksum: str) -> list[tuple[str, str]]:
    """Return what a pack brings, in rows."""
    file = load_pack_file(pack.folder / PACK_FILE, pack.folder)
    return [
        (_("pack"), f"{pack.id}: {pack.title}"),
        (_("from"), loaded.address),
        (_("size"), f"{max(1, round(len(loaded.content) / 1024))} KiB"),
        (_("exercises"), str(len(pack.entries))),
        (_("authors"), ", ".join(file.authors) or _("not given")),
        (_("licence"), file.licence or _("not given")),
        ("SHA-256", checksum),
    ]


def _report(pack: Pack, replaced: bool, place: str) -> None:
    text = N_("Added: {id} ({title}). Exercises: {n}.")
    if replaced:
        text = N_("Replaced: {id} ({title}). Exercises: {n}. Your progress is kept.")
    echo(message(text, id=pack.id, title=pack.title, n=len(pack.entries)))
    broken = [entry for entry in pack.entries if not _can_open(pack, entry.id)]
    if broken:
        text = N_("Some exercises can't be opened: {names}. See backprop-tutor check {path}")
        echo(message(text, names=", ".join(entry.id for entry in broken), path=place), err=True)


def _can_open(pack: Pack, exercise_id: str) -> bool:
    try:
        pack.open(exercise_id)
    except PackError:
        return False
    return True
