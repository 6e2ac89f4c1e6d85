"""`backprop-tutor play`: an exercise or a formula."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import CommandError, formula_error
from tutor.commands.launch import RunOptions, launch
from tutor.commands.options import (
    TEXT,
    FormulaCommand,
    common_options,
    parse_definitions,
    parse_inputs,
    reject_exercise_names,
)
from tutor.commands.plain_app import EXERCISE_NAME
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise
    from tutor.packs.library import Pack


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
@common_options
def play(
    settings: RunOptions,
    what: str | None,
    inputs: tuple[str, ...],
    start_value: str | None,
    seed: int | None,
    nodes: tuple[str, ...],
    restart: bool,
    watch: bool,
) -> int:
    from tutor.packs.path_argument import is_path_argument

    if what and is_path_argument(what):
        return play_path(settings, what, inputs, seed, restart, watch)
    if watch:
        raise CommandError(message(N_("--watch needs the path of an exercise or a pack.")), 2)
    exercise = _build_exercise(what, inputs, start_value, nodes) if what else None
    return launch(settings, exercise, seed, restart)


def _build_exercise(what: str, inputs: tuple[str, ...], start_value: str | None, nodes: tuple[str, ...]) -> Exercise:
    """The exercise that `play` was asked for. Raises `Refused`."""
    from tutor.algebra.errors import AlgebraError
    from tutor.commands.solve import parse_start
    from tutor.packs import library
    from tutor.packs.builder.formula import exercise_from_formula
    from tutor.packs.diagnostics import PackError

    try:
        if EXERCISE_NAME.fullmatch(what) and not inputs:
            if nodes:
                raise CommandError(
                    message(N_("--node goes with a formula; {name} brings its own nodes."), name=what), 2
                )
            return library.find_exercise(what)
        reject_exercise_names(what, with_inputs=bool(inputs))
        value = parse_start(start_value)
        return exercise_from_formula(what, parse_inputs(inputs), value, parse_definitions(nodes))
    except PackError as error:
        raise CommandError(error) from None
    except AlgebraError as error:
        raise formula_error(error, what) from None


_HAS_OWN_NUMBERS = N_("{name} brings its own numbers. Leave the inputs out: backprop-tutor play {name}")


def play_path(
    settings: RunOptions, what: str, inputs: tuple[str, ...], seed: int | None, restart: bool, watch: bool
) -> int:
    """Open what lies at a path; a pack opens its list. With `watch` it is opened even where it has faults."""
    from tutor.packs.diagnostics import PackError
    from tutor.packs.pack import Pack
    from tutor.packs.path_argument import open_path

    if inputs:
        raise CommandError(message(_HAS_OWN_NUMBERS, name=what), 2)
    path = Path(what).expanduser()
    found: Exercise | Pack | None = None
    try:
        found = open_path(path)
    except PackError as error:
        if not watch or not path.exists():
            raise CommandError(error) from None
    watched = path if watch else None
    if isinstance(found, Pack):
        return launch(settings, None, seed, restart, (found,), watched)
    return launch(settings, found, seed, restart, () if watch else None, watched)
