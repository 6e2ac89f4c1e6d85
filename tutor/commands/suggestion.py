"""What to do after an exercise, in plain lines: one thing, its reason, and the way around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.glyphs import to_ascii
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.commands.launch import RunOptions
    from tutor.packs.exercise import Exercise
    from tutor.practice.next_steps import Suggestion
    from tutor.practice.storage.store import Store


def print_suggestion(settings: RunOptions, store: Store, exercise: Exercise) -> None:
    """Print one suggestion, its reason, and how to skip it; nothing where there is none."""
    from tutor.practice.learner import load_packs_and_index
    from tutor.practice.next_steps import suggest_next

    packs, index = load_packs_and_index()
    found = suggest_next(store, index, packs, (exercise.pack, exercise.id))
    if not found:
        return
    lines = ["", str(message(N_("What next? {reason}"), reason=found[0].reason)), f"  {_format_command(found[0])}"]
    if len(found) > 1:
        lines.append(str(message(N_("Or skip that: {command}"), command=_format_command(found[1]))))
    else:
        lines.append(str(message(N_("Or skip that: {command}"), command="backprop-tutor list")))
    for line in lines:
        print(to_ascii(line) if settings.ascii else line)


def _format_command(suggestion: Suggestion) -> str:
    if suggestion.exercise is None:
        return "backprop-tutor review"
    command = f"backprop-tutor play {'/'.join(suggestion.exercise)}"
    if not suggestion.new_numbers:
        return command
    from tutor.practice.worksheet import random_seed

    return f"{command} --seed {random_seed()}"
