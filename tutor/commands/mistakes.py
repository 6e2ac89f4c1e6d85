"""`backprop-tutor mistakes`: the catalogue of the wrong rules that are known by name."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import click

from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.glyphs import to_ascii
from tutor.i18n import LANGUAGES, _, current_language, set_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.commands.launch import RunOptions


@click.command(cls=LocalizedCommand, help=_("List the mistakes that are known by name, and what is said about them."))
@click.option("--json", "as_json", is_flag=True, help=_("For machines: one JSON array, texts in every language."))
@common_options
def mistakes(settings: RunOptions, as_json: bool) -> int:
    from tutor.grading.mistakes.catalogue import catalogue
    from tutor.grading.mistakes.labels import mistake_label

    rows = catalogue()
    if as_json:
        data = [
            {
                "id": row.id,
                "where": _in_every_language(row.where.__str__),
                "name": _in_every_language(partial(mistake_label, row.id)),
                "says": [_in_every_language(partial(_, text)) for text in row.feedback],
            }
            for row in rows
        ]
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        lines = [
            f"{row.id}  ({row.where})",
            f"  {mistake_label(row.id)}",
            *(f"    {_(text)}" for text in row.feedback),
            "",
        ]
        for line in lines:
            click.echo(to_ascii(line) if settings.ascii else line)
    return 0


def _in_every_language(get_text: Callable[[], str]) -> dict[str, str]:
    """A text as it is in every language."""
    before, found = current_language(), {}
    for name in LANGUAGES:
        set_language(name)
        found[name] = get_text()
    set_language(before)
    return found
