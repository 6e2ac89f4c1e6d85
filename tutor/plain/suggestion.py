"""The suggestion after a solved exercise in plain mode: what is next, why, and an alternative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.practice.learner import load_packs_and_index
from tutor.practice.next_steps import suggest_next
from tutor.practice.worksheet import random_seed

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise
    from tutor.plain.console import Console
    from tutor.practice.next_steps import Suggestion
    from tutor.practice.storage.store import Store


def print_suggestion(console: Console, store: Store, exercise: Exercise) -> None:
    """Print what to do after `exercise`, its reason and another possibility; nothing if there is none."""
    packs, index = load_packs_and_index()
    suggestions = suggest_next(store, index, packs, (exercise.pack, exercise.id))
    if not suggestions:
        return
    alternative = _format_command(suggestions[1]) if len(suggestions) > 1 else "backprop-tutor list"
    console.print(
        "",
        message(N_("What next? {reason}"), reason=suggestions[0].reason),
        f"  {_format_command(suggestions[0])}",
        message(N_("Or skip that: {command}"), command=alternative),
    )


def _format_command(suggestion: Suggestion) -> str:
    if suggestion.exercise is None:
        return "backprop-tutor review"
    seed = f" --seed {random_seed()}" if suggestion.new_numbers else ""
    return f"backprop-tutor play {'/'.join(suggestion.exercise)}{seed}"
