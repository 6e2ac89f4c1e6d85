"""`backprop-tutor where`: the files and folders in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.glyphs import to_ascii
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from tutor.commands.launch import RunOptions


@click.command(cls=LocalizedCommand, help=_("Print the files and folders in use."))
@common_options
def where(settings: RunOptions) -> int:
    from rich.cells import cell_len

    from tutor import settings as chosen
    from tutor.packs import library
    from tutor.paths import data_folder
    from tutor.practice.exercise_index import default_cache_path
    from tutor.practice.storage.store import default_path

    found = [
        (_("program"), library.__file__.rpartition("packs")[0].rstrip("/\\")),
        (_("built-in packs"), library.built_in_dir()),
        (_("added packs"), library.user_packs_dir()),
        (_("your folder"), data_folder()),
        (_("progress"), default_path()),
        (_("settings file"), chosen.default_path()),
        (_("list of rules"), default_cache_path()),
    ]
    width = max(cell_len(name) for name, _path in found)
    for name, path in found:
        there = path is not None and _exists(str(path))
        text = str(path) if there else str(message(N_("{path} (not there yet)"), path=path or "–"))
        line = f"{name}{' ' * (width - cell_len(name))}  {text}"
        click.echo(to_ascii(line) if settings.ascii else line)
    return 0


def _exists(path: str) -> bool:
    from pathlib import Path

    try:
        return Path(path).exists()
    except OSError:
        return False
