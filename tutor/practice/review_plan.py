"""Planning of review sessions: which due rules are asked in which exercises, cut to a few blanks, and which are left."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from tutor.practice.cutting import choose_blanks, estimate_minutes, is_fresh

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tutor.practice.exercise_index import ExerciseIndex, IndexedExercise

#: The longest session.
SESSION_MINUTES = 10.0
#: If more rules are due, each is asked once, so that more of them fit into a session.
UNHURRIED_RULES = 5

#: Why a due rule is not in a session: it fits into the next one; its exercises take longer than a session even when
#: they are cut; its questions were all asked before, and numbers don't change them.
Reason = Literal["time", "long", "questions"]
REASONS: tuple[Reason, ...] = ("time", "long", "questions")


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One exercise of a session: the due rules it reviews, the blanks that are asked for, the estimated minutes."""

    indexed: IndexedExercise
    rules: tuple[str, ...]
    blanks: tuple[str, ...]
    minutes: float

    @property
    def is_whole(self) -> bool:
        """Whether every blank of the exercise is asked for."""
        return set(self.blanks) == set(self.indexed.whole)


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """The exercises of a session, and the due rules that are not in it, each with the reason. Together they are all."""

    items: tuple[ReviewItem, ...] = ()
    left: Mapping[str, Reason] = field(default_factory=dict)

    def __iter__(self) -> Iterator[ReviewItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that the session asks for."""
        return tuple(rule for item in self.items for rule in item.rules)

    @property
    def minutes(self) -> float:
        """The estimated time of the whole session."""
        return sum(item.minutes for item in self.items)

    def left_because(self, reason: Reason) -> tuple[str, ...]:
        """Return the rules that are not in the session for this reason."""
        return tuple(rule for rule, why in self.left.items() if why == reason)


@dataclass(frozen=True, slots=True)
class ReviewHistory:
    """A learner's history, as far as it decides what to review: exercises by name.

    - `last_used`: a number for each exercise that was worked on, the larger the later;
    - `last_session`: the exercises of the last review;
    - `asked_questions`: exercise and blank of every question that was answered or shown;
    - `known_rules`: the rules that were practised, None if that does not matter;
    - `proved_in`: the exercises in which a rule was proved, for rules that need another one;
    - `turn`: a number that grows with every answer. It chooses among exercises, and among blanks, that are alike.
    """

    last_used: Mapping[str, int] = field(default_factory=dict)
    last_session: Collection[str] = ()
    asked_questions: Collection[tuple[str, str]] = ()
    known_rules: Collection[str] | None = None
    proved_in: Mapping[str, Collection[str]] = field(default_factory=dict)
    turn: int = 0


def plan_session(
    rules: Sequence[str],
    index: ExerciseIndex,
    history: ReviewHistory | None = None,
    minutes: float = SESSION_MINUTES,
) -> ReviewPlan:
    """Return a session for these rules, most urgent first, in at most `minutes`.

    A rule is asked in an exercise of fresh numbers and known rules that was not used for longest, so that sessions
    differ. An exercise may ask for several rules.
    """
    due = dict.fromkeys(rules)
    planner = _Planner(index, history or ReviewHistory(), minutes, in_a_hurry=len(due) > UNHURRIED_RULES)
    for rule in due:
        planner.plan(rule)
    return ReviewPlan(tuple(interleave(planner.items)), planner.left)


class _Planner:
    """Adds one rule after the other to a session."""

    def __init__(self, index: ExerciseIndex, history: ReviewHistory, minutes: float, *, in_a_hurry: bool) -> None:
        self._index = index
        self._history = history
        self._minutes = minutes
        self._in_a_hurry = in_a_hurry
        self.items: list[ReviewItem] = []
        self.left: dict[str, Reason] = {}

    def plan(self, rule: str) -> None:
        """Add a rule to an item or with a new one, or to what is left."""
        if self._is_asked_already(rule):
            return
        candidates = sorted(self._candidates(rule), key=lambda item: self._order(rule, item))
        fitting = next((item for item in candidates if self._fits(item)), None)
        if fitting is not None:
            self.items = [item for item in self.items if item.indexed.name != fitting.indexed.name] + [fitting]
        else:
            self.left[rule] = self._reason(rule)

    def _reason(self, rule: str) -> Reason:
        """Return why a rule is left out: also a session of its own could not ask for it, or else it can wait."""
        alone = [
            item for exercise in self._index.exercises_for(rule) if (item := self._item(exercise, rule)) is not None
        ]
        if not alone:
            return "questions"
        return "time" if any(item.minutes <= self._minutes for item in alone) else "long"

    def _is_asked_already(self, rule: str) -> bool:
        """Return whether a planned item asks for a rule on the way; it is then one of its rules."""
        for number, item in enumerate(self.items):
            if any(rule in item.indexed.asked[blank] for blank in item.blanks):
                self.items[number] = replace(item, rules=(*item.rules, rule))
                return True
        return False

    def _candidates(self, rule: str) -> Iterator[ReviewItem]:
        """Yield the items that would ask for a rule: new ones, and those in the session with more blanks."""
        planned = {item.indexed.name: item for item in self.items}
        for exercise in self._index.exercises_for(rule):
            item = self._item(exercise, rule, planned.get(exercise.name))
            if item is not None:
                yield item

    def _item(self, exercise: IndexedExercise, rule: str, before: ReviewItem | None = None) -> ReviewItem | None:
        """Return an item that asks for a rule beside what it asked `before`; None if that can't be."""
        kept, rules = (before.blanks, before.rules) if before is not None else ((), ())
        fresh = [blank for blank in exercise.whole if is_fresh(exercise, blank, self._history.asked_questions)]
        blanks = choose_blanks(exercise, rule, fresh, kept, self._history.turn, self._in_a_hurry)
        return ReviewItem(exercise, (*rules, rule), blanks, estimate_minutes(exercise, blanks)) if blanks else None

    def _fits(self, item: ReviewItem) -> bool:
        others = sum(other.minutes for other in self.items if other.indexed.name != item.indexed.name)
        return others + item.minutes <= self._minutes

    def _order(self, rule: str, item: ReviewItem) -> tuple[object, ...]:
        """Return the place of an item among those that would ask for a rule, the best one first."""
        exercise, history = item.indexed, self._history
        unknown = history.known_rules is not None and not set(exercise.rules) <= set(history.known_rules)
        was_used = exercise.name in history.last_session
        is_planned = any(other.indexed.name == exercise.name for other in self.items)
        chance = sha256(f"{history.turn}\n{rule}\n{exercise.name}".encode()).hexdigest()
        return (
            not exercise.has_variants,
            unknown,
            exercise.name in history.proved_in.get(rule, ()),
            not exercise.rules[rule],
            was_used,
            not is_planned,
            history.last_used.get(exercise.name, -1),
            chance,
        )


def interleave(items: Sequence[ReviewItem]) -> Iterator[ReviewItem]:
    """Yield items so that, where possible, neither the operation nor the pack is that of the item before."""
    waiting = list(items)
    before: ReviewItem | None = None
    while waiting:
        before = min(waiting, key=partial(_likeness, before))
        waiting.remove(before)
        yield before


def _likeness(before: ReviewItem | None, item: ReviewItem) -> tuple[int, bool]:
    """Return how like an item is to the one before: the operations they share, and whether the pack is the same."""
    if before is None:
        return 0, False
    return len(_operations(item) & _operations(before)), item.indexed.pack == before.indexed.pack


def _operations(item: ReviewItem) -> set[str]:
    return {rule.partition(":")[0] for rule in item.rules}
