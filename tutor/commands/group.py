"""All commands together, and what becomes of their errors."""

from __future__ import annotations

import sys

import click

from tutor import __version__
from tutor.commands.check import check
from tutor.commands.errors import CommandError, print_error, usage_message
from tutor.commands.export import export, import_attempts
from tutor.commands.grade import grade
from tutor.commands.help import LocalizedGroup
from tutor.commands.launch import RunOptions, launch
from tutor.commands.list_exercises import list_exercises
from tutor.commands.mistakes import mistakes
from tutor.commands.new import new
from tutor.commands.options import common_options
from tutor.commands.pack import pack_group
from tutor.commands.play import play
from tutor.commands.progress import progress
from tutor.commands.report import report
from tutor.commands.reset import reset
from tutor.commands.review import review
from tutor.commands.settings import show_settings
from tutor.commands.solve import solve
from tutor.commands.where import where
from tutor.i18n import _


@click.group(cls=LocalizedGroup, invoke_without_command=True, help=_("Learn back-propagation by hand, edge by edge."))
@click.version_option(
    __version__, prog_name="backprop-tutor", message="%(prog)s %(version)s", help=_("Show the version.")
)
@common_options
@click.pass_context
def cli(context: click.Context, settings: RunOptions) -> None:
    """Without a command: the tutor itself."""
    if context.invoked_subcommand is None:
        context.exit(launch(settings))


for command in (
    play,
    list_exercises,
    solve,
    grade,
    mistakes,
    pack_group,
    review,
    progress,
    export,
    import_attempts,
    report,
    reset,
    where,
    show_settings,
    check,
    new,
):
    cli.add_command(command)


def run_click(argv: list[str]) -> int:
    """Run `argv`; errors are one sentence on standard error. Returns the exit code."""
    try:
        code = cli.main(args=argv, prog_name="backprop-tutor", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return 130
    except click.exceptions.NoArgsIsHelpError as asked:
        asked.show()
        return 2
    except click.UsageError as error:
        print_error(usage_message(error))
        return 2
    except CommandError as error:
        print_error(error.format_message())
        return error.code
    if sys.stdout is not None:
        sys.stdout.flush()
    return code if isinstance(code, int) else 0
