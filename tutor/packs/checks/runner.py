"""All checks of packs, in one process or in several."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING

from tutor import i18n
from tutor.packs.archive import PACK_FILE, has_pack_file, is_archive, open_archive
from tutor.packs.assessment import PackTerms
from tutor.packs.checks import pack_level
from tutor.packs.checks.target import Task
from tutor.packs.diagnostics import PackError
from tutor.packs.ids import id_from_path
from tutor.packs.loader import load_pack_file
from tutor.packs.pack import Pack, read_pack
from tutor.packs.pack_reader import read_ids
from tutor.packs.title_cache import ExerciseEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.context import BaseContext
    from pathlib import Path

    from tutor.packs.checks.target import ExtraCheck, KnownIds
    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.model import PackFile

#: The number of exercises from which other processes pay off.
_MIN_FOR_PROCESSES = 60
#: The number of exercises that a process is given at a time.
_TASK_SIZE = 25

#: M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of glibc's malloc.h, and how many free bytes are kept.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 128 * 1024 * 1024


def check_packs(
    paths: Sequence[Path],
    extra_checks: Sequence[ExtraCheck] = (),
    on_progress: Callable[[int, int], None] = lambda count, total: None,
) -> list[Diagnostic]:
    """Return everything to say about packs (folders or archives) and single exercise files, sorted.

    `on_progress` is called with the number of exercises checked so far and in all. Every diagnostic has a line, 1 if
    none is to blame.
    """
    diagnostics: list[Diagnostic] = []
    tasks: list[Task] = []
    known_ids: KnownIds = {}
    for path in paths:
        found, more_tasks = _make_tasks(path, known_ids)
        diagnostics += found
        tasks += more_tasks
    count, total = 0, sum(len(task.entries) for task in tasks)
    for found, num_checked in _run_tasks(tasks, tuple(extra_checks), known_ids, total):
        diagnostics += found
        count += num_checked
        on_progress(count, total)
    return _sort_unique(diagnostics)


def _sort_unique(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics by file, line and key, each once."""
    with_lines = (replace(each, line=each.line or 1) for each in diagnostics)
    by_text = {
        (str(each.path or ""), each.line, each.key, str(each.message), each.severity): each for each in with_lines
    }
    return [by_text[key] for key in sorted(by_text)]


def _make_tasks(path: Path, known_ids: KnownIds) -> tuple[Sequence[Diagnostic], list[Task]]:
    if path.suffix == ".toml" and path.name != PACK_FILE and not path.is_dir():
        return [], _make_file_task(path, known_ids)
    if is_archive(path):
        try:
            open_archive(path)
        except PackError as error:
            return error.diagnostics, []
    pack = read_pack(path.parent if path.name == PACK_FILE else path)
    entries = _read_entries(pack, known_ids)
    diagnostics, file = pack_level.check(pack.id, pack.folder, entries)
    return diagnostics, _split_into_tasks(pack, file, entries)


def _make_file_task(path: Path, known_ids: KnownIds) -> list[Task]:
    """Return the task of a lone file, in the languages of its pack if it has one."""
    folder = path.parent
    if not has_pack_file(folder):
        entry = ExerciseEntry(id_from_path(path), i18n.LocalizedText({}), path)
        known_ids[folder] = (entry.id,)
        return [Task("", folder, (), (entry,))]
    pack = read_pack(folder)
    entries = _read_entries(pack, known_ids)
    try:
        file = load_pack_file(folder / PACK_FILE, folder)
    except PackError:
        file = None
    return _split_into_tasks(pack, file, [entry for entry in entries if entry.path.name == path.name])


def _read_entries(pack: Pack, known_ids: KnownIds) -> tuple[ExerciseEntry, ...]:
    entries = read_ids(pack.folder)
    known_ids[pack.folder] = tuple(entry.id for entry in entries)
    return entries


def _split_into_tasks(pack: Pack, file: PackFile | None, entries: Sequence[ExerciseEntry]) -> list[Task]:
    languages, terms = (file.languages, file.terms) if file else ((), PackTerms(exam=pack.exam))
    return [
        Task(pack.id, pack.folder, languages, tuple(entries[begin : begin + _TASK_SIZE]), terms)
        for begin in range(0, len(entries), _TASK_SIZE)
    ]


def _run_tasks(
    tasks: Sequence[Task], extra_checks: tuple[ExtraCheck, ...], known_ids: KnownIds, total: int
) -> Iterator[tuple[list[Diagnostic], int]]:
    processes = min(os.cpu_count() or 1, len(tasks))
    if total < _MIN_FOR_PROCESSES or processes < 2:
        for task in tasks:
            yield from _check_task(task, extra_checks, known_ids)
        return
    arguments = (i18n.current_language(), known_ids)
    with ProcessPoolExecutor(processes, _process_context(), _init_worker, arguments) as pool:
        for future in as_completed(pool.submit(check_task_in_worker, task, extra_checks) for task in tasks):
            yield future.result()


def _check_task(
    task: Task, extra_checks: Sequence[ExtraCheck], known_ids: KnownIds
) -> Iterator[tuple[list[Diagnostic], int]]:
    # The checks load NumPy, whose threads would keep this process from being forked.
    from tutor.packs.checks.exercise import check_entry

    for entry in task.entries:
        yield check_entry(task, entry, extra_checks, known_ids), 1


def _process_context() -> BaseContext:
    """Return how processes are started."""
    # A fork has everything that was imported so far. It would have the locks of threads as well, and NumPy starts some.
    can_fork = sys.platform == "linux" and threading.active_count() == 1 and "numpy" not in sys.modules
    return get_context("fork" if can_fork else "spawn")


def _init_worker(language: str, known_ids: KnownIds) -> None:
    i18n.set_language(language)
    _worker_known_ids.update(known_ids)
    # Garbage is collected once at the end of each task.
    gc.disable()
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Keep memory that arrays free, if the C library can: returning and requesting it takes a quarter of the time."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES // 4)


#: The ids of all exercises in the packs that a worker process checks.
_worker_known_ids: KnownIds = {}


def check_task_in_worker(task: Task, extra_checks: tuple[ExtraCheck, ...]) -> tuple[list[Diagnostic], int]:
    """Return everything to say about some exercises, and how many they are. Runs in a worker process."""
    diagnostics = [each for found, _count in _check_task(task, extra_checks, _worker_known_ids) for each in found]
    gc.collect()
    gc.freeze()
    return diagnostics, len(task.entries)
