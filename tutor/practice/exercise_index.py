"""The exercise index: which exercise practises which rules, cached until an exercise file changes."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.atomic_files import read_regular_file, write_atomically
from tutor.packs.boundary import exercise_boundary
from tutor.packs.diagnostics import PackError
from tutor.packs.fading import dependents, sources_of
from tutor.paths import cache_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from tutor.grading.problem import Blank, Problem
    from tutor.packs.exercise import Exercise, Variant
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.packs.questions import QuestionTemplate

#: The time for each blank of an exercise whose file gives no minutes.
MINUTES_PER_BLANK = 0.7

#: Changes with what the cache file holds about an exercise.
_CACHE_VERSION = f"{__version__} fixed questions"

#: The sets of numbers with which a question is compared to see whether it changes.
_SEEDS_TO_COMPARE = (1, 2)

_UNUSABLE_DATA = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class IndexedExercise:
    """One exercise: its rules, each with whether the author's numbers can prove it, its minutes and prerequisites.

    `blanks` is their number on the author's numbers. `asked` holds the rules of each blank that is asked in any stage,
    `not_asked` those of the other places. `whole` are the blanks of the whole exercise in order, `sources` tell of each
    gradient what it is computed from: places, each followed by the blanks from which that follows in turn. The words
    and answers of `fixed_questions` do not change with the numbers. `cells` are how many numbers the answer at a blank
    has.
    """

    pack: str
    exercise: str
    rules: Mapping[str, bool]
    minutes: float
    has_variants: bool
    needs: tuple[str, ...]
    blanks: int = 0
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    sources: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    fixed_questions: tuple[str, ...] = ()
    cells: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.pack}/{self.exercise}"


@dataclass(frozen=True)
class ExerciseIndex:
    """All exercises that can be opened, in the order of the packs; a mapping from (pack, exercise)."""

    exercises: tuple[IndexedExercise, ...]

    def __getitem__(self, name: tuple[str, str]) -> IndexedExercise:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], IndexedExercise]:
        return {(exercise.pack, exercise.exercise): exercise for exercise in self.exercises}

    @cached_property
    def rules(self) -> frozenset[str]:
        """The rules that at least one exercise practises."""
        return frozenset(rule for exercise in self.exercises for rule in exercise.rules)

    @cached_property
    def rules_of_fixed_questions(self) -> frozenset[str]:
        """The rules that are practised only by questions that never change."""
        fixed: set[str] = set()
        others: set[str] = set()
        for exercise in self.exercises:
            for blank, rules in exercise.asked.items():
                (fixed if blank in exercise.fixed_questions else others).update(rules)
        return frozenset(fixed - others)

    def exercises_for(self, rule: str) -> list[IndexedExercise]:
        """Return the exercises that practise a rule, the best first.

        Those with new numbers come first, among these those that can prove the rule, among these the shortest.
        """
        exercises = [exercise for exercise in self.exercises if rule in exercise.rules]
        return sorted(exercises, key=lambda found: (not found.has_variants, not found.rules[rule], found.minutes))


def default_cache_path() -> Path:
    """Return the path of the cache, beside the learner's progress file."""
    return cache_folder() / "atlas.json"


def load_index(
    packs: Iterable[Pack], cache: Path | None = None, only: Collection[tuple[str, str]] | None = None
) -> ExerciseIndex:
    """Return the index of these packs without the exercises that can't be opened; read and update the cache file.

    With `only` return no other (pack, exercise), and leave the cache file alone.
    """
    before = _read_cache(cache)
    now: dict[str, Any] = {}
    exercises = []
    for pack in packs:
        for entry in pack.entries:
            if only is not None and (pack.id, entry.id) not in only:
                continue
            key, stamp = str(entry.path), _file_stamp(pack, entry)
            data = before.get(key)
            if not (stamp and isinstance(data, dict) and data.get("stamp") == stamp):
                data = {"stamp": stamp, **_index_entry(pack, entry)}
            now[key] = data
            with suppress(*_UNUSABLE_DATA):
                exercises.append(_from_data(pack.id, entry.id, data))
    if cache is not None and only is None and now != before:
        _write_cache(cache, now)
    return ExerciseIndex(tuple(exercises))


def index_exercise(exercise: Exercise) -> IndexedExercise:
    """Return the index entry of an open exercise."""
    return _from_data(exercise.pack, exercise.id, _index_data(exercise))


