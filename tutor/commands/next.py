"""What to do after an exercise, in plain lines: one thing, its reason, and the way around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.ascii import to_ascii
from tutor.commands.start import Settings
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.packs import Exercise
    from tutor.practice.advice import Suggestion
    from tutor.practice.store import Store


def say_next(settings: Settings, store: Store, exercise: Exercise) -> None:
    """Print one suggestion, its reason, and how to skip it; nothing where there is none."""
    from tutor.commands.progress import everything
    from tutor.practice.advice import suggestions

    packs, atlas = everything()
    found = suggestions(store, atlas, packs, (exercise.pack, exercise.id))
    if not found:
        return
    lines = ["", str(message(N_("What next? {reason}"), reason=found[0].reason)), f"  {_command(found[0])}"]
    if len(found) > 1:
        lines.append(str(message(N_("Or skip that: {command}"), command=_command(found[1]))))
    else:
        lines.append(str(message(N_("Or skip that: {command}"), command="backprop-tutor list")))
    for line in lines:
        print(to_ascii(line) if settings.ascii else line)


def _command(suggestion: Suggestion) -> str:
    if suggestion.exercise is None:
        return "backprop-tutor review"
    command = f"backprop-tutor play {'/'.join(suggestion.exercise)}"
    if not suggestion.fresh:
        return command
    from random import SystemRandom

    return f"{command} --seed {SystemRandom().randrange(1, 1_000_000)}"
