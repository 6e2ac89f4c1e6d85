"""`backprop-tutor settings`: create the settings file, or print the settings and report what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor import settings
from tutor.atomic_files import write_atomically
from tutor.commands.errors import CommandError, print_error
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.i18n import N_, _, describe_os_error, message
from tutor.packs.sanitize import format_output
from tutor.tui.all_bindings import ALL_BINDINGS
from tutor.tui.keymap import describe_bindings, validate_keymap

if TYPE_CHECKING:
    from tutor.run_options import RunOptions


@click.command("settings", cls=LocalizedCommand)
@click.option("--all", "everything", is_flag=True, help=_("Print all settings in the format of the settings file."))
@common_options
def show_settings(options: RunOptions, everything: bool) -> int:
    def print_line(line: object) -> None:
        echo(options.glyphs.render(format_output(line)))

    path = settings.default_path()
    loaded = settings.load(path)
    if everything:
        print_line(settings.render_file(loaded.settings, describe_bindings(ALL_BINDINGS)).rstrip("\n"))
        return 0
    if not path.exists():
        try:
            write_atomically(settings.render_file(settings.Settings(), describe_bindings(ALL_BINDINGS)), path)
        except OSError as error:
            text = N_("{path} can't be written: {reason}. Check permissions and space.")
            raise CommandError(message(text, path=path, reason=describe_os_error(error))) from None
        print_line(message(N_("Created: {path}"), path=path))
        return 0
    print_line(path)
    current = loaded.settings
    keys, invalid_keys = validate_keymap(current.keys, ALL_BINDINGS)
    rows = [("theme", current.theme), ("language", current.language or _("from the locale"))]
    rows += [("density", current.density), ("ascii", str(current.ascii).lower())]
    for name, value in [*rows, *((name, value) for name, value in keys.items() if name in current.keys)]:
        print_line(f"  {name} = {value}")
    # The first fault of the file itself is reported at every start.
    for fault in [*loaded.faults[1:], *(settings.fault_at(path, id_, fault) for id_, fault in invalid_keys)]:
        print_error(fault)
    return int(bool(loaded.faults or invalid_keys))
