"""`backprop-tutor review`: the rules that are due, on fresh numbers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tutor import tui
from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.store import open_store
from tutor.i18n import N_, message
from tutor.plain.review import explain_empty, plan_session, run_review

if TYPE_CHECKING:
    from tutor.run_options import RunOptions


@click.command(cls=LocalizedCommand)
@common_options
def review(options: RunOptions) -> int:
    with open_store() as store:
        if options.use_plain:
            # A closed stream is None.
            if sys.stdout is None:
                raise CommandError(message(N_("Standard output is closed.")))
            return run_review(options, store)
        session = plan_session(store)
        if not session.items:
            echo(explain_empty(session))
            return 0
        return tui.run(store, review=session, ascii=options.ascii)
