"""Reviews: sessions of short exercises, with new numbers, on the rules that are due."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs.diagnostics import Diagnostic, PackError
from tutor.practice.mastery_levels import NEW
from tutor.practice.resume import count_sums
from tutor.practice.review_history import EarlierQuestions, asked_questions, load_history
from tutor.practice.review_plan import plan_session
from tutor.practice.scheduler import utc_today
from tutor.practice.worksheet import Worksheet, random_seed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from tutor.packs.exercise import Exercise, Variant
    from tutor.practice.event import Event
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.mastery import Skill
    from tutor.practice.mastery_levels import MasteryState
    from tutor.practice.review_plan import ReviewItem, ReviewPlan
    from tutor.practice.storage.store import Store

#: The kinds of event in a review, so that it does not become the latest try of an exercise left unfinished.
_REVIEW_KINDS = {"begin": "review", "solved": "reviewed"}
#: So many sets of numbers are tried for questions that were not asked before.
_MAX_SEEDS = 12


def due_rules(store: Store, askable: Collection[str] | None = None, day: date | None = None) -> list[str]:
    """Return the due rules that are `askable`, longest overdue first; rebuild the skills if they are out of date."""
    store.ensure_skills()
    return cached_due_rules(store, askable, day) or []


def cached_due_rules(store: Store, askable: Collection[str] | None = None, day: date | None = None) -> list[str] | None:
    """Return the due rules as `due_rules` does, but None at once if the skills are out of date."""
    today = (day or utc_today()).isoformat()
    rules = store.with_database(lambda database: database.due_rules(today))
    return rules if rules is None or askable is None else [rule for rule in rules if rule in askable]


def rules_to_review(store: Store, index: ExerciseIndex, day: date | None = None) -> list[str]:
    """Return the due rules that there is something to ask about, longest overdue first.

    A rule that only questions ask for waits once all of them were asked: the same again would prove nothing.
    """
    due = due_rules(store, index.rules, day)
    waiting = [rule for rule in due if rule in index.rules_of_fixed_questions]
    if not waiting:
        return due
    asked = asked_questions(store, index, waiting)
    return [rule for rule in due if rule not in waiting or not _questions_about(rule, index) <= asked]


def _questions_about(rule: str, index: ExerciseIndex) -> set[tuple[str, str]]:
    return {
        (exercise.name, blank)
        for exercise in index.exercises_for(rule)
        for blank, rules in exercise.asked.items()
        if rule in rules
    }


def load_skills(store: Store) -> Mapping[str, Skill]:
    """Return the skill of every practised rule; rebuild the skills if they are out of date."""
    return store.ensure_skills()


def plan_for_today(store: Store, index: ExerciseIndex, day: date | None = None) -> ReviewPlan:
    """Return a session for the due rules. It stays the same until something is practised."""
    return plan_review(store, index, rules_to_review(store, index, day))


def plan_review(store: Store, index: ExerciseIndex, rules: Sequence[str]) -> ReviewPlan:
    """Return a session for these rules, that takes account of what the learner did before."""
    return plan_session(rules, index, load_history(store, index, rules, load_skills(store)))


def exercise_for_each(store: Store, index: ExerciseIndex, rules: Collection[str]) -> Mapping[str, str]:
    """Return the name of the exercise in which each of these rules would be reviewed by itself now."""
    history = load_history(store, index, [*rules], load_skills(store))
    plans = {rule: plan_session([rule], index, history) for rule in rules}
    return {rule: item.indexed.name for rule, plan in plans.items() for item in plan}


class ReviewJournal:
    """A journal that marks the tries of a review."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, event: Event) -> bool:
        return self._store.append(replace(event, kind=_REVIEW_KINDS.get(event.kind, event.kind)))


class ReviewSession:
    """A review in progress. It can be left at any time without losing anything."""

    def __init__(self, store: Store, plan: ReviewPlan, seed: int | None = None) -> None:
        self.store = store
        self.plan = plan
        self.position = 0
        self._seed = random_seed() if seed is None else seed
        skills = load_skills(store)
        self._before = {rule: state_of(skills, rule) for rule in plan.rules}

    @property
    def item(self) -> ReviewItem | None:
        """The current item; None at the end."""
        return self.items[self.position] if self.position < len(self.items) else None

    @property
    def items(self) -> tuple[ReviewItem, ...]:
        """The exercises of the session."""
        return self.plan.items

    @property
    def minutes(self) -> float:
        """The estimated time of the whole session."""
        return self.plan.minutes

    def open_worksheet(self, exercise: Exercise) -> Worksheet:
        """Return a new try at what the current item asks, with new numbers if there are any.

        A question comes again in the same words with the same answer only if all numbers tried were asked before. Raise
        `PackError` if nothing is left to ask.
        """
        variant = self._fresh_variant(exercise)
        return Worksheet(variant, ReviewJournal(self.store), sums_found=count_sums(self.store, variant))

    def _fresh_variant(self, exercise: Exercise) -> Variant:
        earlier = EarlierQuestions(self.store, exercise)
        seeds: list[int | None] = [None]
        if exercise.has_variants:
            seeds = [self._seed + self.position + number * len(self.items) for number in range(_MAX_SEEDS)]
        for seed in seeds:
            variant = self._variant(exercise, seed)
            repeated = earlier.repeated(variant)
            if not repeated:
                return variant
        fixed = self.item.indexed.fixed_questions if self.item is not None else ()
        spent = [question for question in repeated if question in fixed]
        if not spent:
            return variant
        left = [blank.id for blank in variant.problem.blanks if blank.id not in spent]
        if not left:
            text = N_("You have answered all questions of {name} before.")
            raise PackError([Diagnostic("error", exercise.path, None, "", message(text, name=exercise.title))])
        return exercise.cut(left, variant.seed)

    def _variant(self, exercise: Exercise, seed: int | None) -> Variant:
        """Return what the current item asks of an exercise, as far as its file still has it."""
        item, whole = self.item, exercise.variant(seed)
        blanks = [blank.id for blank in whole.problem.blanks if item is None or blank.id in item.blanks]
        is_whole = len(blanks) in (0, len(whole.problem.blanks))
        return whole if is_whole else exercise.cut(blanks, seed)

    def advance(self) -> None:
        """Go on to the next item."""
        self.position += 1

    def outcome(self) -> list[tuple[str, MasteryState, MasteryState]]:
        """Return (rule, state before, state now) for every rule of the items so far."""
        now = load_skills(self.store)
        return [
            (rule, self._before[rule], state_of(now, rule))
            for item in self.items[: self.position]
            for rule in item.rules
        ]


def state_of(skills: Mapping[str, Skill], rule: str) -> MasteryState:
    """Return how far the learner has come with a rule."""
    return skills[rule].state if rule in skills else NEW
