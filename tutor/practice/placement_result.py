"""The result of a placement test: what is known, where to begin, and what changed since an earlier test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from tutor.grading.verdict import VerdictKind
from tutor.practice.event import PLACED, PLACED_IN, PLACED_OUT, Event, new_id
from tutor.practice.placement import RIGHT_RULE, load_tests
from tutor.practice.placement_bank import TOPICS
from tutor.practice.scheduler import utc_today

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from tutor.practice.exercise_index import ExerciseIndex, IndexedExercise
    from tutor.practice.placement import Kind, PlacementTest, TestRecord
    from tutor.practice.placement_bank import Topic
    from tutor.practice.storage.store import Store

TopicState = Literal["shown", "implied", "open"]

#: Skills that show whenever a graph is worked out, so that no exercise is needed for them alone.
_SHOWN_BY_GRAPHS = frozenset({"graph", "formula", "meaning", "shapes"})
_TOPIC_PACKS = {topic.begin.partition("/")[0] for topic in TOPICS}


@dataclass(frozen=True, slots=True)
class PlacementResult:
    """The result of one test. `before` are the topics of the first test, for a final one."""

    kind: Kind
    day: date
    num_graphs: int
    topics: Mapping[str, TopicState]
    begin: str
    before: Mapping[str, TopicState] | None = None

    @property
    def known(self) -> list[Topic]:
        """The known topics, in the order of the packs."""
        return [topic for topic in TOPICS if self.topics[topic.id] != "open"]

    @property
    def open_topics(self) -> list[Topic]:
        """The topics that are not known, in the order of the packs."""
        return [topic for topic in TOPICS if self.topics[topic.id] == "open"]

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON data."""
        return {
            "kind": self.kind,
            "day": self.day.isoformat(),
            "graphs": self.num_graphs,
            "begin": self.begin or None,
            "topics": dict(self.topics),
            "before": None if self.before is None else dict(self.before),
        }


def topic_states(test: TestRecord) -> dict[str, TopicState]:
    """Return whether each topic was shown, is implied by what was shown, or is still open."""
    known, shown = test.belief().known(), test.shown()
    return {
        topic.id: "open" if topic.id not in known else "shown" if topic.id in shown else "implied" for topic in TOPICS
    }


def result_of(test: TestRecord, earlier: Sequence[TestRecord] = ()) -> PlacementResult:
    """Return the result of a test; a final one is compared with the first one that was finished."""
    first = next((other for other in earlier if other.is_finished and other.id != test.id), None)
    before = topic_states(first) if test.kind == "final" and first is not None else None
    day = test.day or utc_today()
    return PlacementResult(test.kind, day, len(test.answers), topic_states(test), test.begin, before)


def load_results(store: Store) -> list[PlacementResult]:
    """Return the results of all finished tests, oldest first."""
    finished = [test for test in load_tests(store) if test.is_finished]
    return [result_of(test, finished[:number]) for number, test in enumerate(finished)]


# --- what follows from a test ---


def finish_test(test: PlacementTest, index: ExerciseIndex, store: Store) -> PlacementResult:
    """Store what follows from a test whose graphs are done, and return its result."""
    record = test.record
    begin = begin_exercise(topic_states(record), index, store.states())
    test.finish(begin, outcome_events(record, begin, index, store))
    finished = [other for other in load_tests(store) if other.is_finished]
    return result_of(record, finished)


def begin_exercise(
    topics: Mapping[str, TopicState], index: ExerciseIndex, states: Mapping[tuple[str, str], str]
) -> str:
    """Return the first exercise that is not solved from where the first open topic begins; empty if none is open."""
    names = [exercise.name for exercise in index.exercises]
    begins = (topic.begin for topic in TOPICS if topics[topic.id] == "open" and topic.begin in names)
    first = next(begins, None)
    if first is None:
        return ""
    later = index.exercises[names.index(first) :]
    return next((one.name for one in later if states.get((one.pack, one.exercise)) != "solved"), first)


def outcome_events(test: TestRecord, begin: str, index: ExerciseIndex, store: Store) -> Iterator[Event]:
    """Yield what a test says of rules and exercises, to be stored at its end."""
    states = topic_states(test)
    yield from _rule_events(test)
    known = [topic for topic in TOPICS if states[topic.id] != "open"]
    out, before = _not_needed(known, begin, index), store.placed_out()
    for name in sorted(out ^ before):
        yield Event(
            kind=PLACED_OUT if name in out else PLACED_IN,
            worksheet=test.id,
            pack=name[0],
            exercise=name[1],
            fingerprint="",
        )


def _rule_events(test: TestRecord) -> Iterator[Event]:
    """Yield an event for each rule that was always right in the test: what is only implied is not shown."""
    answers: dict[str, list[Event]] = {}
    for graph in test.answers.values():
        for answer in graph:
            for rule in answer.rule.split():
                answers.setdefault(rule, []).append(answer)
    for rule, given in answers.items():
        if all(answer.verdict in RIGHT_RULE for answer in given):
            first = given[0]
            yield replace(
                first, id=new_id(), kind=PLACED, rule=rule, text="", verdict=VerdictKind.RIGHT, mistake="", proof=True
            )


def _not_needed(known: Collection[Topic], begin: str, index: ExerciseIndex) -> set[tuple[str, str]]:
    """Return the exercises before the one to begin with, and later ones of known topics with known rules only."""
    rules = _SHOWN_BY_GRAPHS.union(*(topic.rules for topic in known))
    not_needed = set()
    is_before, topic = True, None
    for exercise in _core_exercises(index):
        is_before = is_before and exercise.name != begin
        topic = next((one for one in TOPICS if one.begin == exercise.name), topic)
        if is_before or (topic in known and set(exercise.rules) <= rules):
            not_needed.add((exercise.pack, exercise.exercise))
    return not_needed


def _core_exercises(index: ExerciseIndex) -> list[IndexedExercise]:
    """Return the exercises of the packs with topics, and of those between them."""
    at = [number for number, exercise in enumerate(index.exercises) if exercise.pack in _TOPIC_PACKS]
    return list(index.exercises[at[0] : at[-1] + 1]) if at else []
