"""`backprop-tutor solve`: the worked graph of a formula, as text, as JSON, as a program or as LaTeX."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import click

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import MATRIX_DOMAINS, ONE_HOT, Sym
from tutor.algebra.matrix_expr import matrix_symbol
from tutor.algebra.parser import is_reserved
from tutor.algebra.sizes import MAX_SIZE_NAMES, named_sizes, sizes_in
from tutor.commands.errors import CommandError
from tutor.commands.formula_arguments import (
    TEXT,
    FormulaCommand,
    formula_error,
    node_option,
    parse_definitions,
    parse_exact,
    parse_inputs,
    parse_start,
    print_misreadings,
    reject_exercise_names,
)
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.python_argument import FROM_PYTHON_HELP, print_notes, read_python_argument
from tutor.commands.second_derivatives import check_hessian_options, gradient_of, parse_names
from tutor.engine.passes import NonFiniteError
from tutor.engine.python_source.source import PythonCode, is_python
from tutor.grading.matrix_points import describe_sizes, points_of
from tutor.i18n import N_, _, message
from tutor.packs.builder.formula import problem_from_formula, read_formula
from tutor.packs.diagnostics import PackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.i18n import Message
    from tutor.run_options import RunOptions

#: The options for other forms of the output, of which at most one may be given.
_FORMS = ("torch", "numpy", "latex", "json")


@click.command(cls=FormulaCommand)
@click.argument("formula", required=False, type=TEXT, metavar="FORMULA")
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
    help=_("Inputs left as symbols: x, x:positive, x:nonzero, x:probability, a matrix as X:2x3 or X:nx3."),
)
@node_option
@click.option("--from-python", type=TEXT, metavar="FILE[:FUNCTION]", help=_(FROM_PYTHON_HELP))
@click.option(
    "--hessian", type=TEXT, metavar="NAMES", help=_("The second derivatives by these inputs, as in x,y, as a table.")
)
@click.option(
    "--gradient", type=TEXT, metavar="NAME", help=_("Solve the graph of this input's gradient ∂f/∂x, not that of f.")
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
    options: RunOptions,
    formula: str | None,
    inputs: tuple[str, ...],
    start: str | None,
    wrt: str | None,
    symbols: tuple[str, ...],
    nodes: tuple[str, ...],
    from_python: str | None,
    hessian: str | None,
    gradient: str | None,
    check: str | None,
    draw: bool | None,
    width: int | None,
    **forms: bool,
) -> int:
    requested = [name for name in _FORMS if forms[name]] + (["check"] if check is not None else [])
    if len(requested) > 1:
        names = ", ".join(f"--{name}" for name in requested)
        raise CommandError(message(N_("{names} can't go together. Choose one of them."), names=names), 2)
    if from_python is not None:
        inputs = (formula, *inputs) if formula else inputs
    elif formula is None:
        raise CommandError(message(N_("There is no formula. Write one, such as z = (a + b) * c.")), 2)
    elif not is_python(formula):
        reject_exercise_names(formula)
    code = formula or "" if from_python is None else read_python_argument(from_python)
    if hessian is not None:
        check_hessian_options(requested, parse_start(start))
    wanted = None if hessian is None else parse_names(hessian)
    try:
        problem, notes = _build_problem(code, inputs, start, wrt, symbols, nodes, gradient)
        if check is None and requested:
            lines = _render_form(problem, requested[0], wanted)
        else:
            lines = _render_text(problem, options, draw, width, check, wanted)
            lines += ["", *(options.glyphs.render(str(note)) for note in notes)] if notes else []
    except AlgebraError as error:
        raise formula_error(error, code if isinstance(code, str) else code.source.text) from None
    except (NonFiniteError, PackError) as error:
        raise CommandError(error, 2) from None
    for line in lines:
        echo(line)
    return 0


def _build_problem(
    code: str | PythonCode,
    inputs: tuple[str, ...],
    start: str | None,
    wrt: str | None,
    symbols: tuple[str, ...],
    nodes: tuple[str, ...],
    gradient: str | None,
) -> tuple[Problem, tuple[Message, ...]]:
    """Return the problem that the options describe, with notes on it. Raise CommandError, AlgebraError."""
    definitions = parse_definitions(nodes) or None
    values = parse_inputs(inputs)
    for name, symbol in parse_symbols(symbols).items():
        if name in values:
            text = N_("{name} has a value and is to be a symbol. Leave one of the two out.")
            raise CommandError(message(text, name=name), 2)
        values[name] = symbol
    for size in sizes_in(map(ops.shape_of, values.values())):
        if size in values:
            text = N_("“{name}” can't be the name of a size: it has another meaning here. Use another letter.")
            raise CommandError(message(text, name=size), 2)
    formula = read_formula(code, values, definitions)
    begin, names = parse_start(start), parse_wrt(wrt)
    if gradient is None:
        source = problem = problem_from_formula(formula, values, begin, definitions, names)
        notes: tuple[Message, ...] = ()
    else:
        source = problem_from_formula(formula, values, definitions=definitions)
        found = gradient_of(source, gradient)
        problem, notes = found.problem(begin, names), found.notes
    print_notes(formula)
    print_misreadings(source, formula)
    return problem, notes


def _render_form(problem: Problem, form: str, hessian: tuple[str, ...] | None) -> list[str]:
    """Return the lines of JSON, a program or a derivation, with the Hessian by these names."""
    if form == "json":
        from tutor.commands.solve_json import worked_json

        return [worked_json(problem, hessian)]
    from tutor.engine.codegen import to_latex, to_numpy, to_torch

    if hessian is not None:
        return to_torch.torch_hessian_program(problem.graph, problem.inputs, hessian)
    writers = {
        "torch": to_torch.torch_program,
        "numpy": to_numpy.numpy_program,
        "latex": to_latex.latex_derivation,
    }
    return writers[form](problem.graph, problem.inputs, problem.start, problem.wrt)


def _render_text(
    problem: Problem,
    options: RunOptions,
    draw: bool | None,
    width: int | None,
    check: str | None,
    hessian: tuple[str, ...] | None,
) -> list[str]:
    from tutor.drawing.reports.worked import terminal_width, worked_text

    lines = worked_text(problem, options.glyphs, draw=draw, width=width)
    if hessian is not None:
        from tutor.drawing.reports.hessian import hessian_report

        lines += ["", *hessian_report(problem, hessian, options.glyphs, width or terminal_width())]
    if check is not None:
        lines += ["", *map(options.glyphs.render, check_report(problem, check))]
    return lines


#: Steps outside of these show nothing, because floats have 16 digits.
_MIN_STEP, _MAX_STEP = 1e-15, 1.0


def check_report(problem: Problem, delta: str) -> list[str]:
    """Return the gradient check for the step `delta`. Raise CommandError, NonFiniteError."""
    from tutor.drawing.reports.gradient_check import gradient_check_report

    step = _parse_step(delta)
    if problem.has_matrix_symbols and (points := points_of(problem)):
        return [str(describe_sizes(points[0])), "", *gradient_check_report(points[0], step)]
    if problem.symbolic:
        raise CommandError(message(N_("Differences need numbers: give every input and the start a value.")), 2)
    return gradient_check_report(problem, step)


def _parse_step(text: str) -> float:
    """Return the step δ. Raise CommandError."""
    value = parse_exact(text)
    step = math.nan if ops.is_matrix(value) else nearest_float(value)
    if not _MIN_STEP < step <= _MAX_STEP:
        raise CommandError(
            message(N_("A step is a number above 1e-15 and at most 1. Write --check 1e-4, for example.")), 2
        )
    return step


#: `2x3`, `nx3`: the rows end at the first x.
_SHAPE_PATTERN = re.compile(r"([0-9]{1,4}|[^\W\d]\w*?)[x×]([0-9]{1,4}|[^\W\d]\w*)")
#: The limit for matrices in a graph's text too.
_MAX_CELLS = 10_000


def parse_symbols(texts: tuple[str, ...]) -> dict[str, Value]:
    """Return symbols by name from `x:positive,y`, `X:2x3`, `X:nx3`, a matrix as a MatrixExpr. Raise CommandError."""
    found: dict[str, tuple[str, re.Match[str] | None]] = {}
    for text in texts:
        for part in text.split(","):
            name, *properties = (piece.strip() for piece in part.split(":"))
            if not name.isidentifier():
                raise CommandError(
                    message(N_("“{text}” is no symbol. Write names, as in x or x:positive or X:2x3."), text=text), 2
                )
            if name in found:
                raise CommandError(message(N_("Symbol {name} is given twice. Leave one out."), name=name), 2)
            found[name] = _parse_properties(name, properties)
    sizes = _parse_sizes(found)
    return {
        name: Sym(name, domain=domain) if shape is None else matrix_symbol(name, _to_shape(name, shape, sizes), domain)
        for name, (domain, shape) in found.items()
    }


def _parse_properties(name: str, properties: list[str]) -> tuple[str, re.Match[str] | None]:
    """Return the domain of a symbol and its shape, if it has one. Raise CommandError."""
    domain, shape = "real", None
    for word in properties:
        if word in MATRIX_DOMAINS:
            domain = word
        elif match := _SHAPE_PATTERN.fullmatch(word):
            shape = match
        else:
            sentence = N_("“{text}” is not known of symbol {name}. It may be {known}, or a shape such as 2x3.")
            known = ", ".join(MATRIX_DOMAINS)
            raise CommandError(message(sentence, text=word, name=name, known=known), 2)
    if domain == ONE_HOT and shape is None:
        text = N_("One-hot rows belong to a matrix. Give symbol {name} a shape, as in {name}:nx3:one-hot.")
        raise CommandError(message(text, name=name), 2)
    return domain, shape


def _parse_sizes(found: Mapping[str, tuple[str, re.Match[str] | None]]) -> Mapping[str, int]:
    """Return the named sizes of all shapes. Raise CommandError."""
    words = [word for _domain, shape in found.values() if shape is not None for word in shape.groups()]
    names = list(dict.fromkeys(word for word in words if not word.isdecimal()))
    for name in names:
        if name in found or is_reserved(name):
            text = N_("“{name}” can't be the name of a size: it has another meaning here. Use another letter.")
            raise CommandError(message(text, name=name), 2)
    if len(names) > MAX_SIZE_NAMES:
        text = N_("These are more than {n} names of sizes. Write some of the sizes as numbers.")
        raise CommandError(message(text, n=MAX_SIZE_NAMES), 2)
    return named_sizes(names)


def _to_shape(name: str, match: re.Match[str], sizes: Mapping[str, int]) -> tuple[int, int]:
    rows, columns = (int(word) if word.isdecimal() else sizes[word] for word in match.groups())
    if not 1 <= int(rows) * int(columns) <= _MAX_CELLS:
        text = N_("The shape of symbol {name} can't be used. A matrix has 1 to {n} entries.")
        raise CommandError(message(text, name=name, n=_MAX_CELLS), 2)
    return rows, columns


def parse_wrt(text: str | None) -> tuple[str, ...] | None:
    """Return the names in `a,b`, None if there is no text. Raise CommandError."""
    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or not all(name.isidentifier() for name in names):
        raise CommandError(message(N_("“{text}” is no list of inputs. Write their names, as in a,b."), text=text), 2)
    return names
