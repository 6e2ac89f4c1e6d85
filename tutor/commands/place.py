"""`backprop-tutor play PATH`: an exercise file, a pack's folder or a `.zip`, anywhere on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tutor.commands.errors import Refused
from tutor.commands.start import Settings, start
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.packs import Exercise, Pack

_ITS_OWN_NUMBERS = N_("{name} brings its own numbers. Leave the inputs out: backprop-tutor play {name}")


def play_place(
    settings: Settings, what: str, inputs: tuple[str, ...], seed: int | None, restart: bool, watch: bool
) -> int:
    """Open what lies at a path; a pack opens its list. With `watch` it is opened even where it has faults."""
    from tutor.packs import PackError
    from tutor.packs.pack import Pack
    from tutor.packs.places import open_place

    if inputs:
        raise Refused(message(_ITS_OWN_NUMBERS, name=what), 2)
    path = Path(what).expanduser()
    found: Exercise | Pack | None = None
    try:
        found = open_place(path)
    except PackError as error:
        if not watch or not path.exists():
            raise Refused(error) from None
    watched = path if watch else None
    if isinstance(found, Pack):
        return start(settings, None, seed, restart, (found,), watched)
    return start(settings, found, seed, restart, () if watch else None, watched)
