"""Regrading: the verdicts that the exercises installed here give on the answers of an export.

A try is graded again on its own numbers, if the exercise still draws them: its fingerprint tells. What can't be graded
again keeps the verdict that is stored, and is counted.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from tutor.algebra.expr import Num
from tutor.engine.symbolic import has_symbols
from tutor.grading.grader import grade
from tutor.grading.verdict import VerdictKind
from tutor.packs.assessment import Assessment
from tutor.packs.content_hash import content_hash
from tutor.packs.diagnostics import PackError
from tutor.practice.event import NOTED, Event
from tutor.practice.exam import exam_seed
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tutor.grading.problem import Blank, Problem
    from tutor.grading.verdict import Verdict
    from tutor.packs.exercise import Exercise, Variant
    from tutor.practice.installed_exercises import InstalledExercises

#: The verdicts that are worth different points; all others are worth nothing.
_COUNTED = (VerdictKind.RIGHT, VerdictKind.CARRIED, VerdictKind.COARSE, VerdictKind.NOTED)
#: So many variants with drawn numbers are kept. Each takes about 50 kB with its passes.
_MAX_VARIANTS = 400
#: No rounding takes a number so far from another one, as a share of the greater.
_FAR = 0.75
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
#: The numbers of more seeds at once take more memory and hardly less time.
_SEEDS_AT_ONCE = 200
_FINISHING = ("solved", "reviewed")
#: Versions without a hash chain refuse points, times and everything else that an assessment says.
_NO_ASSESSMENT = Assessment()

Form = Literal["current", "other", "other-numbers", "unknown"]
"""Whether a try is at the exercise as it is here, on numbers that it draws: `unknown` is a part of it, or no exercise"""


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer whose stored verdict is another one than here."""

    event: Event
    verdict: VerdictKind


@dataclass(slots=True)
class RegradedTry:
    """The events of one try with the verdicts that they get here."""

    events: list[Event]
    form: Form
    num_regraded: int = 0
    #: How many answers could not be graded again.
    num_kept: int = 0
    #: How many rows have no hash chain, though the exercise can only be read by versions that write one.
    num_unchained: int = 0
    #: Whether the numbers of an exam follow from the learner's id; None if they can't.
    follows_id: bool | None = None
    differences: list[Difference] = field(default_factory=list)


@dataclass(slots=True)
class _Numbers:
    """A variant, and the verdicts on answers alone, without those beside them, by blank and text."""

    variant: Variant
    verdicts: dict[tuple[str, str], VerdictKind] = field(default_factory=dict)