def _index_data(exercise: Exercise) -> dict[str, Any]:
    # Here, because it loads the engine, which a cached index does without.
    from tutor.practice.rule_ids import blank_rules, proves_rule

    problem = exercise.variant().problem
    stages = [exercise.variant(None, stage).problem for stage in range(exercise.last_stage)]
    blanks = {blank.id: blank for each in (problem, *stages) for blank in each.blanks}
    asked = {id: blank_rules(problem, blank) for id, blank in blanks.items()}
    rules: dict[str, bool] = {}
    # An exam is not practice: none of its rules is reviewed.
    for id, blank in blanks.items() if not exercise.exam else ():
        for rule in asked[id]:
            rules[rule] = rules.get(rule, False) or proves_rule(problem, blank)
    minutes = float(exercise.minutes or max(1.0, round(MINUTES_PER_BLANK * len(problem.blanks), 1)))
    others = [place for place in problem.places if place.id not in blanks]
    return {
        "rules": rules,
        "minutes": minutes,
        "varies": exercise.has_variants,
        "needs": tuple(exercise.needs),
        "blanks": len(problem.blanks),
        "asked": asked,
        "not_asked": {place.id: blank_rules(problem, place) for place in others},
        "whole": [blank.id for blank in problem.blanks],
        "sources": _sources(problem),
        "fixed": _fixed_questions(exercise),
        "cells": {blank.id: _count_cells(blank) for blank in problem.blanks},
    }


def _sources(problem: Problem) -> dict[str, list[list[str]]]:
    """Return what each gradient that is asked for is computed from: places, each with the blanks it follows from."""
    blanks = [blank for blank in problem.blanks if blank.is_backward]
    followers = {blank.id: dependents(problem, {blank.id}) for blank in blanks}
    return {
        blank.id: [
            [source, *(id for id in followers if id == source or source in followers[id])]
            for source in sources_of(problem, blank)
        ]
        for blank in blanks
    }


def _count_cells(blank: Blank) -> int:
    """Return how many numbers an answer has; a formula counts as one."""
    rows, columns = blank.grid or (1, 1)
    return int(rows * columns)


def _fixed_questions(exercise: Exercise) -> list[str]:
    """Return the questions that ask the same with all numbers, as far as some sets of them show."""
    contents = [_contents(exercise.variant())]
    if exercise.has_variants and any(map(_may_change, exercise.questions)):
        with suppress(PackError):
            contents += [_contents(exercise.variant(seed)) for seed in _SEEDS_TO_COMPARE]
    first, *others = contents
    return [question for question, asked in first.items() if all(other.get(question) == asked for other in others)]


def _may_change(question: QuestionTemplate) -> bool:
    """Return whether the words or the answer of a question may change with the numbers."""
    texts = (
        text
        for words in (question.prompt, *(choice.text for choice in question.choices))
        for text in words.texts.values()
    )
    return question.answer is not None or any("{" in text for text in texts)


def _contents(variant: Variant) -> dict[str, tuple[str, ...]]:
    return {question.id: question.contents for question in variant.problem.questions}


def _index_entry(pack: Pack, entry: ExerciseEntry) -> dict[str, Any]:
    """Return what the cache holds about an exercise; nothing if it can't be opened."""
    try:
        with exercise_boundary(entry.path):
            return _index_data(pack.open(entry.id))
    except PackError:
        return {}


def _from_data(pack: str, exercise: str, data: Mapping[str, Any]) -> IndexedExercise:
    """Return an entry of the index. Raise one of `_UNUSABLE_DATA` for an exercise that can't be opened."""
    return IndexedExercise(
        pack,
        exercise,
        {str(rule): bool(proof) for rule, proof in data["rules"].items()},
        float(data["minutes"]),
        bool(data["varies"]),
        tuple(map(str, data["needs"])),
        int(data["blanks"]),
        _rules_of_places(data["asked"]),
        _rules_of_places(data["not_asked"]),
        tuple(map(str, data["whole"])),
        {
            str(blank): tuple(tuple(map(str, source)) for source in sources)
            for blank, sources in data["sources"].items()
        },
        tuple(map(str, data["fixed"])),
        {str(blank): int(cells) for blank, cells in data["cells"].items()},
    )


def _rules_of_places(data: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    return {str(place): tuple(map(str, rules)) for place, rules in data.items()}


def _file_stamp(pack: Pack, entry: ExerciseEntry) -> list[int]:
    """Return time and size of the exercise's file, or of the archive it is in; nothing if neither can be read."""
    for path in (entry.path, *entry.path.parents):
        with suppress(OSError):
            status = path.stat()
            return [status.st_mtime_ns, status.st_size]
        if path == pack.folder.parent:
            break
    return []


def _read_cache(cache: Path | None) -> dict[str, Any]:
    try:
        data = json.loads(read_regular_file(cache)) if cache is not None else {}
    except (OSError, ValueError, RecursionError):
        return {}
    # Another version may find different rules in the same file.
    usable = (
        isinstance(data, dict) and data.get("version") == _CACHE_VERSION and isinstance(data.get("exercises"), dict)
    )
    return data["exercises"] if usable else {}


def _write_cache(cache: Path, exercises: Mapping[str, Any]) -> None:
    """Write the cache file; if that fails, the index is built again next time."""
    with suppress(OSError):
        data = {"version": _CACHE_VERSION, "exercises": exercises}
        write_atomically(json.dumps(data, ensure_ascii=False), cache, durable=False)
