"""What to do next, and why: the most useful first. Skipping one leads to the one after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, Message, message
from tutor.practice import review
from tutor.practice.rule_ids import rule_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.i18n import LocalizedText
    from tutor.packs.library import Pack
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.mastery import Skill
    from tutor.practice.storage.store import Store


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to do next. `exercise` is (pack, exercise), None for a review; `fresh` asks for fresh numbers.

    `reason` is a sentence that says what and why.
    """

    kind: Literal["shaky", "next", "review"]
    reason: Message
    exercise: tuple[str, str] | None = None
    rule: str = ""
    new_numbers: bool = False


def suggest_next(
    store: Store, index: ExerciseIndex, packs: Sequence[Pack], after: tuple[str, str] | None = None
) -> tuple[Suggestion, ...]:
    """What to do next `after` an exercise, the most useful first; none where all is done and nothing is due."""
    found = review.load_skills(store)
    road = _Curriculum(index, packs, store.states())
    seen: set[tuple[str, str] | None] = set()
    kept = []
    for suggestion in (
        *_shaky_suggestions(found, road, after, here=True),
        *_next_suggestions(road, after),
        *_review_suggestions(store, index),
        *_shaky_suggestions(found, road, after, here=False),
    ):
        if suggestion.exercise not in seen:
            seen.add(suggestion.exercise)
            kept.append(suggestion)
    return tuple(kept)


class _Curriculum:
    """The exercises in the order of the packs, and how far the learner has come."""

    def __init__(self, index: ExerciseIndex, packs: Sequence[Pack], states: Mapping[tuple[str, str], str]) -> None:
        self.index = index
        self.packs = packs
        self._states = states
        self._titles = {(pack.id, entry.id): entry.title for pack in packs for entry in pack.entries}
        self.order = list(self._titles)

    def title(self, exercise: tuple[str, str]) -> LocalizedText | str:
        """What people call an exercise."""
        return self._titles.get(exercise) or "/".join(exercise)

    def is_solved(self, exercise: tuple[str, str]) -> bool:
        return self._states.get(exercise) == "solved"

    def missing_prerequisites(self, exercise: tuple[str, str]) -> list[tuple[str, str]]:
        """What an exercise builds on and is not solved, as far as it can be opened."""
        needs = map(_split_name, self.index[exercise].needs)
        return [need for need in needs if need in self.index and not self.is_solved(need)]

    def is_within_reach(self, exercise: tuple[str, str], after: tuple[str, str] | None) -> bool:
        """Whether an exercise can be done by who was at `after`: in a pack that was begun, with what it builds on."""
        begun = {pack for pack, _exercise in (*self._states, *([after] if after is not None else []))}
        return self.is_solved(exercise) or (exercise[0] in begun and not self.missing_prerequisites(exercise))

    def first_prerequisite(self, exercise: tuple[str, str]) -> tuple[str, str]:
        """Where the way to an exercise begins: it, or what it builds on and is missing, down to the first."""
        passed = {exercise}
        while missing := [need for need in self.missing_prerequisites(exercise) if need not in passed]:
            exercise = missing[0]
            passed.add(exercise)
        return exercise

    def unsolved_in(self, pack: Pack, after: tuple[str, str] | None) -> list[tuple[str, str]]:
        """What is not solved in a pack: first what comes after an exercise, then what comes before it."""
        names = [(pack.id, entry.id) for entry in pack.entries]
        begin = names.index(after) + 1 if after in names else 0
        return [
            one
            for one in names[begin:] + names[:begin]
            if one in self.index and one != after and not self.is_solved(one)
        ]