class Regrader:
    """Grades the tries of a class again, with the exercises that are installed here."""

    def __init__(self, installed: InstalledExercises) -> None:
        self._installed = installed
        self._contents: dict[str, str] = {}
        self._numbers: OrderedDict[tuple[str, int | None, str], _Numbers | None] = OrderedDict()

    def choose_numbers(self, events: Iterable[Event]) -> None:
        """Choose the numbers of all tries of a class at once, which takes a quarter of the time."""
        seeds: dict[str, set[int]] = {}
        for event in events:
            if event.kind in ("answer", NOTED) and event.seed is not None and event.seed >= 0:
                seeds.setdefault(f"{event.pack}/{event.exercise}", set()).add(event.seed)
        for name, drawn in seeds.items():
            exercise = self._installed.get(name)
            if exercise is not None:
                with suppress(PackError):
                    ordered = sorted(drawn)
                    for begin in range(0, len(ordered), _SEEDS_AT_ONCE):
                        exercise.choose_numbers(ordered[begin : begin + _SEEDS_AT_ONCE])

    def regrade(self, pack: str, exercise: str, events: Sequence[Event]) -> RegradedTry:
        """Return a try, whose events are in the order in which they were stored, as it is graded here."""
        regraded = self._regrade(pack, exercise, events)
        regraded.num_unchained = self._num_unchained(f"{pack}/{exercise}", events)
        return regraded

    def follows_id(self, learner: str, pack: str, exercise: str, events: Sequence[Event]) -> bool | None:
        """Return whether the numbers of a try at an exam follow from the learner's id; None if it is none, or all have the same."""
        found = self._installed.get(f"{pack}/{exercise}")
        seeds = {event.seed for event in events if event.kind == NOTED}
        wanted = exam_seed(found, learner) if found is not None and found.exam and seeds else None
        return None if wanted is None else seeds == {wanted}

    def _num_unchained(self, name: str, events: Sequence[Event]) -> int:
        exercise = self._installed.get(name)
        if exercise is None or exercise.assessment == _NO_ASSESSMENT:
            return 0
        return sum(not event.link and not event.program for event in events)

    def _regrade(self, pack: str, exercise: str, events: Sequence[Event]) -> RegradedTry:
        answers = [event for event in events if event.kind in ("answer", NOTED)]
        if not answers:
            return RegradedTry(list(events), "current")
        numbers, form = self._numbers_of(f"{pack}/{exercise}", events, answers)
        if numbers is None:
            return RegradedTry(list(events), form, num_kept=len(answers))
        verdicts, done = _verdicts(numbers, events, answers)
        regraded = RegradedTry([], form)
        for event in events:
            regraded.events += _with_verdict(event, verdicts, regraded)
        regraded.events += _untold_answers(events, verdicts)
        if regraded.differences and not done:
            # What made it solved was not right.
            regraded.events = [event for event in regraded.events if event.kind not in _FINISHING]
        return regraded

    def _numbers_of(self, name: str, events: Sequence[Event], answers: Sequence[Event]) -> tuple[_Numbers | None, Form]:
        """Return the numbers of a try, None if they aren't those of the exercise here, and how the two compare."""
        exercise = self._installed.get(name)
        if exercise is None:
            return None, "unknown"
        here = self._content(name, exercise)
        form: Form = "other" if any(event.content not in ("", here) for event in answers) else "current"
        first = answers[0]
        key = name, first.seed, first.fingerprint
        # A part that a review cut can't be found until all of it was answered, and old attempts don't say what they asked.
        is_part = any(event.kind == "review" for event in events) or not first.content
        if any((event.seed, event.fingerprint) != key[1:] for event in answers):
            return None, "unknown" if is_part else "other-numbers"
        if key not in self._numbers:
            variant = _find_variant(exercise, events, first)
            self._numbers[key] = None if variant is None else _Numbers(variant)
            if len(self._numbers) > _MAX_VARIANTS:
                self._numbers.popitem(last=False)
        self._numbers.move_to_end(key)
        numbers = self._numbers[key]
        if numbers is None and form == "current":
            form = "unknown" if is_part else "other-numbers"
        return numbers, form

    def _content(self, name: str, exercise: Exercise) -> str:
        """Return the hash of what an exercise asks."""
        if name not in self._contents:
            self._contents[name] = content_hash(exercise)
        return self._contents[name]


def _find_variant(exercise: Exercise, events: Sequence[Event], first: Event) -> Variant | None:
    """Return the variant with the fingerprint of a try: a stage, the whole exercise, or a part for a review."""
    seed, fingerprint = first.seed, first.fingerprint
    if seed is not None and seed < 0:
        return None
    try:
        for stage in reversed(range(exercise.last_stage + 1)):
            variant = exercise.variant(seed, stage)
            if variant.fingerprint == fingerprint:
                return variant
        answered = {event.blank for event in events if event.blank}
        blanks = [blank.id for blank in exercise.variant().problem.blanks if blank.id in answered]
        part = exercise.cut(blanks, seed) if blanks else None
    except PackError:
        return None
    return part if part is not None and part.fingerprint == fingerprint else None


def _verdicts(
    numbers: _Numbers, events: Sequence[Event], answers: Sequence[Event]
) -> tuple[Mapping[str, VerdictKind], bool]:
    """Return the verdict on each answer by the id of its event, and whether all blanks are done.

    An answer that is right alone is right whatever is beside it. Only if the stored verdict needs more than the answer
    alone is the whole try replayed, which takes longer.
    """
    alone = {event.id: _verdict_alone(numbers, event) for event in answers}
    is_folded = not any(event.kind == "open" for event in events)
    told = {event.blank for event in answers if event.kind == "answer"}
    if is_folded and all(_is_settled_alone(event, alone[event.id], told) for event in answers):
        return {id: verdict for id, verdict in alone.items() if verdict is not None}, True
    replay = _Replay(numbers.variant, events)
    return replay.verdicts, replay.done


