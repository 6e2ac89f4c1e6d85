"""Errors of the command line: one clear sentence on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.algebra.errors import AlgebraError


class CommandError(click.ClickException):
    """Something that can't be done, with its sentence. `code` is the exit code."""

    def __init__(self, text: object, code: int = 1) -> None:
        super().__init__(str(text))
        self.code = code


def formula_error(error: AlgebraError, text: str) -> CommandError:
    """A formula or value of the command line that can't be read, with a caret under the place."""
    from tutor.plain.describe import format_error

    return CommandError(format_error(error, text), 2)


def print_error(text: str) -> None:
    click.echo(f"backprop-tutor: {text}", err=True)


def usage_message(error: click.UsageError) -> str:
    """Our own sentence for what click found."""
    if isinstance(error, click.NoSuchOption):
        return str(message(N_("There is no option {name}. See backprop-tutor --help."), name=error.option_name))
    if isinstance(error, click.BadOptionUsage):
        needs = "requires" in error.message
        text = N_("{name} needs a value.") if needs else N_("{name} takes no value.")
        return str(message(text, name=error.option_name))
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return str(message(N_("{name} is missing. See backprop-tutor --help."), name=_parameter_name(error.param)))
    if isinstance(error, click.BadParameter) and error.param is not None:
        name, kind = _parameter_name(error.param), error.param.type
        if isinstance(kind, click.Choice):
            return str(message(N_("{name} is one of: {choices}."), name=name, choices=", ".join(kind.choices)))
        if isinstance(kind, click.IntRange):
            return str(message(N_("{name} is a whole number from {least} on."), name=name, least=kind.min))
        return str(message(N_("{name} can't be used: {why}"), name=name, why=error.message))
    if "No such command" in error.message:
        word = error.message.partition("'")[2].partition("'")[0]
        if any(sign in word for sign in "/.="):
            return str(message(N_("There is no command {name}. Did you mean: backprop-tutor play {name}"), name=word))
        return str(message(N_("There is no command {name}. See backprop-tutor --help."), name=word))
    if "extra argument" in error.message:
        words = error.message.partition("(")[2].rpartition(")")[0]
        return str(message(N_("“{words}” is more than this command takes. See backprop-tutor --help."), words=words))
    return error.message


def _parameter_name(parameter: click.Parameter) -> str:
    """An option as it is typed, an argument as the help page calls it."""
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name
