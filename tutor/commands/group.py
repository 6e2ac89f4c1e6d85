"""The command `backprop-tutor` with all its subcommands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tutor import __version__
from tutor.commands.completion import PROGRAM, answer_shell
from tutor.commands.errors import CommandError, print_error
from tutor.commands.lazy_group import LazyCommand, LazyGroup
from tutor.commands.options import common_options
from tutor.i18n import N_, _, message
from tutor.run_options import is_completing

if TYPE_CHECKING:
    from tutor.run_options import RunOptions

#: A limit above this is one of the program, which says nothing to a person.
_MAX_SHOWN = 1_000_000
_COMMANDS = {
    "play": LazyCommand(
        "play:play",
        N_("Work through an exercise (by name, or a file, a pack's folder or .zip) or a formula with its inputs."),
    ),
    "code": LazyCommand(
        "code:code", N_("Write the backward pass in Python, and have each line checked whenever you save the file.")
    ),
    "list": LazyCommand("list_exercises:list_exercises", N_("List the packs and their exercises.")),
    "solve": LazyCommand(
        "solve:solve", N_("Print the worked graph of a formula or an exercise: every value, every gradient.")
    ),
    "sheet": LazyCommand(
        "sheet:sheet", N_("Write worksheets to print, with numbers for each student, and their answer keys.")
    ),
    "grade": LazyCommand(
        "grade:grade",
        N_("Check answers to an exercise: one, or with --json and no blank a line each of standard input."),
    ),
    "serve": LazyCommand("serve:serve", N_("Serve the tutor as a web page, for learners without a terminal.")),
    "mistakes": LazyCommand(
        "mistakes:mistakes", N_("List the mistakes that are known by name, and what is said about them.")
    ),
    "pack": LazyCommand("pack:pack_group", N_("Add packs, remove them, list where they come from.")),
    "review": LazyCommand(
        "review:review", N_("Practise the rules that are due, on fresh numbers, for ten minutes at most.")
    ),
    "placement": LazyCommand(
        "placement:placement", N_("Take a test of at most 12 graphs that finds where to begin; --final compares.")
    ),
    "progress": LazyCommand("progress:progress", N_("Show what is solid, what is shaky and what is due.")),
    "export": LazyCommand("export:export", N_("Write all attempts, one JSON object a line, to standard output.")),
    "import": LazyCommand("export:import_attempts", N_("Add the attempts that `export` wrote on another computer.")),
    "report": LazyCommand(
        "report:report", N_("Sum up the exports of a class: who did what, and which mistakes are frequent.")
    ),
    "reset": LazyCommand("reset:reset", N_("Reset an exercise, a pack or everything. Nothing is deleted.")),
    "where": LazyCommand("where:where", N_("Print the files and folders in use.")),
    "settings": LazyCommand(
        "settings:show_settings", N_("Make the settings file where there is none, and tell what is chosen in it.")
    ),
    "completion": LazyCommand(
        "completion:completion", N_("Print the script with which bash, zsh or fish completes commands and exercises.")
    ),
    "check": LazyCommand(
        "check:check", N_("Check packs (folders, .zip files or single exercises) and tell all that is wrong.")
    ),
    "new": LazyCommand("new:new", N_("Make a new pack, or with --graph a new exercise in one (PACK/NAME).")),
}


@click.group(
    cls=LazyGroup,
    lazy_commands=_COMMANDS,
    invoke_without_command=True,
    help=_("Learn back-propagation by hand, edge by edge."),
)
@click.version_option(
    __version__, prog_name="backprop-tutor", message="%(prog)s %(version)s", help=_("Show the version.")
)
@common_options
@click.pass_context
def cli(context: click.Context, options: RunOptions) -> None:
    if context.invoked_subcommand is None:
        from tutor.commands.launch import launch

        context.exit(launch(options))


def run_click(argv: list[str]) -> int:
    """Run `argv` and return the exit code; errors are one sentence on standard error."""
    if is_completing():
        return answer_shell(cli)
    try:
        code = cli.main(args=argv, prog_name=PROGRAM, standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return 130
    except SystemExit:
        # This is how click takes it that the reader of the output has gone.
        raise BrokenPipeError from None
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.UsageError as error:
        print_error(_usage_message(error))
        return 2
    except CommandError as error:
        print_error(error)
        return error.code
    if sys.stdout is not None:
        sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _usage_message(error: click.UsageError) -> str:
    """Return our own translated sentence for an error of click."""
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
            if kind.max is not None and kind.max <= _MAX_SHOWN:
                text = N_("{name} is a whole number from {least} to {most}.")
                return str(message(text, name=name, least=kind.min, most=kind.max))
            return str(message(N_("{name} is a whole number from {least} on."), name=name, least=kind.min))
        if isinstance(kind, click.FloatRange):
            return str(message(N_("{name} is a number above {least}."), name=name, least=f"{kind.min:g}"))
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
    """Return an option as it is typed, an argument as the help page calls it."""
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name
