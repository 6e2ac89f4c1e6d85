"""`backprop-tutor placement`: a test that finds where to begin, and the same as a final test."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tutor import tui
from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.store import open_store
from tutor.i18n import N_, _, message
from tutor.plain.placement import run_placement

if TYPE_CHECKING:
    from tutor.practice.placement import Kind
    from tutor.run_options import RunOptions


@click.command(cls=LocalizedCommand)
@click.option(
    "--final", is_flag=True, help=_("Take the final test: other graphs and numbers, compared with the first test.")
)
@common_options
def placement(options: RunOptions, final: bool) -> int:
    kind: Kind = "final" if final else "first"
    with open_store() as store:
        if options.use_plain:
            # A closed stream is None.
            if sys.stdout is None:
                raise CommandError(message(N_("Standard output is closed.")))
            return run_placement(options, store, kind)
        return tui.run(store, placement=kind, ascii=options.ascii)
