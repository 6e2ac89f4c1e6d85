"""`backprop-tutor list`: the packs and their exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.i18n import N_, _

if TYPE_CHECKING:
    from tutor.commands.launch import RunOptions

_STATE_MARKS = {"new": " ", "begun": "~", "solved": "✓"}
_STATE_LABELS = {"new": N_("new"), "begun": N_("begun"), "solved": N_("solved")}


@click.command("list", cls=LocalizedCommand, help=_("List the packs and their exercises."))
@common_options
def list_exercises(settings: RunOptions) -> int:
    from rich.cells import cell_len

    from tutor.packs import library
    from tutor.practice.learner import open_store

    with open_store() as store:
        states = store.states()
        if store.notice:
            click.echo(str(store.notice), err=True)
    for pack in library.all_packs():
        click.echo(f"{pack.id}: {pack.title}")
        for fault in pack.errors:
            click.echo(str(fault), err=True)
        names = [f"{pack.id}/{entry.id}" for entry in pack.entries]
        width = max(map(cell_len, names), default=0)
        for name, entry in zip(names, pack.entries, strict=True):
            state = states.get((pack.id, entry.id), "new")
            mark = {"✓": "*"}.get(_STATE_MARKS[state], _STATE_MARKS[state]) if settings.ascii else _STATE_MARKS[state]
            padding = " " * (width - cell_len(name))
            click.echo(
                f"  {mark} {name}{padding}  {entry.title}" + ("" if state == "new" else f" ({_(_STATE_LABELS[state])})")
            )
    return 0
