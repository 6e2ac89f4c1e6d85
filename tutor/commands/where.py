"""`backprop-tutor where`: the files and folders in use, or a report about the system for an issue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutor import settings, system_report
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.drawing.cell_width import align_columns
from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.packs.sanitize import format_output
from tutor.paths import data_folder
from tutor.practice.exercise_index import default_cache_path
from tutor.practice.storage.store import default_path

if TYPE_CHECKING:
    from tutor.run_options import RunOptions


_FENCE = "```"


@click.command(cls=LocalizedCommand)
@click.option(
    "--report",
    is_flag=True,
    help=_("Print versions, terminal and settings for a bug report. They contain nothing private."),
)
@common_options
def where(options: RunOptions, report: bool) -> int:
    if report:
        for line in (_FENCE, *system_report.system_lines(), _FENCE):
            # A line stays one, and nothing in it ends the block.
            echo(line if line == _FENCE else format_output(line, keep="").replace(_FENCE, '"'))
        return 0
    locations = [
        (_("program"), library.__file__.rpartition("packs")[0].rstrip("/\\")),
        (_("built-in packs"), library.built_in_dir()),
        (_("added packs"), library.user_packs_dir()),
        (_("your folder"), data_folder()),
        (_("progress file"), default_path()),
        (_("settings file"), settings.default_path()),
        (_("list of rules"), default_cache_path()),
    ]
    for line in align_columns([(name, _describe_path(path)) for name, path in locations]):
        echo(options.glyphs.render(line))
    return 0


def _describe_path(path: str | Path | None) -> str:
    if path is not None and _exists(path):
        return str(path)
    return str(message(N_("{path} (not there yet)"), path=path or "–"))


def _exists(path: str | Path) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        return False
