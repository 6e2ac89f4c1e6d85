"""`backprop-tutor play`: an exercise or a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.errors import Refused, refuse_text
from tutor.commands.lines import EXERCISE
from tutor.commands.options import TEXT, FormulaCommand, common, read_definitions, read_inputs, refuse_names
from tutor.commands.place import play_place
from tutor.commands.start import Settings, start
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from tutor.packs import Exercise


@click.command(
    cls=FormulaCommand,
    help=_("Work through an exercise (by name, or a file, a pack's folder or .zip) or a formula with its inputs."),
)
@click.argument("what", required=False, type=TEXT, metavar="[PACK/EXERCISE | PATH | FORMULA]")
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@click.option("--start", "start_value", type=TEXT, help=_("The backward value at the output; 1 if left out."))
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help=_("The numbers of this seed instead of the author's."))
@click.option(
    "--node", "nodes", multiple=True, type=TEXT, metavar="DEFINITION", help=_('A node of your own: "f(x) = x*sin(x)".')
)
@click.option("--restart", is_flag=True, help=_("Begin again instead of going on."))
@click.option("--watch", is_flag=True, help=_("Show a file or pack anew whenever it is saved. Nothing is kept."))
@common
def play(
    settings: Settings,
    what: str | None,
    inputs: tuple[str, ...],
    start_value: str | None,
    seed: int | None,
    nodes: tuple[str, ...],
    restart: bool,
    watch: bool,
) -> int:
    from tutor.packs.places import is_place

    if what and is_place(what):
        return play_place(settings, what, inputs, seed, restart, watch)
    if watch:
        raise Refused(message(N_("--watch needs the path of an exercise or a pack.")), 2)
    exercise = _exercise(what, inputs, start_value, nodes) if what else None
    return start(settings, exercise, seed, restart)


def _exercise(what: str, inputs: tuple[str, ...], start_value: str | None, nodes: tuple[str, ...]) -> Exercise:
    """The exercise that `play` was asked for. Raises `Refused`."""
    from tutor.algebra import AlgebraError
    from tutor.commands.symbols import read_start
    from tutor.packs import PackError, from_formula, library

    try:
        if EXERCISE.fullmatch(what) and not inputs:
            if nodes:
                raise Refused(message(N_("--node goes with a formula; {name} brings its own nodes."), name=what), 2)
            return library.find(what)
        refuse_names(what, with_inputs=bool(inputs))
        value = read_start(start_value)
        return from_formula(what, read_inputs(inputs), value, read_definitions(nodes))
    except PackError as error:
        raise Refused(error) from None
    except AlgebraError as error:
        raise refuse_text(error, what) from None
