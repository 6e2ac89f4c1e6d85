"""`backprop-tutor where`: the files and folders in use."""

from __future__ import annotations

import click

from tutor.ascii import to_ascii
from tutor.commands.help import Command
from tutor.commands.options import common
from tutor.commands.start import Settings
from tutor.i18n import N_, _, message


@click.command(cls=Command, help=_("Print the files and folders in use."))
@common
def where(settings: Settings) -> int:
    from rich.cells import cell_len

    from tutor import settings as chosen
    from tutor.folders import data_folder
    from tutor.packs import library
    from tutor.practice.atlas import default_cache
    from tutor.practice.store import default_path

    found = [
        (_("program"), library.__file__.rpartition("packs")[0].rstrip("/\\")),
        (_("built-in packs"), library.built_in()),
        (_("added packs"), library.added()),
        (_("your folder"), data_folder()),
        (_("progress"), default_path()),
        (_("settings file"), chosen.default_path()),
        (_("list of rules"), default_cache()),
    ]
    width = max(cell_len(name) for name, _path in found)
    for name, path in found:
        there = path is not None and _there(str(path))
        text = str(path) if there else str(message(N_("{path} (not there yet)"), path=path or "–"))
        line = f"{name}{' ' * (width - cell_len(name))}  {text}"
        click.echo(to_ascii(line) if settings.ascii else line)
    return 0


def _there(path: str) -> bool:
    from pathlib import Path

    try:
        return Path(path).exists()
    except OSError:
        return False
