"""`backprop-tutor list`: the packs and their exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.store import open_store
from tutor.drawing.cell_width import align_columns
from tutor.i18n import _
from tutor.packs import library
from tutor.packs.sanitize import format_json
from tutor.practice.exercise_records import code_mark, describe_state, load_records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor.packs.library import Pack
    from tutor.practice.exercise_records import ExerciseName, ExerciseRecord
    from tutor.run_options import RunOptions


@click.command("list", cls=LocalizedCommand)
@click.option("--json", "as_json", is_flag=True, help=_("Print JSON instead of text."))
@common_options
def list_exercises(options: RunOptions, as_json: bool) -> int:
    with open_store() as store:
        states, records, in_code = store.states(), load_records(store), store.solved_in_code()
    if as_json:
        packs = [_as_json(pack, states, records, in_code) for pack in library.all_packs()]
        echo(format_json(packs, indent=2))
        return 0
    marks = {"begun": "~", "solved": "*" if options.ascii else "✓", "revealed": options.glyphs.revealed}
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
            if name in in_code:
                label += f"  {code_mark(options.glyphs)}"
            rows.append((f"  {marks.get(state, ' ')} {pack.id}/{entry.id}", f"{entry.title}{label}"))
        for line in align_columns(rows):
            echo(line)
    return 0


def _as_json(
    pack: Pack,
    states: Mapping[ExerciseName, str],
    records: Mapping[ExerciseName, ExerciseRecord],
    in_code: Collection[ExerciseName],
) -> dict[str, Any]:
    exercises = [
        {
            "id": f"{pack.id}/{entry.id}",
            "title": str(entry.title),
            "state": states.get((pack.id, entry.id), "new"),
            "first_try": (record := records.get((pack.id, entry.id))) is not None and record.first_try,
            "in_code": (pack.id, entry.id) in in_code,
            "exam": record is not None and record.is_exam,
            "score": (record.score if record is not None else "") or None,
            "minutes": entry.minutes,
        }
        for entry in pack.entries
    ]
    return {"id": pack.id, "title": str(pack.title), "errors": list(map(str, pack.errors)), "exercises": exercises}
