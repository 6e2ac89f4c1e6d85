"""`backprop-tutor list`: the packs and their exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.store import open_store
from tutor.drawing.cell_width import align_columns
from tutor.packs import library
from tutor.practice.exercise_records import describe_state, load_records

if TYPE_CHECKING:
    from tutor.run_options import RunOptions


@click.command("list", cls=LocalizedCommand)
@common_options
def list_exercises(options: RunOptions) -> int:
    with open_store() as store:
        states, records = store.states(), load_records(store)
    marks = {"begun": "~", "solved": "*" if options.ascii else "✓"}
    for pack in library.all_packs():
        echo(f"{pack.id}: {pack.title}")
        for fault in pack.errors:
            echo(fault, err=True)
        rows = []
        for entry in pack.entries:
            name = pack.id, entry.id
            state = states.get(name, "new")
            words = describe_state(state, records.get(name), entry.minutes)
            label = f" ({words})" if words else ""
            rows.append((f"  {marks.get(state, ' ')} {pack.id}/{entry.id}", f"{entry.title}{label}"))
        for line in align_columns(rows):
            echo(line)
    return 0
