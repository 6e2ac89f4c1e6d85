"""`backprop-tutor mistakes`: the catalogue of the wrong rules that are known by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import click

from tutor.ascii import to_ascii
from tutor.commands.help import Command
from tutor.commands.options import common
from tutor.commands.start import Settings
from tutor.i18n import LANGUAGES, _, language, use


@click.command(cls=Command, help=_("List the mistakes that are known by name, and what is said about them."))
@click.option("--json", "as_json", is_flag=True, help=_("For machines: one JSON array, texts in every language."))
@common
def mistakes(settings: Settings, as_json: bool) -> int:
    from tutor.grading.catalogue import catalogue
    from tutor.grading.labels import label

    rows = catalogue()
    if as_json:
        data = [
            {
                "id": row.id,
                "where": _in_each(row.where.__str__),
                "name": _in_each(partial(label, row.id)),
                "says": [_in_each(partial(_, text)) for text in row.says],
            }
            for row in rows
        ]
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        lines = [f"{row.id}  ({row.where})", f"  {label(row.id)}", *(f"    {_(text)}" for text in row.says), ""]
        for line in lines:
            click.echo(to_ascii(line) if settings.ascii else line)
    return 0


def _in_each(shown: Callable[[], str]) -> dict[str, str]:
    """A text as it is in every language."""
    before, found = language(), {}
    for name in LANGUAGES:
        use(name)
        found[name] = shown()
    use(before)
    return found
