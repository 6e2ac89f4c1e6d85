"""Options that several commands share, and how arguments that begin with a minus are told from options."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tutor.commands.errors import CommandError, formula_error
from tutor.commands.help import LocalizedCommand
from tutor.commands.launch import RunOptions
from tutor.i18n import LANGUAGES, N_, _, message

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.function_definition import FunctionDefinition

_LANG_HELP = str(message(N_("The language: {codes}."), codes=_(" or ").join(LANGUAGES)))

Function = TypeVar("Function", bound=Callable[..., Any])


def common_options(function: Function) -> Function:
    """The options `--plain`, `--ascii` and `--lang`, before or after the command; the callback gets `settings`."""

    @click.option("--plain", is_flag=True, help=_("Plain lines instead of a screen."))
    @click.option("--ascii", is_flag=True, help=_("Draw with ASCII characters only."))
    @click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False, help=_LANG_HELP)
    @click.pass_context
    @functools.wraps(function)
    def with_settings(context: click.Context, /, plain: bool, ascii: bool, *args: Any, **kwargs: Any) -> Any:
        before = context.find_object(RunOptions) or RunOptions()
        context.obj = RunOptions(plain or before.plain, ascii or before.ascii)
        return context.invoke(function, *args, settings=context.obj, **kwargs)

    return with_settings  # type: ignore[return-value]


# In front of an argument that begins with a minus and is no option: `-x^2`. It is taken off again by `plain_text`.
_GUARD = "\x00"


class FormulaCommand(LocalizedCommand):
    """A command whose arguments may begin with a single minus. `--word` is an option, or an error, as ever."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        guarded = [_GUARD + arg if arg.startswith("-") and not arg.startswith("--") else arg for arg in args]
        return super().parse_args(context, guarded)


class PlainText(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """An argument as it was typed."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> str:
        return str(value).removeprefix(_GUARD)


TEXT = PlainText()


def parse_inputs(assignments: tuple[str, ...]) -> dict[str, Value]:
    """`x=2`, `X=[[1,2],[3,4]]` -> exact values by name. Raises `Refused`."""
    found: dict[str, Value] = {}
    for assignment in assignments:
        name, sign, text = assignment.partition("=")
        name = name.strip()
        if not sign or not name.isidentifier():
            raise CommandError(
                message(N_("“{text}” is no input. Give each one as name=value, such as x=2."), text=assignment),
                2,
            )
        if name in found:
            raise CommandError(message(N_("Input {name} is given twice. Leave one out."), name=name), 2)
        found[name] = parse_exact(text)
    return found


def parse_exact(text: str) -> Value:
    """A value of the command line, exact. Raises `Refused`."""
    from tutor.algebra.errors import AlgebraError
    from tutor.algebra.evaluate import evaluate
    from tutor.algebra.parser import parse_value

    try:
        return evaluate(parse_value(text), {})
    except AlgebraError as error:
        raise formula_error(error, text) from None


def parse_definitions(texts: tuple[str, ...]) -> dict[str, FunctionDefinition]:
    """`swish(x) = x*sigmoid(x)` -> definitions by name, each able to use those before it. Raises `Refused`."""
    from tutor.algebra.errors import AlgebraError
    from tutor.engine.function_definition import parse_definition

    heads = [text.partition("(")[0].strip() for text in texts]
    found: dict[str, FunctionDefinition] = {}
    for position, text in enumerate(texts):
        try:
            definition = parse_definition(text, found, heads[position + 1 :])
        except AlgebraError as error:
            raise formula_error(error, text) from None
        found[definition.name] = definition
    return found


def reject_exercise_names(what: str, with_inputs: bool = False) -> None:
    """Refuse the name of a pack or an exercise where a formula is needed. Raises `Refused`."""
    if not what.replace("-", "").replace("/", "").isalnum():
        return
    from tutor.packs import library

    for pack in library.all_packs():
        names = [f"{pack.id}/{entry.id}" for entry in pack.entries]
        if what in names:
            text = N_("{name} brings its own numbers. Leave the inputs out: backprop-tutor play {name}")
            if not with_inputs:
                text = N_("{name} is an exercise, not a formula. Write backprop-tutor play {name}")
            raise CommandError(message(text, name=what), 2)
        if what == pack.id:
            raise CommandError(
                message(N_("{name} is a pack. Choose one of: {known}."), name=what, known=", ".join(names)), 2
            )
        if f"{pack.id}/{what}" in names:
            text = N_("Exercises are named with their pack. Write backprop-tutor play {name}")
            raise CommandError(message(text, name=f"{pack.id}/{what}"), 2)
