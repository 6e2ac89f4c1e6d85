"""`backprop-tutor list`: the packs and their exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.store import open_store
from tutor.drawing.cell_width import align_columns
from tutor.i18n import N_, _
from tutor.packs import library

if TYPE_CHECKING:
    from tutor.run_options import RunOptions

_STATE_LABELS = {"begun": N_("begun"), "solved": N_("solved")}


@click.command("list", cls=LocalizedCommand)
@common_options
def list_exercises(options: RunOptions) -> int:
    with open_store() as store:
        states = store.states()
    marks = {"begun": "~", "solved": "*" if options.ascii else "✓"}
    for pack in library.all_packs():
        echo(f"{pack.id}: {pack.title}")
        for fault in pack.errors:
            echo(fault, err=True)
        rows = []
        for entry in pack.entries:
            state = states.get((pack.id, entry.id), "new")
            label = f" ({_(_STATE_LABELS[state])})" if state in _STATE_LABELS else ""
            rows.append((f"  {marks.get(state, ' ')} {pack.id}/{entry.id}", f"{entry.title}{label}"))
        for line in align_columns(rows):
            echo(line)
    return 0
