"""Item analysis: how hard each blank of an exercise is, which wrong answers it gets, and which messages don't help.

An item is a blank of one form of an exercise; the content hash tells the forms apart. A learner counts once for each
item: in the first try in which they came to it. What a learner reset, reviews and code don't count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import sqrt
from statistics import median, median_low
from typing import TYPE_CHECKING

from tutor.grading.verdict import WRONG_ATTEMPT_KINDS, VerdictKind
from tutor.practice.answer_groups import answer_key, group_answers
from tutor.practice.event import AGAIN, NO, NOTED, REPLY, UNJUDGED, YES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor.practice.classroom import Classroom
    from tutor.practice.event import Event

#: With fewer learners, chance decides about a correlation: its standard error is 1/√(n − 3), here 0.24.
MIN_LEARNERS = 20
#: The first tries at fewer other items say too little about a learner.
MIN_REST_ITEMS = 3
#: The kinds of event that mean that a learner came to a blank.
_KINDS = ("answer", AGAIN, "hint", "reveal", REPLY)
#: The kinds whose time is that of the blank: not what is asked before it, or after it is right.
_TIMED_KINDS = (*_KINDS, NOTED, UNJUDGED, "clear", "undo")


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A wrong answer: one mistake with a name, or one value without.

    `answer` is the most frequent spelling, `other_values` how many other values the mistake gave on other numbers, and
    `number_sets` on how many sets of numbers it was given.
    """

    answer: str
    mistake: str
    times: int
    learners: int
    other_values: int
    number_sets: int


@dataclass(frozen=True, slots=True)
class MessageEffect:
    """Learners' reactions to a message: how often it was shown and answered, and what the next answer was.

    `repeated`: the same wrong answer or the same mistake again. `right`: the right answer.
    """

    message: str
    shown: int
    answered: int
    repeated: int
    right: int


@dataclass(frozen=True, slots=True)
class Item:
    """The figures of one blank. Shares are of `learners`, those who answered it or had it shown.

    `right` is the share that got it right in the end, `first_try` at the first answer and without a hint;
    `discrimination` the correlation of `first_try` with the learner's first-try rate at all other items, over `compared`
    learners, None if these are too few or all did the same. `seconds` is the median of those who finished the blank, `hinted`
    the share that took a hint, `rungs` the mean of the highest one, `shown` the share that had the value shown.
    """

    pack: str
    exercise: str
    content: str
    blank: str
    rule: str
    position: int
    learners: int
    right: float
    first_try: float
    discrimination: float | None
    compared: int
    seconds: float | None
    hinted: float
    rungs: float
    shown: float
    wrong_answers: tuple[WrongAnswer, ...]
    messages: tuple[MessageEffect, ...]


ItemKey = tuple[str, str, str, str]
"""pack, exercise, content, blank"""


@dataclass(slots=True)
class _Encounter:
    """One learner at one blank, in the try that counts."""

    first: bool | None = None
    is_right: bool = False
    rungs: int = 0
    shown: bool = False
    seconds: float = 0.0

    @property
    def is_finished(self) -> bool:
        return self.is_right or self.shown

    @property
    def counts(self) -> bool:
        return self.first is not None or self.shown


