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
from tutor.packs.checks.finding import Finding, Subject, of_error, of_fault
from tutor.packs.exercise import Exercise
from tutor.packs.faults import PackError
from tutor.packs.pack import Entry, Pack, id_of, pack
from tutor.packs.sampling import Pick
from tutor.packs.source import read

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

#: More checks of one exercise, from rooms that packs know nothing of.
More = Callable[[Subject], Iterable[Finding]]

#: By folder the ids of all exercises of a pack.
Known: TypeAlias = dict[Path, tuple[str, ...]]

#: From so many exercises on it pays to start other processes.
_MANY = 60
#: Exercises are handed to processes in groups of this size.
_GROUP = 25

#: What malloc.h of glibc calls its limits, and how many bytes are kept at most.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT = 128 * 1024 * 1024


@dataclass(frozen=True)
class Task:
    """Some exercises of one pack."""

    pack: str
    folder: Path
    languages: tuple[str, ...]
    entries: tuple[Entry, ...]
    exam: bool = False


def check_places(
    places: Sequence[Path], more: Sequence[More] = (), done: Callable[[int, int], None] = lambda n, of: None
) -> list[Finding]:
    """Everything that is to be said of packs (folders or archives) and single exercise files, sorted.

    `done` is called with the number of exercises that have been looked at, and how many there are.
    """
    findings: list[Finding] = []
    tasks: list[Task] = []
    known: Known = {}
    for place in places:
        told, more_tasks = _tasks(place, known)
        findings += told
        tasks += more_tasks
    count, total = 0, sum(len(task.entries) for task in tasks)
    for told, finished in _results(tasks, tuple(more), known, total):
        findings += told
        count += finished
        done(count, total)
    return sorted(set(findings))


def _tasks(place: Path, known: Known) -> tuple[list[Finding], list[Task]]:
    from tutor.packs.checks import whole

    if place.suffix == ".toml" and place.name != PACK_FILE and not place.is_dir():
        return _one_file(place, known)
    if is_archive(place):
        try:
            open_archive(place)
        except PackError as error:
            return of_error(error), []
    found = pack(place.parent if place.name == PACK_FILE else place)
    told, languages = whole.check(found)
    known[found.folder] = tuple(entry.id for entry in found.untitled)
    return told, list(_groups(found, languages, found.untitled))


def _one_file(path: Path, known: Known) -> tuple[list[Finding], list[Task]]:
    """A file alone, in the languages of its pack where it has one."""
    around = pack(path.parent) if (path.parent / PACK_FILE).is_file() else None
    if around is None:
        entry = Entry(id_of(path), i18n.Text({}), path)
        known[path.parent] = (entry.id,)
        return [], [Task("", path.parent, (), (entry,))]
    known[around.folder] = tuple(entry.id for entry in around.untitled)
    from tutor.packs.loading import read_pack

    try:
        languages = read_pack(around.folder / PACK_FILE, around.folder).languages
    except PackError:
        languages = ()
    return [], list(_groups(around, languages, [entry for entry in around.untitled if entry.path.name == path.name]))


def _groups(found: Pack, languages: tuple[str, ...], entries: Sequence[Entry]) -> Iterator[Task]:
    for begin in range(0, len(entries), _GROUP):
        yield Task(found.id, found.folder, languages, tuple(entries[begin : begin + _GROUP]), found.exam)


def _results(
    tasks: Sequence[Task], more: tuple[More, ...], known: Known, total: int
) -> Iterator[tuple[list[Finding], int]]:
    processes = min(os.cpu_count() or 1, len(tasks))
    if total < _MANY or processes < 2:
        for task in tasks:
            for entry in task.entries:
                yield check_entry(task, entry, more, known), 1
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed

    with ProcessPoolExecutor(processes, _context(), _begin, (i18n.language(), known)) as pool:
        for future in as_completed(pool.submit(check_task, task, more) for task in tasks):
            yield future.result()


def _context() -> BaseContext:
    """How processes are started."""
    import threading
    from multiprocessing import get_context

    # A copy of this process has at hand what it has read. It would have threads' locks as well, and NumPy starts some.
    if sys.platform != "linux" or threading.active_count() > 1 or "numpy" in sys.modules:
        return get_context("spawn")
    from tutor.packs import loading, sampling  # noqa: F401
    from tutor.packs.checks import languages, mistakes, numbers, questions, wording  # noqa: F401

    return get_context("fork")


def _begin(language: str, known: Known) -> None:
    """Make a process ready for tasks."""
    import gc

    i18n.use(language)
    _known.update(known)
    # What a task leaves behind is looked through once at its end.
    gc.disable()
    _keep_memory()


def _keep_memory() -> None:
    """Keep memory that arrays leave free, where the C library can be told so: to give it back and get it anew after
    every few arrays takes a quarter of the time.
    """
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEPT)
        mallopt(_MMAP_THRESHOLD, _KEPT // 4)


#: The ids of all exercises in the packs that a process looks at.
_known: Known = {}


def check_task(task: Task, more: tuple[More, ...]) -> tuple[list[Finding], int]:
    """What is to be said of some exercises, and how many they are. Runs in a process of its own."""
    import gc

    told = [finding for entry in task.entries for finding in check_entry(task, entry, more, _known)]
    gc.collect()
    gc.freeze()
    return told, len(task.entries)


def check_entry(task: Task, entry: Entry, more: tuple[More, ...], known: Known) -> list[Finding]:
    """What is to be said of one exercise."""
    from tutor.packs.checks import languages, mistakes, numbers, questions, whole, wording
    from tutor.packs.computing import NONE_FINITE
    from tutor.packs.loading import exercise_in

    try:
        source = read(entry.path, task.folder)
    except PackError as error:
        return of_error(error)
    exercise, told, picks = None, list[Finding](), dict[int, Pick | None]()
    try:
        exercise = exercise_in(source, task.pack, entry.id, task.exam, sampled=True)
        picks = numbers.sample(exercise)
        if not numbers.any_finite(exercise, picks):
            exercise = None
            told.append(of_fault(source.fault(("vary",), message(NONE_FINITE))))
    except PackError as error:
        told += of_error(error)
    subject = Subject(entry.path, source, exercise, task.languages)
    told += languages.check(subject)
    told += whole.check_needs(subject, task.pack, task.folder, known[task.folder])
    if exercise is not None:
        told += numbers.check(subject, picks)
        told += _of_stages(subject, exercise)
        if exercise.advice or exercise.questions:
            variants = [exercise.variant(), *map(exercise.variant, picks)]
            told += mistakes.check(subject, variants)
            told += questions.check(subject, variants)
        told += wording.check(subject)
        for check in more:
            told += check(subject)
    return told


def _of_stages(subject: Subject, exercise: Exercise) -> Iterator[Finding]:
    """What is to be said of the numbers of the stages after the first, each of which draws its own."""
    from tutor.packs.checks import numbers

    for stage in exercise.stages[1:]:
        staged = replace(exercise, asked=stage)
        yield from numbers.check_hidden(replace(subject, exercise=staged), numbers.sample(staged))
