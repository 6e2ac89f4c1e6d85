"""All checks of packs, one exercise after the other or in several processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tutor import i18n
from tutor.i18n import message
from tutor.packs.archive import PACK_FILE, is_archive, open_archive
from tutor.packs.checks.target import CheckTarget, Diagnostic, diagnostic_from_fault, diagnostics_from_error
from tutor.packs.diagnostics import PackError
from tutor.packs.number_selection import ChosenNumbers
from tutor.packs.pack import ExerciseEntry, Pack, id_from_path, read_pack
from tutor.packs.toml_source import read_source

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

    from tutor.packs.exercise import Exercise

#: More checks of one exercise, from rooms that packs know nothing of.
ExtraCheck = Callable[[CheckTarget], Iterable[Diagnostic]]

#: By folder the ids of all exercises of a pack.
KnownIds: TypeAlias = dict[Path, tuple[str, ...]]

#: From so many exercises on it pays to start other processes.
_MIN_FOR_PROCESSES = 60
#: Exercises are handed to processes in groups of this size.
_TASK_SIZE = 25

#: What malloc.h of glibc calls its limits, and how many bytes are kept at most.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True)
class Task:
    """Some exercises of one pack."""

    pack: str
    folder: Path
    languages: tuple[str, ...]
    entries: tuple[ExerciseEntry, ...]
    exam: bool = False


def check_packs(
    paths: Sequence[Path],
    extra_checks: Sequence[ExtraCheck] = (),
    on_progress: Callable[[int, int], None] = lambda n, of: None,
) -> list[Diagnostic]:
    """Everything that is to be said of packs (folders or archives) and single exercise files, sorted.

    `done` is called with the number of exercises that have been looked at, and how many there are.
    """
    findings: list[Diagnostic] = []
    tasks: list[Task] = []
    known: KnownIds = {}
    for place in paths:
        told, more_tasks = _make_tasks(place, known)
        findings += told
        tasks += more_tasks
    count, total = 0, sum(len(task.entries) for task in tasks)
    for told, finished in _run_tasks(tasks, tuple(extra_checks), known, total):
        findings += told
        count += finished
        on_progress(count, total)
    return sorted(set(findings))


def _make_tasks(path: Path, known: KnownIds) -> tuple[list[Diagnostic], list[Task]]:
    from tutor.packs.checks import pack_level

    if path.suffix == ".toml" and path.name != PACK_FILE and not path.is_dir():
        return _make_file_task(path, known)
    if is_archive(path):
        try:
            open_archive(path)
        except PackError as error:
            return diagnostics_from_error(error), []
    found = read_pack(path.parent if path.name == PACK_FILE else path)
    told, languages = pack_level.check(found)
    known[found.folder] = tuple(entry.id for entry in found.entries_without_titles)
    return told, list(_split_into_tasks(found, languages, found.entries_without_titles))


def _make_file_task(path: Path, known: KnownIds) -> tuple[list[Diagnostic], list[Task]]:
    """A file alone, in the languages of its pack where it has one."""
    around = read_pack(path.parent) if (path.parent / PACK_FILE).is_file() else None
    if around is None:
        entry = ExerciseEntry(id_from_path(path), i18n.LocalizedText({}), path)
        known[path.parent] = (entry.id,)
        return [], [Task("", path.parent, (), (entry,))]
    known[around.folder] = tuple(entry.id for entry in around.entries_without_titles)
    from tutor.packs.loader import load_pack_file

    try:
        languages = load_pack_file(around.folder / PACK_FILE, around.folder).languages
    except PackError:
        languages = ()
    return [], list(
        _split_into_tasks(
            around, languages, [entry for entry in around.entries_without_titles if entry.path.name == path.name]
        )
    )


def _split_into_tasks(found: Pack, languages: tuple[str, ...], entries: Sequence[ExerciseEntry]) -> Iterator[Task]:
    for begin in range(0, len(entries), _TASK_SIZE):
        yield Task(found.id, found.folder, languages, tuple(entries[begin : begin + _TASK_SIZE]), found.exam)


def _run_tasks(
    tasks: Sequence[Task], extra_checks: tuple[ExtraCheck, ...], known: KnownIds, total: int
) -> Iterator[tuple[list[Diagnostic], int]]:
    processes = min(os.cpu_count() or 1, len(tasks))
    if total < _MIN_FOR_PROCESSES or processes < 2:
        for task in tasks:
            for entry in task.entries:
                yield check_entry(task, entry, extra_checks, known), 1
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed

    with ProcessPoolExecutor(processes, _process_context(), _init_worker, (i18n.current_language(), known)) as pool:
        for future in as_completed(pool.submit(check_task, task, extra_checks) for task in tasks):
            yield future.result()


def _process_context() -> BaseContext:
    """How processes are started."""
    import threading
    from multiprocessing import get_context

    # A copy of this process has at hand what it has read. It would have threads' locks as well, and NumPy starts some.
    if sys.platform != "linux" or threading.active_count() > 1 or "numpy" in sys.modules:
        return get_context("spawn")

    return get_context("fork")


def _init_worker(language: str, known: KnownIds) -> None:
    """Make a process ready for tasks."""
    import gc

    i18n.set_language(language)
    _worker_known_ids.update(known)
    # What a task leaves behind is looked through once at its end.
    gc.disable()
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Keep memory that arrays leave free, where the C library can be told so: to give it back and get it anew after
    every few arrays takes a quarter of the time.
    """
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES // 4)


