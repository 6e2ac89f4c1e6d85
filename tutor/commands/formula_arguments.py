"""Arguments that are formulas and values: `-x^2`, `x=2`, `f(x) = x*sin(x)`, `dL/dz`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE
from tutor.algebra.parser import parse_value
from tutor.commands.errors import CommandError, print_error
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import GUARD
from tutor.engine.function_definition import parse_definition
from tutor.engine.standard_functions import with_standard_functions
from tutor.grading.misreadings import find_misreadings
from tutor.grading.problem import parse_start_symbol
from tutor.i18n import N_, _, message
from tutor.plain.carets import format_error

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.function_definition import FunctionDefinition
    from tutor.engine.python_source.translation import PythonFormula
    from tutor.grading.problem import Problem

#: What was meant as a symbol of the start.
_SYMBOL_LIKE = re.compile(r"\s*[d∂]\s*\w*\s*(/.*)?")


class FormulaCommand(LocalizedCommand):
    """A command whose arguments may begin with a single minus; `--word` is always an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        guarded = [GUARD + arg if arg.startswith("-") and not arg.startswith("--") else arg for arg in args]
        return super().parse_args(ctx, guarded)


class _PlainText(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value).removeprefix(GUARD)


#: The type of an argument that may begin with a minus.
TEXT = _PlainText()

start_option = click.option("--start", "start_value", type=TEXT, help=_("The gradient at the output; 1 by default."))
node_option = click.option(
    "--node",
    "nodes",
    multiple=True,
    type=TEXT,
    metavar="DEFINITION",
    help=_('A custom node, such as "f(x) = x*sin(x)".'),
)


def formula_error(error: AlgebraError, text: str) -> CommandError:
    """Return the error for a formula or value that can't be read, with a caret under the place."""
    return CommandError(format_error(error, text), 2)


_WARNING = N_("warning: {text}")


def print_misreadings(problem: Problem, formula: str | PythonFormula) -> None:
    """Print on standard error what may not be meant in a formula. Raise NonFiniteError."""
    # The names of a Python function are words.
    for misread in find_misreadings(problem, are_words=not isinstance(formula, str)):
        warning = AlgebraError(message(_WARNING, text=misread.message), misread.position, misread.length)
        if isinstance(formula, str):
            print_error(format_error(warning, formula))
        else:
            print_error(format_error(formula.error(warning), formula.source.text))


def parse_inputs(assignments: tuple[str, ...]) -> dict[str, Value]:
    """Return exact values by name from `x=2`, `X=[[1,2],[3,4]]`. Raise CommandError."""
    values: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise CommandError(
                message(N_("“{text}” is not an input. Write each input as name=value, such as x=2."), text=assignment),
                2,
            )
        if name in values:
            raise CommandError(message(N_("Input {name} is given twice. Remove one of the two."), name=name), 2)
        values[name] = parse_exact(text)
    return values


def parse_exact(text: str) -> Value:
    """Return the exact value of `text`. Raise CommandError."""
    try:
        return evaluate(parse_value(text), {})
    except AlgebraError as error:
        raise formula_error(error, text) from None


def parse_definitions(texts: tuple[str, ...]) -> dict[str, FunctionDefinition]:
    """Return definitions by name from `swish(x) = x*sigmoid(x)`; each may use those before it. Raise CommandError."""
    names = [text.partition("(")[0].strip() for text in texts]
    definitions: dict[str, FunctionDefinition] = {}
    for position, text in enumerate(texts):
        try:
            definition = parse_definition(text, with_standard_functions(definitions), names[position + 1 :])
        except AlgebraError as error:
            raise formula_error(error, text) from None
        definitions[definition.name] = definition
    return definitions


def parse_start(text: str | None) -> Value:
    """Return the start: an exact value, a symbol such as `dL/dz`, or 1 if there is no text. Raise CommandError."""
    if text is None:
        return ONE
    symbol = parse_start_symbol(text)
    if symbol is None and _SYMBOL_LIKE.fullmatch(text):
        raise CommandError(
            message(N_("“{text}” can't be used as the start. Write a value, or a symbol such as dL/dz."), text=text), 2
        )
    return symbol or parse_exact(text)
