"""`backprop-tutor pack remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.completion import complete_added_packs
from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.i18n import N_, message
from tutor.packs.diagnostics import PackError
from tutor.packs.user_packs import uninstall_pack

if TYPE_CHECKING:
    from tutor.run_options import RunOptions


@click.command("remove", cls=LocalizedCommand)
@click.argument("pack_id", metavar="ID", shell_complete=complete_added_packs)
@common_options
def remove_pack(options: RunOptions, pack_id: str) -> int:
    try:
        uninstall_pack(pack_id)
    except PackError as error:
        raise CommandError(error) from None
    echo(message(N_("Removed: {id}. Your progress in it is kept."), id=pack_id))
    return 0
