"""Rows that several learners have: the same events, or the same answers at the same times.

The same right answers at different times are no such rows: whoever has the same numbers has the same right answers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tutor.practice.event import NOTED, UNJUDGED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.practice.event import Event
    from tutor.practice.exercise_records import ExerciseName

#: Two answers of different learners may fall into the same moment of a coarse clock, but hardly twice.
_MIN_SAME_TIMES = 2
#: So many answers that took equally long are the same answers at shifted times: durations have many digits, but only
#: few on a computer with a coarse clock.
_MIN_SAME_DURATIONS = 5
#: A duration with fewer digits was not measured.
_MIN_DIGITS = 6
_ANSWERS = ("answer", NOTED, UNJUDGED)


def copied_rows(events: Mapping[str, Mapping[str, Event]]) -> dict[tuple[str, ExerciseName], list[str]]:
    """Return the other learners who have the same rows, by learner and (pack, exercise).

    `events` are those of each learner, by their ids.
    """
    first: dict[int, str] = {}
    same: dict[str, Counter[tuple[ExerciseName, str, str]]] = defaultdict(Counter)
    for learner, own in events.items():
        for event in own.values():
            for kind, key in _keys(event):
                # The hash alone, because there are a few for each row of a class.
                other = first.setdefault(hash((kind, key)), learner)
                if other != learner:
                    same[kind][(event.pack, event.exercise), other, learner] += 1
    needed = {"id": 1, "time": _MIN_SAME_TIMES, "duration": _MIN_SAME_DURATIONS}
    partners: dict[tuple[str, ExerciseName], set[str]] = defaultdict(set)
    for kind, counts in same.items():
        for (name, one, other), count in counts.items():
            if count >= needed[kind]:
                partners[one, name].add(other)
                partners[other, name].add(one)
    return {key: sorted(others) for key, others in partners.items()}


def _keys(event: Event) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield what the rows of two learners can't have in common by chance."""
    yield "id", (event.id,)
    if event.kind in _ANSWERS:
        what = event.kind, event.pack, event.exercise, event.blank, event.text
        yield "time", (*what, event.at)
        if len(repr(event.duration).partition(".")[2]) >= _MIN_DIGITS:
            yield "duration", (*what, event.duration)
