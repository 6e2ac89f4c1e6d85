"""`backprop-tutor solve`: the worked graph of a formula, as text, as JSON, as a program or as LaTeX."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import CommandError, formula_error
from tutor.commands.options import (
    TEXT,
    FormulaCommand,
    common_options,
    parse_exact,
    parse_inputs,
    reject_exercise_names,
)
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.commands.launch import RunOptions
    from tutor.grading.problem import Problem

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
@common_options
def solve(
    settings: RunOptions,
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
    from tutor.algebra.errors import AlgebraError
    from tutor.engine.passes import NonFiniteError
    from tutor.packs.diagnostics import PackError

    asked = [name for name in _FORMS if forms[name]] + (["check"] if check is not None else [])
    if len(asked) > 1:
        names = ", ".join(f"--{name}" for name in asked)
        raise CommandError(message(N_("{names} can't go together. Choose one of them."), names=names), 2)
    reject_exercise_names(formula)
    try:
        problem = _build_problem(formula, inputs, start, wrt, symbols, nodes)
        form = asked[0] if asked else "text"
        lines = _render_form(problem, form) if form in _FORMS else _render_text(problem, settings, draw, width, check)
    except AlgebraError as error:
        raise formula_error(error, formula) from None
    except (NonFiniteError, PackError) as error:
        raise CommandError(error, 2) from None
    for line in lines:
        click.echo(line)
    return 0


def _build_problem(
    formula: str,
    inputs: tuple[str, ...],
    start: str | None,
    wrt: str | None,
    symbols: tuple[str, ...],
    nodes: tuple[str, ...],
) -> Problem:
    """What the options ask for. Raises `Refused` and `AlgebraError`, with a place in the formula."""
    from tutor.packs.builder.formula import problem_from_formula

    own = None
    if nodes:
        from tutor.commands.options import parse_definitions

        own = parse_definitions(nodes)
    values = parse_inputs(inputs)
    if start is None and wrt is None and not symbols:
        return problem_from_formula(formula, values, definitions=own)
    for name, symbol in parse_symbols(symbols).items():
        if name in values:
            text = N_("{name} has a value and is to be a symbol. Leave one of the two out.")
            raise CommandError(message(text, name=name), 2)
        values[name] = symbol
    return problem_from_formula(formula, values, parse_start(start), definitions=own, wrt=parse_wrt(wrt))


def _render_form(problem: Problem, form: str) -> list[str]:
    """The lines of JSON, a program or a derivation."""
    if form == "json":
        from tutor.commands.solve_json import worked_json

        return [json.dumps(worked_json(problem), ensure_ascii=False)]
    from tutor.engine.codegen.to_latex import latex_derivation
    from tutor.engine.codegen.to_numpy import numpy_program
    from tutor.engine.codegen.to_torch import torch_program

    write_in = {"torch": torch_program, "numpy": numpy_program, "latex": latex_derivation}[form]
    return write_in(problem.graph, problem.inputs, problem.start, problem.wrt)


def _render_text(
    problem: Problem, settings: RunOptions, draw: bool | None, width: int | None, check: str | None
) -> list[str]:
    from tutor.drawing.reports.worked import worked_text

    lines = worked_text(problem, settings.ascii, draw=draw, width=width)
    if check is not None:
        from tutor.glyphs import to_ascii

        found = check_report(problem, check)
        lines += ["", *(map(to_ascii, found) if settings.ascii else found)]
    return lines


#: Steps beyond these show nothing: floats have 16 digits.
_MIN_STEP, _MAX_STEP = 1e-15, 1.0


def check_report(problem: Problem, delta: str) -> list[str]:
    """What `solve --check DELTA` prints. Raises `Refused` and `NonFiniteError`."""
    from tutor.drawing.reports.gradient_check import gradient_check_report

    step = _parse_step(delta)
    if problem.symbolic:
        raise CommandError(message(N_("Differences need numbers: give every input and the start a value.")), 2)
    return gradient_check_report(problem, step)


def _parse_step(text: str) -> float:
    """δ as it was typed. Raises `Refused`."""
    from tutor.algebra import ops
    from tutor.algebra.balls import nearest_float

    value = parse_exact(text)
    step = math.nan if ops.is_matrix(value) else nearest_float(value)
    if not _MIN_STEP < step <= _MAX_STEP:
        raise CommandError(
            message(N_("A step is a number above 1e-15 and at most 1. Write --check 1e-4, for example.")), 2
        )
    return step


_DOMAINS = ("real", "nonzero", "positive")
_SHAPE_PATTERN = re.compile(r"([0-9]{1,4})[x×]([0-9]{1,4})")
#: What was meant as a symbol of the start.
_SYMBOL_LIKE = re.compile(r"\s*[d∂]\s*\w*\s*(/.*)?")
#: As many cells as a graph's text may have.
_MAX_CELLS = 10_000


def parse_symbols(texts: tuple[str, ...]) -> dict[str, Value]:
    """`x:positive,y`, `X:2x3` -> symbols by name, a matrix as a `MatrixExpr`. Raises `Refused`."""
    from tutor.algebra.expr import Sym
    from tutor.algebra.matrix_expr import MatrixExpr

    found: dict[str, Value] = {}
    for text in texts:
        for part in text.split(","):
            name, *settings = (piece.strip() for piece in part.split(":"))
            if not name.isidentifier():
                raise CommandError(
                    message(N_("“{text}” is no symbol. Write names, as in x or x:positive or X:2x3."), text=text), 2
                )
            if name in found:
                raise CommandError(message(N_("Symbol {name} is given twice. Leave one out."), name=name), 2)
            domain, shape = "real", None
            for setting in settings:
                if size := _SHAPE_PATTERN.fullmatch(setting):
                    shape = _check_shape(name, int(size[1]), int(size[2]))
                elif setting in _DOMAINS:
                    domain = setting
                else:
                    sentence = N_("“{text}” is not known of symbol {name}. It may be {known}, or a shape such as 2x3.")
                    known = ", ".join(_DOMAINS)
                    raise CommandError(message(sentence, text=setting, name=name, known=known), 2)
            symbol = Sym(name, domain=domain)
            found[name] = symbol if shape is None else MatrixExpr(symbol, shape)
    return found


def _check_shape(name: str, rows: int, columns: int) -> tuple[int, int]:
    if not 1 <= rows * columns <= _MAX_CELLS:
        text = N_("The shape of symbol {name} can't be used. A matrix has 1 to {n} entries.")
        raise CommandError(message(text, name=name, n=_MAX_CELLS), 2)
    return rows, columns


def parse_start(text: str | None) -> Value:
    """The start: a value, exact, or a symbol such as `dL/dz`; 1 where nothing is said. Raises `Refused`."""
    from tutor.algebra.expr import ONE
    from tutor.packs.validators import parse_start_symbol

    if text is None:
        return ONE
    symbol = parse_start_symbol(text)
    if symbol is None and _SYMBOL_LIKE.fullmatch(text):
        raise CommandError(message(N_("“{text}” is no start. Write a value, or a symbol such as dL/dz."), text=text), 2)
    return symbol or parse_exact(text)


def parse_wrt(text: str | None) -> tuple[str, ...] | None:
    """`a,b` -> the names, None where nothing is said. Raises `Refused`."""
    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or not all(name.isidentifier() for name in names):
        raise CommandError(message(N_("“{text}” is no list of inputs. Write their names, as in a,b."), text=text), 2)
    return names