@dataclass(slots=True)
class _Tally:
    """The data collected about one item."""

    rule: str = ""
    positions: list[int] = field(default_factory=list)
    encounters: dict[str, _Encounter] = field(default_factory=dict)
    #: The wrong answers: learner, text, mistake, numbers.
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)
    messages: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, learner: str, events: Sequence[Event]) -> None:
        """Add the events of one learner at this blank in one try, in order."""
        encounter = self.encounters[learner] = _Encounter()
        shown = ""
        last: Event | None = None
        for event in events:
            self.rule = self.rule or event.rule
            if event.kind in _TIMED_KINDS and not encounter.is_finished:
                encounter.seconds += event.duration
            if event.kind == "hint":
                encounter.rungs = max(encounter.rungs, event.hints)
            elif event.kind == "reveal":
                encounter.shown = True
            elif event.kind == REPLY:
                self._correct_mistake(learner, event)
                shown = self._show(event.message, shown)
            elif event.kind in ("answer", AGAIN):
                if shown and last is not None:
                    self._count_answer(shown, last, event)
                self._judge(encounter, learner, event)
                is_right = event.verdict == VerdictKind.RIGHT
                shown, last = ("" if is_right else self._show(_message_of(event), "")), event
        self.positions += [event.position for event in events if event.position][:1]

    def _correct_mistake(self, learner: str, reply: Event) -> None:
        """Take a mistake away from the learner's last answer if they deny it, or name the one they confirm."""
        if self.wrong and self.wrong[-1][0] == learner:
            _learner, text, mistake, numbers = self.wrong[-1]
            denied = reply.text == NO and mistake == reply.mistake
            confirmed = reply.mistake if reply.text == YES else mistake
            self.wrong[-1] = (learner, text, "" if denied else confirmed, numbers)

    def _show(self, message: str, before: str) -> str:
        """Count a message as shown, and return it; the one before if there is none."""
        if not message:
            return before
        if before:
            # The reply to a question is no answer to the blank.
            self.messages[before]["shown"] -= 1
        self.messages[message]["shown"] += 1
        return message

    def _count_answer(self, shown: str, last: Event, event: Event) -> None:
        counts = self.messages[shown]
        counts["answered"] += 1
        if event.verdict == VerdictKind.RIGHT:
            counts["right"] += 1
        elif _is_same(last, event):
            counts["repeated"] += 1

    def _judge(self, encounter: _Encounter, learner: str, event: Event) -> None:
        encounter.is_right = event.verdict == VerdictKind.RIGHT
        is_wrong = event.verdict in WRONG_ATTEMPT_KINDS
        if event.kind == "answer" and is_wrong:
            self.wrong.append((learner, _answer_text(event), event.mistake, event.fingerprint))
        if encounter.first is None and (encounter.is_right or is_wrong):
            encounter.first = encounter.is_right and not encounter.rungs and not encounter.shown


def analyse_items(classroom: Classroom) -> list[Item]:
    """Return the items of a class, by exercise, form and position."""
    tallies: dict[ItemKey, _Tally] = {}
    firsts: dict[str, dict[ItemKey, bool]] = {}
    for learner, name, events in classroom.counted_events():
        for key, at_blank in _first_encounters(name, events):
            tally = tallies.setdefault(key, _Tally())
            tally.add(learner, at_blank)
            encounter = tally.encounters[learner]
            if encounter.counts:
                firsts.setdefault(learner, {})[key] = bool(encounter.first)
    discriminations = _discriminations(firsts)
    items = [
        _to_item(key, tally, *discriminations[key])
        for key, tally in tallies.items()
        if any(encounter.counts for encounter in tally.encounters.values())
    ]
    return sorted(items, key=lambda item: (item.pack, item.exercise, item.content, item.position, item.blank))


def _first_encounters(name: tuple[str, str], events: Iterable[Event]) -> list[tuple[ItemKey, list[Event]]]:
    """Return the events of a learner at each blank of an exercise, in the first try in which they came to it."""
    tries: dict[str, list[Event]] = {}
    for event in events:
        tries.setdefault(event.worksheet, []).append(event)
    found: dict[ItemKey, list[Event]] = {}
    for attempts in tries.values():
        if any(event.kind == "review" for event in attempts):
            continue
        content = next((event.content for event in attempts if event.content), "")
        here: dict[ItemKey, list[Event]] = {}
        for event in attempts:
            if event.blank:
                here.setdefault((*name, content, event.blank), []).append(event)
        for key, at_blank in here.items():
            if any(event.kind in _KINDS for event in at_blank):
                found.setdefault(key, at_blank)
    return list(found.items())


def _message_of(event: Event) -> str:
    """Return the id of the message an answer got; of an earlier version, the mistake or the kind of verdict."""
    return event.message or event.mistake or event.verdict


