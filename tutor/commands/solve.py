"""`backprop-tutor solve`: the worked graph of a formula, as text or as JSON."""

from __future__ import annotations

import json

import click

from tutor.commands.errors import Refused, refuse_text
from tutor.commands.options import TEXT, FormulaCommand, common, read_exact, read_inputs, refuse_names
from tutor.commands.start import Settings
from tutor.i18n import _


@click.command(cls=FormulaCommand, help=_("Print the worked graph of a formula: every value, every gradient."))
@click.argument("formula", type=TEXT, metavar="FORMULA")
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@click.option("--start", type=TEXT, help=_("The backward value at the output; 1 if left out."))
@click.option("--json", "as_json", is_flag=True, help=_("For machines: one JSON object."))
@common
def solve(settings: Settings, formula: str, inputs: tuple[str, ...], start: str | None, as_json: bool) -> int:
    from tutor.algebra import AlgebraError
    from tutor.commands.worked import as_data, as_text
    from tutor.engine import NotANumber
    from tutor.packs import PackError, from_formula

    refuse_names(formula)
    try:
        problem = from_formula(formula, read_inputs(inputs), read_exact(start or "1")).variant().problem
        if as_json:
            click.echo(json.dumps(as_data(problem), ensure_ascii=False))
        else:
            for line in as_text(problem, settings.ascii):
                click.echo(line)
    except AlgebraError as error:
        raise refuse_text(error, formula) from None
    except (NotANumber, PackError) as error:
        raise Refused(error, 2) from None
    return 0
