"""The words of a placement test and of its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, _, message
from tutor.packs import library
from tutor.practice.placement import MAX_GRAPHS
from tutor.practice.placement_bank import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.practice.placement_result import PlacementResult

#: The description of a test, shown before its first graph.
INTRODUCTION = message(
    N_(
        "At most {n} graphs, chosen by your answers. You see the results at the end, and you can leave and "
        "continue later."
    ),
    n=MAX_GRAPHS,
)
#: The message when a test is left.
LEFT = message(N_("You left the test. You can continue where you stopped."))
#: The meaning of a result for the rules.
CREDIT = N_("The rules you used here count as learning. They become solid when you use them in exercises on two days.")
_STATE_LABELS = {"shown": N_("known"), "implied": N_("known (through a harder topic)"), "open": N_("to learn")}


def state_label(state: str) -> str:
    """Return what a test found about a topic, in the current language."""
    return _(_STATE_LABELS[state])


def graph_title(position: int) -> Message:
    """Return the title of a graph of a test, counted from 0."""
    return message(N_("Graph {n} of at most {most}"), n=position + 1, most=MAX_GRAPHS)


def exercise_title(name: str) -> str:
    """Return the title of an exercise by its full name."""
    pack_id, _slash, id = name.partition("/")
    titles = (
        entry.title for pack in library.all_packs() if pack.id == pack_id for entry in pack.entries if entry.id == id
    )
    return str(next(titles, name))


def headline(result: PlacementResult) -> Message:
    """Return where to begin by a result."""
    if not result.begin:
        return message(N_("You know every topic of this test. Reviews keep it that way."))
    return message(N_("Start with “{title}” ({name})."), title=exercise_title(result.begin), name=result.begin)


def topic_rows(result: PlacementResult) -> Iterator[tuple[str, str, str]]:
    """Yield for each topic its state, its name, and what was found; in a final test also what was found before."""
    for topic in TOPICS:
        state = result.topics[topic.id]
        label = state_label(state)
        before = result.before[topic.id] if result.before is not None else state
        if (before == "open") != (state == "open"):
            label = f"{state_label('open' if before == 'open' else 'shown')} → {label}"
        yield state, topic.title, label


def comparison(result: PlacementResult) -> Message | None:
    """Return how many topics were known before and are known now; None if there is no earlier test."""
    if result.before is None:
        return None
    known = sum(state != "open" for state in result.before.values())
    text = N_("Topics known in the first test: {before} of {all}. Now: {now}.")
    return message(text, before=known, now=len(result.known), all=len(TOPICS))