def _shaky_suggestions(
    found: Mapping[str, Skill], curriculum: _Curriculum, after: tuple[str, str] | None, here: bool
) -> Iterator[Suggestion]:
    """Rules that were mistaken, those of the exercise just done (`here`) or the others, the worst first."""
    asked = set(curriculum.index[after].rules) if after is not None and after in curriculum.index else set()
    shaky = [skill for skill in found.values() if skill.mastery == "shaky" and (skill.rule in asked) == here]
    for skill in sorted(shaky, key=lambda skill: -sum(skill.mistakes.values())):
        candidates = [(one.pack, one.exercise) for one in curriculum.index.exercises_for(skill.rule)]
        others = [one for one in candidates if one != after]
        within_reach = [one for one in others if curriculum.is_within_reach(one, after)]
        again = [one for one in candidates if one == after and curriculum.index[one].varies]
        ready = [one for one in others if not curriculum.missing_prerequisites(one)]
        best = next(iter((*within_reach, *again, *ready, *others)), None)
        if best is not None:
            yield _practise_again(skill, best, curriculum, fresh=best == after)


def _practise_again(skill: Skill, exercise: tuple[str, str], curriculum: _Curriculum, fresh: bool) -> Suggestion:
    mistake = skill.recurring_mistake
    if fresh:
        text = N_("“{rule}” is still shaky: try “{exercise}” with fresh numbers.")
    elif mistake:
        text = N_("“{rule}” is still shaky, most often through this: {mistake}. Try “{exercise}”.")
    else:
        text = N_("“{rule}” is still shaky: try “{exercise}”.")
    title = curriculum.title(exercise)
    reason = message(text, rule=_LazyRuleName(skill.rule), mistake=_LazyMistakeName(mistake or ""), exercise=title)
    return Suggestion("shaky", reason, exercise, skill.rule, fresh)


def _next_suggestions(curriculum: _Curriculum, after: tuple[str, str] | None) -> Iterator[Suggestion]:
    """What comes next in the pack, then in the packs behind it, then in those before it."""
    ids = [pack.id for pack in curriculum.packs]
    at = ids.index(after[0]) if after is not None and after[0] in ids else 0
    for pack in (*curriculum.packs[at:], *curriculum.packs[:at]):
        open_ones = curriculum.unsolved_in(pack, after)
        for then in open_ones[:1]:
            first = curriculum.first_prerequisite(then)
            if first not in (then, after):
                text = N_("“{exercise}” first: “{then}” builds on it.")
                yield Suggestion(
                    "next", message(text, exercise=curriculum.title(first), then=curriculum.title(then)), first
                )
        ready = [one for one in open_ones if not curriculum.missing_prerequisites(one)]
        # Two, as the first may have been suggested for a better reason.
        for chosen in (ready or open_ones)[:2]:
            yield Suggestion("next", _explain_next(chosen, pack, curriculum, after), chosen)


def _explain_next(
    chosen: tuple[str, str], pack: Pack, curriculum: _Curriculum, after: tuple[str, str] | None
) -> Message:
    title = curriculum.title(chosen)
    if after is None or after[0] == pack.id:
        if after in curriculum.order and curriculum.order.index(chosen) < curriculum.order.index(after):
            return message(N_("Still open in “{pack}”: “{exercise}”."), pack=pack.title, exercise=title)
        return message(N_("Next in “{pack}”: “{exercise}”."), pack=pack.title, exercise=title)
    before = next((one for one in curriculum.packs if one.id == after[0]), None)
    if before is not None and not curriculum.unsolved_in(before, after):
        text = N_("“{before}” is finished. Next comes “{pack}”: “{exercise}”.")
        return message(text, before=before.title, pack=pack.title, exercise=title)
    return message(N_("In another pack, “{pack}”: “{exercise}”."), pack=pack.title, exercise=title)


def _review_suggestions(store: Store, index: ExerciseIndex) -> Iterator[Suggestion]:
    due = review.cached_due_rules(store, index.rules)
    if due:
        yield Suggestion("review", message(N_("Rules due for review: {n}."), n=len(due)))


def _split_name(name: str) -> tuple[str, str]:
    pack, _, exercise = name.partition("/")
    return pack, exercise


@dataclass(frozen=True, slots=True)
class _LazyRuleName:
    """A rule's name, in the language of the moment it is shown."""

    rule: str

    def __str__(self) -> str:
        return rule_name(self.rule)


@dataclass(frozen=True, slots=True)
class _LazyMistakeName:
    """A mistake's name, likewise."""

    mistake: str

    def __str__(self) -> str:
        return mistake_label(self.mistake)
