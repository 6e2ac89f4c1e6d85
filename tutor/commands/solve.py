"""`backprop-tutor solve`: a worked graph as text, as JSON, as a program, as LaTeX or as a picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import click

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.commands.completion import complete_exercises, complete_paths
from tutor.commands.errors import CommandError
from tutor.commands.formula_arguments import (
    TEXT,
    FormulaCommand,
    formula_error,
    node_option,
    parse_exact,
    parse_start,
)
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import echo
from tutor.commands.python_argument import FROM_PYTHON_HELP
from tutor.commands.second_derivatives import check_hessian_options, parse_names
from tutor.commands.solve_target import SolveRequest, code_of, find_target
from tutor.commands.student_option import before_due_option
from tutor.engine.passes import NonFiniteError
from tutor.grading.matrix_points import describe_sizes, points_of
from tutor.i18n import N_, _, message
from tutor.packs.diagnostics import PackError

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.grading.problem import Problem
    from tutor.run_options import RunOptions

#: The options for other forms of the output, of which at most one may be given.
_PICTURES = ("svg", "png", "tikz", "mermaid", "dot")
_FORMS = ("torch", "numpy", "latex", "json", *_PICTURES)
_ONLY_PICTURES = N_("{option} applies only to a picture. Add --svg, --png, --tikz, --mermaid or --dot.")


@click.command(cls=FormulaCommand)
@click.argument(
    "target", required=False, type=TEXT, metavar="[FORMULA | PACK/EXERCISE | FILE]", shell_complete=complete_exercises
)
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@click.option(
    "--start",
    type=TEXT,
    metavar="VALUE",
    help=_("The gradient at the output: a value, or a symbol such as dL/dz; 1 by default."),
)
@click.option("--wrt", type=TEXT, metavar="NAMES", help=_("The inputs to find the gradients of, as in a,b."))
@click.option(
    "--symbols",
    multiple=True,
    type=TEXT,
    metavar="NAMES",
    help=_("Keep these inputs as symbols: x, x:positive, x:nonzero, x:probability, a matrix as X:2x3 or X:nx3."),
)
@node_option
@click.option(
    "--from-python", type=TEXT, metavar="FILE[:FUNCTION]", help=_(FROM_PYTHON_HELP), shell_complete=complete_paths
)
@click.option(
    "--hessian",
    type=TEXT,
    metavar="NAMES",
    help=_("Print the Hessian, the table of second derivatives, for these inputs, as in x,y."),
)
@click.option(
    "--gradient",
    type=TEXT,
    metavar="NAME",
    help=_("Solve the graph of this input's gradient ∂f/∂x instead of the graph of f."),
)
@click.option(
    "--check", type=TEXT, metavar="DELTA", help=_("Compare with numerical differences with this step, such as 1e-4.")
)
@click.option("--torch", is_flag=True, help=_("Print a PyTorch program for the same gradients."))
@click.option("--numpy", is_flag=True, help=_("Print a NumPy program, with a line for each edge."))
@click.option("--latex", is_flag=True, help=_("Print the derivation in LaTeX."))
@click.option("--json", is_flag=True, help=_("Print one JSON object."))
@click.option("--svg", is_flag=True, help=_("Draw a picture for web pages and print."))
@click.option(
    "--png", is_flag=True, help=_("Draw a picture in pixels. This needs a program such as rsvg-convert or Inkscape.")
)
@click.option("--tikz", is_flag=True, help=_("Draw a picture for LaTeX."))
@click.option("--mermaid", is_flag=True, help=_("Write the graph for Mermaid in Markdown."))
@click.option("--dot", is_flag=True, help=_("Write the graph for Graphviz."))
@click.option("--blank", is_flag=True, help=_("Leave the gradients in the picture blank."))
@click.option("--theme", type=click.Choice(("light", "dark")), help=_("The colours of the picture: light or dark."))
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help=_("Use the numbers of this seed instead of the author's.")
)
@before_due_option
@click.option("--to", "path", type=FilePath(), metavar="FILE", help=_("Write the picture to this file."))
@click.option(
    "--draw/--no-draw",
    default=None,
    help=_("Include the drawing or leave it out; by default it is included if it fits the width."),
)
@click.option(
    "--width", type=click.IntRange(20), metavar="N", help=_("The width of the text; by default that of the terminal.")
)
@common_options
def solve(
    options: RunOptions,
    target: str | None,
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
    blank: bool,
    theme: Literal["light", "dark"] | None,
    seed: int | None,
    before_due: bool,
    path: Path | None,
    **forms: bool,
) -> int:
    requested = [name for name in _FORMS if forms[name]] + (["check"] if check is not None else [])
    form = requested[0] if requested else ""
    if len(requested) > 1:
        names = ", ".join(f"--{name}" for name in requested)
        raise CommandError(message(N_("{names} can't be combined. Choose one of them."), names=names), 2)
    for option, value in {"--blank": blank, "--theme": theme, "--to": path}.items():
        if value and form not in _PICTURES:
            raise CommandError(message(_ONLY_PICTURES, option=option), 2)
    if hessian is not None:
        check_hessian_options(requested, parse_start(start))
    wanted = None if hessian is None else parse_names(hessian)
    request = SolveRequest(target, inputs, start, wrt, symbols, nodes, from_python, gradient, seed)
    code = code_of(request)
    try:
        found = find_target(request, code, may_tell=blank or before_due)
        if form in _PICTURES:
            from tutor.commands.picture_output import write_picture

            write_picture(found, form, theme or "light", path, blank=blank)
            return 0
        if form and form != "check":
            lines = _render_form(found.problem, form, wanted)
        else:
            lines = _render_text(found.problem, options, draw, width, check, wanted)
            lines += ["", *(options.glyphs.render(str(note)) for note in found.notes)] if found.notes else []
    except AlgebraError as error:
        raise formula_error(error, code if isinstance(code, str) else code.source.text) from None
    except (NonFiniteError, PackError) as error:
        raise CommandError(error, 2) from None
    for line in lines:
        echo(line)
    return 0


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
        raise CommandError(message(N_("A numerical check needs numbers. Give every input and the start a value.")), 2)
    return gradient_check_report(problem, step)


def _parse_step(text: str) -> float:
    """Return the step δ. Raise CommandError."""
    value = parse_exact(text)
    step = math.nan if ops.is_matrix(value) else nearest_float(value)
    if not _MIN_STEP < step <= _MAX_STEP:
        raise CommandError(message(N_("The step must be above 1e-15 and at most 1, as in --check 1e-4.")), 2)
    return step
