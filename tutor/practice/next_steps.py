"""Suggestions of what to do next, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, Message, message
from tutor.practice import review
from tutor.practice.event import DONE_STATES
from tutor.practice.rule_ids import rule_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from tutor.i18n import LocalizedText
    from tutor.packs.library import Pack
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.mastery import Skill
    from tutor.practice.storage.store import Store

#: (pack, exercise)
_Name: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion: the (pack, exercise) to do, None for a review, and a sentence with the reason."""

    kind: Literal["shaky", "next", "review"]
    reason: Message
    exercise: _Name | None = None
    rule: str = ""
    new_numbers: bool = False


def suggest_next(
    store: Store,
    index: ExerciseIndex,
    packs: Sequence[Pack],
    after: _Name | None = None,
    day: date | None = None,
) -> tuple[Suggestion, ...]:
    """Return what to do next after an exercise, the most useful first; nothing if all is solved and none is due.

    A learner who skips the first suggestion gets the next one.
    """
    skills = review.load_skills(store)
    curriculum = _Curriculum(index, packs, store.states(), store.placed_out())
    suggestions: dict[_Name | None, Suggestion] = {}
    for suggestion in (
        *_shaky_suggestions(skills, curriculum, after, in_last=True),
        *_next_suggestions(curriculum, after),
        *_review_suggestions(store, index, day),
        *_shaky_suggestions(skills, curriculum, after, in_last=False),
    ):
        suggestions.setdefault(suggestion.exercise, suggestion)
    return tuple(suggestions.values())


class _Curriculum:
    """The exercises in the order of the packs, and the learner's progress in them."""

    def __init__(
        self,
        index: ExerciseIndex,
        packs: Sequence[Pack],
        states: Mapping[_Name, str],
        placed_out: Collection[_Name] = (),
    ) -> None:
        self.index = index
        self._placed_out = placed_out
        self.packs = packs
        self._states = states
        self._titles = {(pack.id, entry.id): entry.title for pack in packs for entry in pack.entries}
        self.order = list(self._titles)

    def title(self, exercise: _Name) -> LocalizedText | str:
        return self._titles.get(exercise) or "/".join(exercise)

    def is_done(self, exercise: _Name) -> bool:
        """Return whether an exercise is solved, or not needed by a placement test."""
        return self._states.get(exercise) in DONE_STATES or exercise in self._placed_out

    def missing_prerequisites(self, exercise: _Name) -> list[_Name]:
        """Return the unsolved prerequisites of an exercise that can be opened."""
        needs = map(_split_name, self.index[exercise].needs)
        return [need for need in needs if need in self.index and not self.is_done(need)]

    def is_within_reach(self, exercise: _Name, after: _Name | None) -> bool:
        """Return whether an exercise is solved, or is in a started pack and misses no prerequisite."""
        begun = {pack for pack, _exercise in (*self._states, *([after] if after is not None else []))}
        return self.is_done(exercise) or (exercise[0] in begun and not self.missing_prerequisites(exercise))

    def first_prerequisite(self, exercise: _Name) -> _Name:
        """Return the first missing prerequisite of an exercise, of that one and so on; itself if none is missing."""
        visited = {exercise}
        while missing := [need for need in self.missing_prerequisites(exercise) if need not in visited]:
            exercise = missing[0]
            visited.add(exercise)
        return exercise

    def unsolved_in(self, pack: Pack, after: _Name | None) -> list[_Name]:
        """Return the unsolved exercises of a pack: first those after the exercise `after`, then those before it."""
        names = [(pack.id, entry.id) for entry in pack.entries]
        begin = names.index(after) + 1 if after in names else 0
        return [
            name
            for name in names[begin:] + names[:begin]
            if name in self.index and name != after and not self.is_done(name)
        ]


