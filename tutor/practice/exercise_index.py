"""Which exercises ask for which rules. Found by opening each once, and remembered until its file changes."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.packs.diagnostics import PackError
from tutor.paths import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import ExerciseEntry, Pack

#: What an exercise without minutes of its own takes, for each of its blanks.
MINUTES_PER_BLANK = 0.7


@dataclass(frozen=True, slots=True)
class IndexedExercise:
    """What one exercise asks for. `rules` tells of each rule whether the author's numbers can prove it."""

    pack: str
    exercise: str
    rules: Mapping[str, bool]
    minutes: float
    varies: bool
    needs: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.pack}/{self.exercise}"


@dataclass(frozen=True)
class ExerciseIndex:
    """All exercises that can be opened, in the order of the packs."""

    exercises: tuple[IndexedExercise, ...]

    def __getitem__(self, name: tuple[str, str]) -> IndexedExercise:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], IndexedExercise]:
        return {(asked.pack, asked.exercise): asked for asked in self.exercises}

    @cached_property
    def rules(self) -> frozenset[str]:
        """The rules that some exercise asks for."""
        return frozenset(rule for asked in self.exercises for rule in asked.rules)

    def exercises_for(self, rule: str) -> list[IndexedExercise]:
        """The exercises that ask for a rule: first those with fresh numbers, of these those that can prove it, the
        shortest first.
        """
        found = [asked for asked in self.exercises if rule in asked.rules]
        return sorted(found, key=lambda asked: (not asked.varies, not asked.rules[rule], asked.minutes))


def default_cache_path() -> Path:
    """Where the atlas is remembered: beside the learner's progress."""
    return data_folder() / "atlas.json"


def load_index(packs: Iterable[Pack], cache: Path | None = None) -> ExerciseIndex:
    """The atlas of these packs. Exercises that can't be opened are left out; `cache` is read and brought up to date."""
    before = _read_cache(cache)
    now: dict[str, Any] = {}
    found = []
    for pack in packs:
        for entry in pack.entries:
            key, stamp = str(entry.path), _file_stamp(pack, entry)
            known = before.get(key)
            if not (stamp and isinstance(known, dict) and known.get("stamp") == stamp):
                known = {"stamp": stamp, **_index_entry(pack, entry)}
            now[key] = known
            asked = _from_cache(pack, entry, known)
            if asked is not None:
                found.append(asked)
    if cache is not None and now != before:
        _write_cache(cache, now)
    return ExerciseIndex(tuple(found))


def index_exercise(exercise: Exercise) -> IndexedExercise:
    """What an open exercise asks for."""
    return IndexedExercise(exercise.pack, exercise.id, **_index_data(exercise))


def _index_data(exercise: Exercise) -> dict[str, Any]:
    # Here, because it loads the engine, which a cached index does without.
    from tutor.practice.rule_ids import proves_rule, rule_id_at

    problem = exercise.variant().problem
    rules: dict[str, bool] = {}
    # An exam is no practice: nothing in it comes up for review.
    for blank in () if exercise.exam else problem.blanks:
        rule = rule_id_at(problem, blank)
        if rule:
            rules[rule] = rules.get(rule, False) or proves_rule(problem, blank)
    minutes = float(exercise.minutes or max(1.0, round(MINUTES_PER_BLANK * len(problem.blanks), 1)))
    return {"rules": rules, "minutes": minutes, "varies": exercise.has_variants, "needs": tuple(exercise.needs)}


def _index_entry(pack: Pack, entry: ExerciseEntry) -> dict[str, Any]:
    """What is remembered of an exercise; nothing of one that can't be opened."""
    from tutor.engine.passes import NonFiniteError

    try:
        return _index_data(pack.open(entry.id))
    except (PackError, NonFiniteError):
        return {}


def _from_cache(pack: Pack, entry: ExerciseEntry, known: Mapping[str, Any]) -> IndexedExercise | None:
    try:
        return IndexedExercise(
            pack.id,
            entry.id,
            {str(rule): bool(proof) for rule, proof in known["rules"].items()},
            float(known["minutes"]),
            bool(known["varies"]),
            tuple(map(str, known["needs"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _file_stamp(pack: Pack, entry: ExerciseEntry) -> list[int]:
    """What tells that a file has changed; nothing where it can't be told."""
    for path in (entry.path, *entry.path.parents):
        with suppress(OSError):
            found = path.stat()
            return [found.st_mtime_ns, found.st_size]
        if path == pack.folder.parent:
            break
    return []


def _read_cache(cache: Path | None) -> dict[str, Any]:
    try:
        data = json.loads(cache.read_text(encoding="utf-8")) if cache is not None else {}
    except (OSError, ValueError, RecursionError):
        return {}
    # Another version may find other rules in the same file.
    usable = isinstance(data, dict) and data.get("version") == __version__ and isinstance(data.get("exercises"), dict)
    return data["exercises"] if usable else {}


def _write_cache(cache: Path, exercises: Mapping[str, Any]) -> None:
    """Remember it; where that can't be, it is found again next time."""
    part = cache.with_name(f"{cache.name}.{os.getpid()}")
    with suppress(OSError):
        cache.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        data = {"version": __version__, "exercises": exercises}
        part.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        part.replace(cache)
