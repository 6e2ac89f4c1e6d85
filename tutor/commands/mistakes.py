"""`backprop-tutor mistakes`: the catalogue of named mistakes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from tutor.coding.mistakes import GENERAL_MISTAKES as IN_CODE
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.grading.mistakes.catalogue import CatalogueEntry, catalogue
from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import LANGUAGES, N_, _, current_language, message, set_language
from tutor.packs.sanitize import format_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.run_options import RunOptions

_IN_CODE = N_("Python code")


@click.command(cls=LocalizedCommand)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON array with the texts in every language."))
@common_options
def mistakes(options: RunOptions, as_json: bool) -> int:
    labels = {mistake.id: mistake.label for mistake in IN_CODE}
    in_code = (CatalogueEntry(mistake.id, message(_IN_CODE), (mistake.feedback,)) for mistake in IN_CODE)

    def label(mistake_id: str) -> str:
        return _(labels[mistake_id]) if mistake_id in labels else mistake_label(mistake_id)

    rows = (*catalogue(), *in_code)
    if as_json:
        data = [
            {
                "id": row.id,
                "where": _in_every_language(row.where.__str__),
                "name": _in_every_language(partial(label, row.id)),
                "says": [_in_every_language(partial(_, text)) for text in row.feedback],
            }
            for row in rows
        ]
        echo(format_json(data, indent=1))
        return 0
    for row in rows:
        feedback = [f"    {_(text)}" for text in row.feedback]
        for line in (f"{row.id}  ({row.where})", f"  {label(row.id)}", *feedback, ""):
            echo(options.glyphs.render(line))
    return 0


def _in_every_language(get_text: Callable[[], str]) -> dict[str, str]:
    previous, texts = current_language(), {}
    for code in LANGUAGES:
        set_language(code)
        texts[code] = get_text()
    set_language(previous)
    return texts
