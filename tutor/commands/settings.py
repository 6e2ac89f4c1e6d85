"""`backprop-tutor settings`: the settings file, made where there is none, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.glyphs import to_ascii
from tutor.i18n import N_, _, describe_os_error, message

if TYPE_CHECKING:
    from tutor.commands.launch import RunOptions


@click.command(
    "settings",
    cls=LocalizedCommand,
    help=_("Make the settings file where there is none, and tell what is chosen in it."),
)
@click.option("--all", "everything", is_flag=True, help=_("Print all there is to set, as the file would be made."))
@common_options
def show_settings(settings: RunOptions, everything: bool) -> int:
    from tutor import settings as kept

    # The keys are those of the screens.
    from tutor.tui.keymap import describe_bindings, validate_keymap

    path = kept.default_path()
    found = kept.load(path)
    if everything:
        _print_line(kept.render_file(found.settings, describe_bindings()).rstrip("\n"), settings)
        return 0
    if not path.exists():
        try:
            kept.write_atomically(kept.render_file(kept.Settings(), describe_bindings()), path)
        except OSError as error:
            text = N_("{path} can't be written: {reason}. Check permissions and space.")
            raise CommandError(message(text, path=path, reason=describe_os_error(error))) from None
        _print_line(str(message(N_("Made: {path}"), path=path)), settings)
        return 0
    _print_line(str(path), settings)
    keys, wrong = validate_keymap(found.settings.keys)
    chosen = found.settings
    rows = [("theme", chosen.theme), ("language", chosen.language or _("as the locale says"))]
    rows += [("density", chosen.density), ("ascii", str(chosen.ascii).lower())]
    for name, value in [*rows, *keys.items()]:
        _print_line(f"  {name} = {value}", settings)
    # The first of the file's own faults is told at every start.
    for fault in [*found.faults[1:], *(kept.fault_at(path, id, said) for id, said in wrong)]:
        click.echo(f"backprop-tutor: {fault}", err=True)
    return int(bool(found.faults or wrong))


def _print_line(text: str, settings: RunOptions) -> None:
    click.echo(to_ascii(text) if settings.ascii else text)
