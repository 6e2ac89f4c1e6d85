"""`backprop-tutor solve`: the worked graph of a formula, as text, as JSON, as a program or as LaTeX."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import Refused, refuse_text
from tutor.commands.options import TEXT, FormulaCommand, common, read_inputs, refuse_names
from tutor.commands.start import Settings
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from tutor.grading import Problem

#: The forms of the output, by option; at most one is asked for.
_FORMS = ("torch", "numpy", "latex", "json")


@click.command(cls=FormulaCommand, help=_("Print the worked graph of a formula: every value, every gradient."))
@click.argument("formula", type=TEXT, metavar="FORMULA")
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@click.option(
    "--start",
    type=TEXT,
    metavar="VALUE",
    help=_("The backward value at the output: 1 if left out, a value, or a symbol such as dL/dz."),
)
@click.option("--wrt", type=TEXT, metavar="NAMES", help=_("The inputs whose gradients are wanted, as in a,b."))
@click.option(
    "--symbols",
    multiple=True,
    type=TEXT,
    metavar="NAMES",
    help=_("Inputs left as symbols: x, x:positive, x:nonzero, a matrix as X:2x3."),
)
@click.option(
    "--node", "nodes", multiple=True, type=TEXT, metavar="DEFINITION", help=_('A node of your own: "f(x) = x*sin(x)".')
)
@click.option("--check", type=TEXT, metavar="DELTA", help=_("Compare with differences of this step, such as 1e-4."))
@click.option("--torch", is_flag=True, help=_("A PyTorch program that prints the same gradients."))
@click.option("--numpy", is_flag=True, help=_("A NumPy program, a line for each edge."))
@click.option("--latex", is_flag=True, help=_("The derivation in LaTeX."))
@click.option("--json", is_flag=True, help=_("For machines: one JSON object."))
@click.option(
    "--draw/--no-draw", default=None, help=_("With the drawing, or without; left out: where it fits the width.")
)
@click.option(
    "--width", type=click.IntRange(20), metavar="N", help=_("The width of the text; that of the terminal if left out.")
)
@common
def solve(
    settings: Settings,
    formula: str,
    inputs: tuple[str, ...],
    start: str | None,
    wrt: str | None,
    symbols: tuple[str, ...],
    nodes: tuple[str, ...],
    check: str | None,
    draw: bool | None,
    width: int | None,
    **forms: bool,
) -> int:
    from tutor.algebra import AlgebraError
    from tutor.engine import NotANumber
    from tutor.packs import PackError

    asked = [name for name in _FORMS if forms[name]] + (["check"] if check is not None else [])
    if len(asked) > 1:
        names = ", ".join(f"--{name}" for name in asked)
        raise Refused(message(N_("{names} can't go together. Choose one of them."), names=names), 2)
    refuse_names(formula)
    try:
        problem = _problem(formula, inputs, start, wrt, symbols, nodes)
        form = asked[0] if asked else "text"
        lines = _in_form(problem, form) if form in _FORMS else _as_text(problem, settings, draw, width, check)
    except AlgebraError as error:
        raise refuse_text(error, formula) from None
    except (NotANumber, PackError) as error:
        raise Refused(error, 2) from None
    for line in lines:
        click.echo(line)
    return 0


def _problem(
    formula: str,
    inputs: tuple[str, ...],
    start: str | None,
    wrt: str | None,
    symbols: tuple[str, ...],
    nodes: tuple[str, ...],
) -> Problem:
    """What the options ask for. Raises `Refused` and `AlgebraError`, with a place in the formula."""
    from tutor.packs.formula import problem_of

    own = None
    if nodes:
        from tutor.commands.options import read_definitions

        own = read_definitions(nodes)
    values = read_inputs(inputs)
    if start is None and wrt is None and not symbols:
        return problem_of(formula, values, own=own)
    from tutor.commands.symbols import read_start, read_symbols, read_wrt

    for name, symbol in read_symbols(symbols).items():
        if name in values:
            text = N_("{name} has a value and is to be a symbol. Leave one of the two out.")
            raise Refused(message(text, name=name), 2)
        values[name] = symbol
    return problem_of(formula, values, read_start(start), own=own, wrt=read_wrt(wrt))


def _in_form(problem: Problem, form: str) -> list[str]:
    """The lines of JSON, a program or a derivation."""
    if form == "json":
        from tutor.commands.machine import as_data

        return [json.dumps(as_data(problem), ensure_ascii=False)]
    from tutor.engine import programs

    write_in = {"torch": programs.torch_program, "numpy": programs.numpy_program, "latex": programs.latex}[form]
    return write_in(problem.graph, problem.inputs, problem.start, problem.wrt)


def _as_text(
    problem: Problem, settings: Settings, draw: bool | None, width: int | None, check: str | None
) -> list[str]:
    from tutor.drawing.worked import as_text

    lines = as_text(problem, settings.ascii, draw=draw, width=width)
    if check is not None:
        from tutor.ascii import to_ascii
        from tutor.commands.checked import check_lines

        found = check_lines(problem, check)
        lines += ["", *(map(to_ascii, found) if settings.ascii else found)]
    return lines
