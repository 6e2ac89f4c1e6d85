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
        N_(
            "Work through an exercise, or a formula with its inputs. An exercise is given by its name, its "
            "file, or its pack's folder or .zip."
        ),
    ),
    "code": LazyCommand(
        "code:code", N_("Write the backward pass in Python. Each line is checked whenever you save the file.")
    ),
    "list": LazyCommand("list_exercises:list_exercises", N_("List the packs and their exercises.")),
    "solve": LazyCommand(
        "solve:solve", N_("Solve a formula or an exercise. The graph is printed with every value and every gradient.")
    ),
    "sheet": LazyCommand(
        "sheet:sheet", N_("Make worksheets and answer keys to print. Each student can get different numbers.")
    ),
    "grade": LazyCommand(
        "grade:grade",
        N_(
            "Grade answers to an exercise. Give one answer, or --json alone to read one answer per line "
            "from standard input."
        ),
    ),
    "serve": LazyCommand("serve:serve", N_("Serve the tutor as a web page. Learners need no terminal.")),
    "mistakes": LazyCommand("mistakes:mistakes", N_("List the known mistakes and their messages.")),
    "pack": LazyCommand("pack:pack_group", N_("Add, remove and list packs.")),
    "review": LazyCommand(
        "review:review", N_("Practise the rules that are due. A review has new numbers and takes ten minutes at most.")
    ),
    "placement": LazyCommand(
        "placement:placement",
        N_(
            "Take a test that finds where to start. It has at most 12 graphs; --final takes a second test "
            "and compares the two."
        ),
    ),
    "progress": LazyCommand("progress:progress", N_("Show which rules are solid, shaky or due for review.")),
    "export": LazyCommand(
        "export:export", N_("Export all attempts. They are written to standard output, one JSON object per line.")
    ),
    "import": LazyCommand(
        "export:import_attempts",
        N_("Import attempts from another computer. The files are those that `export` wrote there."),
    ),
    "report": LazyCommand(
        "report:report",
        N_("Summarise the exports of a class. The report shows who did what and which mistakes are frequent."),
    ),
    "reset": LazyCommand("reset:reset", N_("Reset an exercise, a pack or everything. Nothing is deleted.")),
    "where": LazyCommand("where:where", N_("Print the files and folders that the program uses.")),
    "settings": LazyCommand(
        "settings:show_settings", N_("Show the settings. The settings file is created if it doesn't exist yet.")
    ),
    "completion": LazyCommand(
        "completion:completion",
        N_("Print a completion script for bash, zsh or fish. It completes commands and exercises."),
    ),
    "check": LazyCommand(
        "check:check", N_("Check packs and exercises, and list every problem. A pack is a folder or a .zip file.")
    ),
    "new": LazyCommand(
        "new:new", N_("Create a new pack, or with --graph a new exercise. The exercise is given as PACK/NAME.")
    ),
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
            return str(message(N_("{name} must be one of: {choices}."), name=name, choices=", ".join(kind.choices)))
        if isinstance(kind, click.IntRange):
            if kind.max is not None and kind.max <= _MAX_SHOWN:
                text = N_("{name} must be a whole number from {least} to {most}.")
                return str(message(text, name=name, least=kind.min, most=kind.max))
            return str(message(N_("{name} must be a whole number of at least {least}."), name=name, least=kind.min))
        if isinstance(kind, click.FloatRange):
            return str(message(N_("{name} must be a number above {least}."), name=name, least=f"{kind.min:g}"))
        return str(message(N_("{name} can't be used: {why}"), name=name, why=error.message))
    if "No such command" in error.message:
        word = error.message.partition("'")[2].partition("'")[0]
        if any(sign in word for sign in "/.="):
            return str(message(N_("There is no command {name}. Did you mean: backprop-tutor play {name}"), name=word))
        return str(message(N_("There is no command {name}. See backprop-tutor --help."), name=word))
    if "extra argument" in error.message:
        words = error.message.partition("(")[2].rpartition(")")[0]
        return str(message(N_("This command doesn't take “{words}”. See backprop-tutor --help."), words=words))
    return error.message


def _parameter_name(parameter: click.Parameter) -> str:
    """Return an option as it is typed, an argument as the help page calls it."""
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name