def _answer_text(event: Event) -> str:
    """Return an answer as it is counted: choices are in another order on other numbers and for other learners."""
    return event.message if event.message.startswith("choice.") else event.text


def _is_same(one: Event, other: Event) -> bool:
    if one.mistake and one.mistake == other.mistake:
        return True
    return answer_key(_answer_text(one)) == answer_key(_answer_text(other))


def _discriminations(firsts: dict[str, dict[ItemKey, bool]]) -> dict[ItemKey, tuple[float | None, int]]:
    """Return the item-rest correlation of each item and over how many learners it is."""
    pairs: dict[ItemKey, list[tuple[float, float]]] = defaultdict(list)
    for results in firsts.values():
        total, rest = sum(results.values()), len(results) - 1
        for key, first in results.items():
            here = pairs[key]
            if rest >= MIN_REST_ITEMS:
                here.append((float(first), (total - first) / rest))
    return {key: (correlation(here) if len(here) >= MIN_LEARNERS else None, len(here)) for key, here in pairs.items()}


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation; None if one of the two never varies."""
    n = len(pairs)
    if n < 2:
        return None
    mean_x, mean_y = sum(x for x, _ in pairs) / n, sum(y for _, y in pairs) / n
    xx = sum((x - mean_x) ** 2 for x, _ in pairs)
    yy = sum((y - mean_y) ** 2 for _, y in pairs)
    xy = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return xy / sqrt(xx * yy) if xx > 1e-12 and yy > 1e-12 else None


def _to_item(key: ItemKey, tally: _Tally, discrimination: float | None, compared: int) -> Item:
    here = [encounter for encounter in tally.encounters.values() if encounter.counts]
    finished = [encounter.seconds for encounter in here if encounter.is_finished]
    n = len(here)
    return Item(
        *key,
        rule=tally.rule,
        position=median_low(tally.positions) if tally.positions else 0,
        learners=n,
        right=sum(encounter.is_right and not encounter.shown for encounter in here) / n,
        first_try=sum(bool(encounter.first) for encounter in here) / n,
        discrimination=discrimination,
        compared=compared,
        seconds=median(finished) if finished else None,
        hinted=sum(encounter.rungs > 0 for encounter in here) / n,
        rungs=sum(encounter.rungs for encounter in here) / n,
        shown=sum(encounter.shown for encounter in here) / n,
        wrong_answers=_wrong_answers(tally.wrong),
        messages=_effects(tally.messages),
    )


def _wrong_answers(wrong: Sequence[tuple[str, str, str, str]]) -> tuple[WrongAnswer, ...]:
    """Return the wrong answers, those of the most learners first."""
    groups = group_answers(Counter(text for _learner, text, _mistake, _numbers in wrong))
    rows: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for learner, text, mistake, numbers in wrong:
        # On other numbers a mistake gives another value, so its name is what its answers have in common.
        rows[mistake, "" if mistake else groups[text]].append((learner, groups[text], numbers))
    found = []
    for (mistake, _value), answers in rows.items():
        values = Counter(value for _learner, value, _numbers in answers)
        [(answer, _times)] = values.most_common(1)
        learners, number_sets = {row[0] for row in answers}, {row[2] for row in answers}
        found.append(WrongAnswer(answer, mistake, len(answers), len(learners), len(values) - 1, len(number_sets)))
    return tuple(sorted(found, key=lambda row: (-row.learners, -row.times, row.mistake, row.answer)))


def _effects(messages: dict[str, Counter[str]]) -> tuple[MessageEffect, ...]:
    """Return the effects of messages, those that were repeated most often first."""
    effects = [
        MessageEffect(message, counts["shown"], counts["answered"], counts["repeated"], counts["right"])
        for message, counts in messages.items()
        if counts["shown"]
    ]
    return tuple(sorted(effects, key=lambda effect: (-effect.repeated, -effect.shown, effect.message)))
