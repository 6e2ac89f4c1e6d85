"""What to do next, and why: the most useful first. Skipping one leads to the one after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.grading.labels import label
from tutor.i18n import N_, Message, message
from tutor.practice import review
from tutor.practice.skills import name
from tutor.practice.store import Store

if TYPE_CHECKING:
    from tutor.packs.library import Pack
    from tutor.practice.atlas import Asked, Atlas
    from tutor.practice.standing import Skill


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to do next. `exercise` is (pack, exercise), None for a review; `fresh` asks for fresh numbers.

    `reason` is a sentence that says what and why.
    """

    kind: Literal["shaky", "next", "review"]
    reason: Message
    exercise: tuple[str, str] | None = None
    rule: str = ""
    fresh: bool = False


def suggestions(
    store: Store, atlas: Atlas, packs: Sequence[Pack], after: tuple[str, str] | None = None
) -> tuple[Suggestion, ...]:
    """What to do next `after` an exercise, the most useful first; none where all is done and nothing is due."""
    found = review.skills(store)
    states = store.states()
    seen: set[tuple[str, str] | None] = set()
    kept = []
    for suggestion in (
        *_shaky(found, atlas, after, here=True),
        *_following(states, atlas, packs, after),
        *_review(store, atlas),
        *_shaky(found, atlas, after, here=False),
    ):
        if suggestion.exercise not in seen:
            seen.add(suggestion.exercise)
            kept.append(suggestion)
    return tuple(kept)


def _shaky(found: Mapping[str, Skill], atlas: Atlas, after: tuple[str, str] | None, here: bool) -> Iterator[Suggestion]:
    """Rules that were mistaken, those of the exercise just done (`here`) or the others, the worst first."""
    asked = set(atlas[after].rules) if after is not None and after in atlas else set()
    shaky = [skill for skill in found.values() if skill.standing == "shaky" and (skill.rule in asked) == here]
    for skill in sorted(shaky, key=lambda skill: -sum(skill.mistakes.values())):
        candidates = atlas.asking(skill.rule)
        others = [one for one in candidates if (one.pack, one.exercise) != after]
        best = next(iter(others), None) or next((one for one in candidates if one.varies), None)
        if best is not None:
            yield _again(skill, best, fresh=not others)


def _again(skill: Skill, asked: Asked, fresh: bool) -> Suggestion:
    mistake = skill.tendency
    if fresh:
        text = N_("“{rule}” is still shaky: try {exercise} with fresh numbers.")
    elif mistake:
        text = N_("“{rule}” is still shaky, most often through this: {mistake}. Try {exercise}.")
    else:
        text = N_("“{rule}” is still shaky: try {exercise}.")
    reason = message(text, rule=_Name(skill.rule), mistake=_Label(mistake or ""), exercise=asked.name)
    return Suggestion("shaky", reason, (asked.pack, asked.exercise), skill.rule, fresh)


def _following(
    states: Mapping[tuple[str, str], str], atlas: Atlas, packs: Sequence[Pack], after: tuple[str, str] | None
) -> Iterator[Suggestion]:
    """The next exercise of the same pack that isn't solved, then one of another pack."""
    order = [pack for pack in packs if after and pack.id == after[0]]
    order += [pack for pack in packs if pack not in order]
    for pack in order:
        names = [(pack.id, entry.id) for entry in pack.entries]
        begin = names.index(after) + 1 if after in names else 0
        turned = names[begin:] + names[:begin]
        open_ones = [one for one in turned if one in atlas and one != after and states.get(one) != "solved"]
        ready = [one for one in open_ones if all(states.get(_split(need)) == "solved" for need in atlas[one].needs)]
        # Two, as the first may have been suggested for a better reason.
        for chosen in (ready or open_ones)[:2]:
            text = N_("Next in “{pack}”: {exercise}.")
            yield Suggestion("next", message(text, pack=pack.title, exercise="/".join(chosen)), chosen)


def _review(store: Store, atlas: Atlas) -> Iterator[Suggestion]:
    due = review.due_now(store, atlas.rules)
    if due:
        yield Suggestion("review", message(N_("Rules due for review: {n}."), n=len(due)))


def _split(name: str) -> tuple[str, str]:
    pack, _, exercise = name.partition("/")
    return pack, exercise


@dataclass(frozen=True, slots=True)
class _Name:
    """A rule's name, in the language of the moment it is shown."""

    rule: str

    def __str__(self) -> str:
        return name(self.rule)


@dataclass(frozen=True, slots=True)
class _Label:
    """A mistake's name, likewise."""

    mistake: str

    def __str__(self) -> str:
        return label(self.mistake)
