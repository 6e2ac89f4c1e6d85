"""`backprop-tutor settings`: the settings file, made where there is none, and what is wrong with it."""

from __future__ import annotations

import click

from tutor.ascii import to_ascii
from tutor.commands.errors import Refused
from tutor.commands.help import Command
from tutor.commands.options import common
from tutor.commands.start import Settings
from tutor.i18n import N_, _, message
from tutor.system_errors import reason


@click.command(
    "settings", cls=Command, help=_("Make the settings file where there is none, and tell what is chosen in it.")
)
@click.option("--all", "everything", is_flag=True, help=_("Print all there is to set, as the file would be made."))
@common
def show_settings(settings: Settings, everything: bool) -> int:
    from tutor import settings as kept

    # The keys are those of the screens.
    from tutor.tui.keymap import described, usable

    path = kept.default_path()
    found = kept.read(path)
    if everything:
        _say(kept.template(found.chosen, described()).rstrip("\n"), settings)
        return 0
    if not path.exists():
        try:
            kept.put(kept.template(kept.Preferences(), described()), path)
        except OSError as error:
            text = N_("{path} can't be written: {reason}. Check permissions and space.")
            raise Refused(message(text, path=path, reason=reason(error))) from None
        _say(str(message(N_("Made: {path}"), path=path)), settings)
        return 0
    _say(str(path), settings)
    keys, wrong = usable(found.chosen.keys)
    chosen = found.chosen
    rows = [("theme", chosen.theme), ("language", chosen.language or _("as the locale says"))]
    rows += [("density", chosen.density), ("ascii", str(chosen.ascii).lower())]
    for name, value in [*rows, *keys.items()]:
        _say(f"  {name} = {value}", settings)
    # The first of the file's own faults is told at every start.
    for fault in [*found.faults[1:], *(kept.at(path, id, said) for id, said in wrong)]:
        click.echo(f"backprop-tutor: {fault}", err=True)
    return int(bool(found.faults or wrong))


def _say(text: str, settings: Settings) -> None:
    click.echo(to_ascii(text) if settings.ascii else text)