def _is_settled_alone(event: Event, verdict: VerdictKind | None, told: Collection[str]) -> bool:
    """Return whether what is beside an answer can't matter: it is right alone, or its stored verdict gives it nothing.

    An answer in an exam is stored once more at the blanks whose verdicts were `told`.
    """
    if verdict is None:
        return False
    if verdict is VerdictKind.RIGHT or (event.kind == NOTED and event.blank in told):
        return True
    return event.kind == "answer" and _counted(event.verdict) is None


def _verdict_alone(numbers: _Numbers, event: Event) -> VerdictKind | None:
    """Return the verdict on an answer alone; None if there is no such blank."""
    key = event.blank, event.text
    if key not in numbers.verdicts:
        problem = numbers.variant.problem
        if not problem.has_place(event.blank):
            return None
        place, text = problem.place(event.blank), event.text.strip()
        verdict = _verdict_on_number(problem, place, text) or grade(problem, place, text, explain=False).kind
        numbers.verdicts[key] = verdict
    return numbers.verdicts[key]


def _verdict_on_number(problem: Problem, place: Blank, text: str) -> VerdictKind | None:
    """Return the verdict on a plain number that is exactly right or far off, in a tenth of the time; None for others."""
    if place.kind == "question" or place.grid is not None or not _PLAIN_NUMBER.fullmatch(text):
        return None
    truth = problem.truth(place)
    if isinstance(truth, Num) and Fraction(text) == truth.value:
        return VerdictKind.RIGHT
    if has_symbols(truth) or problem.precision_at(place).is_demanded:
        return None
    number, value = float(text), float(problem.truth_in_floats(place))
    return VerdictKind.WRONG if abs(number - value) > _FAR * max(abs(number), abs(value)) else None


class _Replay(Worksheet):
    """A try as it is replayed here, with the verdict on each of its answers by the id of its event."""

    _explains = False

    def __init__(self, variant: Variant, events: Sequence[Event]) -> None:
        self.verdicts: dict[str, VerdictKind] = {}
        self._last_verdict: Verdict | None = None
        super().__init__(variant, None, events)

    def _grade(self, blank: str, text: str) -> Verdict:
        self._last_verdict = super()._grade(blank, text)
        return self._last_verdict

    def _apply(self, event: Event, verdict: Verdict | None = None) -> None:
        self._last_verdict = None
        place = event.blank if self.problem.has_place(event.blank) else ""
        # An answer that waited has its verdict already, from the time at which it was judged.
        waited = self.whole_pass.judged.get(place) if place in self.whole_pass.unstored else None
        sealed = self.entry(place).sealed_verdict if place and self.exam else None
        super()._apply(event, verdict)
        told = waited or sealed or self._last_verdict
        if told is not None and event.kind in ("answer", NOTED):
            self.verdicts[event.id] = told.kind


def _with_verdict(event: Event, verdicts: Mapping[str, VerdictKind], regraded: RegradedTry) -> Iterator[Event]:
    """Yield an event with its verdict here, and count it."""
    verdict = verdicts.get(event.id)
    if event.kind != "answer":
        yield event
    elif verdict is None or verdict is VerdictKind.UNDECIDED:
        regraded.num_kept += 1
        yield event
    else:
        regraded.num_regraded += 1
        if _counted(event.verdict) == _counted(verdict):
            yield event
        else:
            regraded.differences.append(Difference(event, verdict))
            yield _judged(event, verdict)


def _untold_answers(events: Iterable[Event], verdicts: Mapping[str, VerdictKind]) -> Iterator[Event]:
    """Yield the answers of an exam whose verdicts are not stored, because they are told later or it was not finished."""
    told = {event.blank for event in events if event.kind == "answer"}
    for event in events:
        verdict = verdicts.get(event.id)
        if event.kind == NOTED and event.blank not in told and verdict is not None:
            told.add(event.blank)
            yield _judged(replace(event, id=f"{event.id} regraded", kind="answer", duration=0.0), verdict)


def _judged(event: Event, verdict: VerdictKind) -> Event:
    return replace(event, verdict=str(verdict), mistake="", proof=False)


def _counted(verdict: str) -> str | None:
    """Return a verdict if it is worth anything, None for all that is not."""
    return str(verdict) if verdict in _COUNTED else None