def _shaky_suggestions(
    skills: Mapping[str, Skill], curriculum: _Curriculum, after: _Name | None, in_last: bool
) -> Iterator[Suggestion]:
    """Yield shaky rules, the worst first: those of the last exercise (`in_last`) or the others."""
    last_rules = set(curriculum.index[after].rules) if after is not None and after in curriculum.index else set()
    shaky = [skill for skill in skills.values() if skill.mastery == "shaky" and (skill.rule in last_rules) == in_last]
    for skill in sorted(shaky, key=lambda skill: -sum(skill.mistakes.values())):
        candidates = [(found.pack, found.exercise) for found in curriculum.index.exercises_for(skill.rule)]
        others = [name for name in candidates if name != after]
        within_reach = [name for name in others if curriculum.is_within_reach(name, after)]
        same_exercise = [name for name in candidates if name == after and curriculum.index[name].has_variants]
        ready = [name for name in others if not curriculum.missing_prerequisites(name)]
        best = next(iter((*within_reach, *same_exercise, *ready, *others)), None)
        if best is not None:
            yield _practise_again(skill, best, curriculum, new_numbers=best == after)


def _practise_again(skill: Skill, exercise: _Name, curriculum: _Curriculum, new_numbers: bool) -> Suggestion:
    mistake = skill.recurring_mistake
    if new_numbers:
        text = N_("You made a mistake with “{rule}”. Try “{exercise}” with new numbers.")
    elif mistake:
        text = N_("Last time you made a mistake with “{rule}”. Your most frequent one: {mistake}. Try “{exercise}”.")
    else:
        text = N_("Last time you made a mistake with “{rule}”. Try “{exercise}”.")
    title = curriculum.title(exercise)
    reason = message(text, rule=_LazyRuleName(skill.rule), mistake=_LazyMistakeName(mistake or ""), exercise=title)
    return Suggestion("shaky", reason, exercise, skill.rule, new_numbers)


def _next_suggestions(curriculum: _Curriculum, after: _Name | None) -> Iterator[Suggestion]:
    """Yield what comes next in the same pack, then in the packs after it, then in those before it."""
    ids = [pack.id for pack in curriculum.packs]
    begin = ids.index(after[0]) if after is not None and after[0] in ids else 0
    for pack in (*curriculum.packs[begin:], *curriculum.packs[:begin]):
        unsolved = curriculum.unsolved_in(pack, after)
        for then in unsolved[:1]:
            first = curriculum.first_prerequisite(then)
            if first not in (then, after):
                text = N_("Do “{exercise}” first, because “{then}” builds on it.")
                yield Suggestion(
                    "next", message(text, exercise=curriculum.title(first), then=curriculum.title(then)), first
                )
        ready = [name for name in unsolved if not curriculum.missing_prerequisites(name)]
        # Two, because the first may already be suggested for a better reason.
        for name in (ready or unsolved)[:2]:
            yield Suggestion("next", _explain_next(name, pack, curriculum, after), name)


def _explain_next(exercise: _Name, pack: Pack, curriculum: _Curriculum, after: _Name | None) -> Message:
    title = curriculum.title(exercise)
    if after is None or after[0] == pack.id:
        if after in curriculum.order and curriculum.order.index(exercise) < curriculum.order.index(after):
            return message(N_("Not solved yet in “{pack}”: “{exercise}”."), pack=pack.title, exercise=title)
        return message(N_("Next in “{pack}”: “{exercise}”."), pack=pack.title, exercise=title)
    before = next((other for other in curriculum.packs if other.id == after[0]), None)
    if before is not None and not curriculum.unsolved_in(before, after):
        text = N_("You finished “{before}”. Next is “{pack}”: “{exercise}”.")
        return message(text, before=before.title, pack=pack.title, exercise=title)
    return message(N_("In another pack, “{pack}”: “{exercise}”."), pack=pack.title, exercise=title)


def _review_suggestions(store: Store, index: ExerciseIndex, day: date | None) -> Iterator[Suggestion]:
    due = review.rules_to_review(store, index, day)
    if due:
        yield Suggestion("review", message(N_("Rules due for review: {n}."), n=len(due)))


def _split_name(name: str) -> _Name:
    pack, _, exercise = name.partition("/")
    return pack, exercise


@dataclass(frozen=True, slots=True)
class _LazyRuleName:
    """A rule's name, translated when it is shown."""

    rule: str

    def __str__(self) -> str:
        return rule_name(self.rule)


@dataclass(frozen=True, slots=True)
class _LazyMistakeName:
    """A mistake's name, translated when it is shown."""

    mistake: str

    def __str__(self) -> str:
        return mistake_label(self.mistake)