#: The ids of all exercises in the packs that a process looks at.
_worker_known_ids: KnownIds = {}


def check_task(task: Task, extra_checks: tuple[ExtraCheck, ...]) -> tuple[list[Diagnostic], int]:
    """What is to be said of some exercises, and how many they are. Runs in a process of its own."""
    import gc

    told = [finding for entry in task.entries for finding in check_entry(task, entry, extra_checks, _worker_known_ids)]
    gc.collect()
    gc.freeze()
    return told, len(task.entries)


def check_entry(
    task: Task, entry: ExerciseEntry, extra_checks: tuple[ExtraCheck, ...], known_ids: KnownIds
) -> list[Diagnostic]:
    """What is to be said of one exercise."""
    from tutor.packs.builder.inputs import NO_FINITE_NUMBERS
    from tutor.packs.checks import languages, mistakes, numbers, pack_level, questions, texts
    from tutor.packs.loader import build_exercise

    try:
        source = read_source(entry.path, task.folder)
    except PackError as error:
        return diagnostics_from_error(error)
    exercise, told, picks = None, list[Diagnostic](), dict[int, ChosenNumbers | None]()
    try:
        exercise = build_exercise(source, task.pack, entry.id, task.exam, numbers_checked_elsewhere=True)
        picks = numbers.choose_numbers(exercise)
        if not numbers.has_finite_numbers(exercise, picks):
            exercise = None
            told.append(diagnostic_from_fault(source.fault(("vary",), message(NO_FINITE_NUMBERS))))
    except PackError as error:
        told += diagnostics_from_error(error)
    subject = CheckTarget(entry.path, source, exercise, task.languages)
    told += languages.check(subject)
    told += pack_level.check_needs(subject, task.pack, task.folder, known_ids[task.folder])
    if exercise is not None:
        told += numbers.check(subject, picks)
        told += _check_stages(subject, exercise)
        if exercise.author_notes or exercise.questions:
            variants = [exercise.variant(), *map(exercise.variant, picks)]
            told += mistakes.check(subject, variants)
            told += questions.check(subject, variants)
        told += texts.check(subject)
        for check in extra_checks:
            told += check(subject)
    return told


def _check_stages(target: CheckTarget, exercise: Exercise) -> Iterator[Diagnostic]:
    """What is to be said of the numbers of the stages after the first, each of which draws its own."""
    from tutor.packs.checks import numbers

    for stage in exercise.stages[1:]:
        staged = replace(exercise, asked=stage)
        yield from numbers.check_hidden(replace(target, exercise=staged), numbers.choose_numbers(staged))
