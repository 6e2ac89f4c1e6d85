"""The placement test: at most 12 graphs, each chosen by the answers so far, without verdicts until its end.

The same test, months later and on other graphs and numbers, is the final test.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Literal

from tutor.grading.verdict import VerdictKind
from tutor.i18n import N_, message
from tutor.packs.diagnostics import PackError
from tutor.packs.library import is_exercise_name
from tutor.practice.event import (
    COLUMNS,
    NOTED,
    PLACEMENT,
    PLACEMENT_ANSWER,
    PLACEMENT_END,
    PLACEMENT_NOTED,
    Event,
    new_id,
    parse_day,
)
from tutor.practice.knowledge_space import Belief
from tutor.practice.placement_bank import PREREQUISITES, TOPICS, draw_graph, topic_of
from tutor.practice.worksheet import Worksheet, random_seed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from tutor.i18n import Message
    from tutor.packs.exercise import Variant
    from tutor.practice.placement_bank import PlacementGraph, Topic
    from tutor.practice.storage.store import Store

#: The most graphs of a test.
MAX_GRAPHS = 12
#: Verdicts on answers by the right rule: with too few digits, or from an own wrong value.
RIGHT_RULE = frozenset({VerdictKind.RIGHT, VerdictKind.COARSE, VerdictKind.CARRIED})
#: The distance of the seeds of two graphs of a test.
_SEED_STEP = 100

FIRST, FINAL = "first", "final"
Kind = Literal["first", "final"]

#: The message above each graph.
TEST_RULES = message(N_("This is a test: no hints, and one answer for each blank. You see the results at the end."))
#: The refusal of help, and of changing an answer.
NO_HELP = message(N_("This is a test. There is no help, and you can't change an answer."))

_KINDS = (PLACEMENT, PLACEMENT_NOTED, PLACEMENT_ANSWER, PLACEMENT_END)
_EVENTS = f"SELECT {', '.join(COLUMNS)} FROM active_event WHERE pack = '' AND kind IN ({', '.join('?' * len(_KINDS))}) ORDER BY seq"


@dataclass
class TestRecord:
    """One test as it is stored: its kind, its seed, and the answers to each graph, in order."""

    id: str
    kind: Kind
    seed: int
    day: date | None
    #: The answers with their verdicts by exercise, of graphs that are finished.
    answers: dict[str, list[Event]] = field(default_factory=dict)
    #: The answers to the graph in progress.
    noted: list[Event] = field(default_factory=list)
    is_finished: bool = False
    #: The exercise to begin with, empty if every topic is known.
    begin: str = ""

    def apply(self, event: Event) -> None:
        """Take in an event of this test."""
        if event.kind == PLACEMENT_NOTED:
            self.noted.append(event)
        elif event.kind == PLACEMENT_ANSWER:
            self.answers.setdefault(event.exercise, []).append(event)
            self.noted = [other for other in self.noted if other.exercise != event.exercise]
        elif event.kind == PLACEMENT_END:
            # An imported file may say anything.
            self.is_finished, self.begin = True, event.text if is_exercise_name(event.text) else ""

    def belief(self) -> Belief:
        """Return what the answers tell about every topic."""
        belief = Belief(PREREQUISITES)
        for exercise, answers in self.answers.items():
            topic = topic_of(exercise)
            if topic is not None:
                for answer in answers:
                    belief.observe(topic.id, answer.verdict in RIGHT_RULE)
        return belief

    def shown(self) -> dict[str, str]:
        """Return the topics of which every answer to a graph was right, each with the exercise of that graph."""
        topics: dict[str, str] = {}
        for exercise, answers in self.answers.items():
            topic = topic_of(exercise)
            if topic is not None and all(answer.verdict in RIGHT_RULE for answer in answers):
                topics.setdefault(topic.id, exercise)
        return topics


def load_tests(store: Store) -> list[TestRecord]:
    """Return all tests, oldest first."""
    rows = store.with_database(lambda database: database.query(_EVENTS, _KINDS)) or []
    tests: dict[str, TestRecord] = {}
    for row in rows:
        event = Event.from_row(row)
        if event.kind == PLACEMENT:
            kind: Kind = "final" if event.text == FINAL else "first"
            tests[event.worksheet] = TestRecord(event.worksheet, kind, event.seed or 0, parse_day(event.at))
        elif event.worksheet in tests:
            tests[event.worksheet].apply(event)
    return list(tests.values())


def unfinished_test(tests: Sequence[TestRecord]) -> TestRecord | None:
    """Return the test that can be gone on with: the last one, if it is not finished."""
    return tests[-1] if tests and not tests[-1].is_finished else None


class PlacementWorksheet(Worksheet):
    """A graph of a test: like an exam, but its verdicts stay secret when all blanks are filled."""

    @property
    def help_refusal(self) -> Message | None:
        return NO_HELP

    @property
    def exam_rules(self) -> Message:
        return TEST_RULES

    def _disclose_verdicts(self) -> None:
        """Keep the verdicts: they are told at the end of the test."""


class _TestJournal:
    """Store the answers to a graph as events of its test."""

    def __init__(self, test: PlacementTest) -> None:
        self._test = test

    def append(self, event: Event) -> bool:
        kind = {NOTED: PLACEMENT_NOTED, "answer": PLACEMENT_ANSWER}.get(event.kind)
        return kind is None or self._test.store_answer(kind, event)


class PlacementTest:
    """A test in progress. It can be left at any time and gone on with later."""

    def __init__(self, store: Store, kind: Kind = "first", seed: int | None = None) -> None:
        """Go on with an unfinished test, or begin one. A final test avoids the graphs of earlier ones."""
        self._store = store
        tests = load_tests(store)
        unfinished = unfinished_test(tests)
        self.used = {exercise for test in tests if test is not unfinished for exercise in test.answers}
        self._broken: set[str] = set()
        if unfinished is not None:
            self.record = unfinished
            return
        self.record = TestRecord(new_id(), kind, random_seed() if seed is None else seed, None)
        self._append(PLACEMENT, text=kind, seed=self.record.seed)

    @property
    def position(self) -> int:
        """How many graphs are finished."""
        return len(self.record.answers)

    def next_graph(self) -> tuple[Topic, PlacementGraph] | None:
        """Return the graph to ask next; None at the end of the test.

        It ends after `MAX_GRAPHS` graphs, when every topic is settled, or without graphs for those that are not.
        """
        if self.position >= MAX_GRAPHS:
            return None
        left = {topic.id: graphs for topic in TOPICS if (graphs := self._graphs_left(topic))}
        chosen = self.record.belief().next_topic(list(left))
        if chosen is None:
            return None
        return next(topic for topic in TOPICS if topic.id == chosen), left[chosen][0]

    def _graphs_left(self, topic: Topic) -> list[PlacementGraph]:
        """Return the graphs of a topic that this test has not used, those of no earlier test first."""
        taken = {*self.record.answers, *self._broken}
        graphs = [graph for graph in topic.graphs if graph.exercise not in taken]
        Random(self.record.seed).shuffle(graphs)
        return sorted(graphs, key=lambda graph: graph.exercise in self.used)

    def open_worksheet(self) -> PlacementWorksheet | None:
        """Return the worksheet of the next graph, with the answers that it has; None at the end of the test."""
        while (following := self.next_graph()) is not None:
            topic, graph = following
            try:
                variant = draw_graph(topic, graph, self.record.seed + _SEED_STEP * self.position)
            except PackError:
                self._broken.add(graph.exercise)
                continue
            return PlacementWorksheet(variant, _TestJournal(self), self._events_for(variant))
        return None

    def _events_for(self, variant: Variant) -> Sequence[Event]:
        """Return the answers to a graph in progress as the events of its worksheet."""
        exercise = variant.exercise
        return [
            replace(event, kind=NOTED, pack=exercise.pack, exercise=exercise.id)
            for event in self.record.noted
            if event.exercise == f"{exercise.pack}/{exercise.id}" and event.fingerprint == variant.fingerprint
        ]

    def give_up(self, worksheet: Worksheet) -> None:
        """Count the open blanks of a graph as not known, and finish it."""
        variant = worksheet.variant
        for blank in worksheet.blanks:
            entry = worksheet.entry(blank.id)
            sealed = entry.sealed_verdict
            self._store_event(
                Event(
                    kind=PLACEMENT_ANSWER,
                    worksheet=self.record.id,
                    pack="",
                    exercise=f"{variant.exercise.pack}/{variant.exercise.id}",
                    seed=variant.seed,
                    blank=blank.id,
                    text=entry.text,
                    verdict=str(sealed.kind if sealed is not None else VerdictKind.WRONG),
                    mistake=(sealed.mistake or "") if sealed is not None else "",
                    fingerprint=variant.fingerprint,
                )
            )

    def store_answer(self, kind: str, event: Event) -> bool:
        """Store an answer to a graph; return whether it is saved."""
        name = f"{event.pack}/{event.exercise}"
        stored = replace(event, kind=kind, worksheet=self.record.id, pack="", exercise=name, proof=False)
        self.record.apply(stored)
        return self._store.append(stored)

    def finish(self, begin: str, outcome: Iterable[Event]) -> None:
        """Store the end of the test, the exercise to begin with, and what follows from it."""
        if not self.record.is_finished:
            self._store.append_all(outcome)
            self._append(PLACEMENT_END, text=begin)

    def _append(self, kind: str, *, text: str, seed: int | None = None) -> None:
        self._store_event(
            Event(kind=kind, worksheet=self.record.id, pack="", exercise="", text=text, seed=seed, fingerprint="")
        )

    def _store_event(self, event: Event) -> None:
        self.record.day = self.record.day or parse_day(event.at)
        self.record.apply(event)
        self._store.append(event)
