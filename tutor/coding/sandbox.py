"""A learner's file run in a process of its own: a fresh folder, little memory, ten seconds, no keyboard.

Nothing of a pack is ever run, only files that the learner names. The process gets arguments and sends values; it never
sees a right one, so that whatever it does to itself, or to its NumPy, can't make a wrong value right.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tutor.paths import cache_folder, config_folder, data_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Seconds until a file is stopped.
TIME_LIMIT = 10.0
#: Bytes of a file's own output that are kept, and of its results.
_MAX_OUTPUT = 20_000
_MAX_RESULTS = 16 << 20
_MAX_LINES = 1_000_000
_CHILD = Path(__file__).with_name("child.py")

Ending = Literal["done", "time", "memory", "early"]


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of a run of a file: the `events` that it sent, in order, what it printed, and how it ended.

    `ending` is "early" if the process ended before it was through, with `code` as its exit code.
    """

    events: tuple[Mapping[str, Any], ...]
    output: str
    ending: Ending
    code: int | None = None


def run_file(path: Path, job: Mapping[str, Any], time_limit: float = TIME_LIMIT) -> Run:
    """Run a learner's file and the calls of a job. Raise OSError if no process can be started."""
    with tempfile.TemporaryDirectory(prefix="backprop-", ignore_cleanup_errors=True) as folder:
        home = Path(folder, "home")
        home.mkdir()
        job_path, results_path = Path(folder, "job.json"), Path(folder, "results.jsonl")
        surroundings = {"path": str(path.absolute()), "search": _search_path(), "guarded": _guarded_folders()}
        job_path.write_text(json.dumps({**job, **surroundings}), encoding="utf-8")
        # They are opened here, so that they can be read even if the file deletes its folders.
        with results_path.open("wb+") as results, Path(folder, "output.txt").open("wb+") as output:
            process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(_CHILD), str(job_path), str(results_path)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=home,
                env=_environment(home),
                start_new_session=True,
            )
            in_time = True
            try:
                process.wait(time_limit)
            except subprocess.TimeoutExpired:
                in_time = False
            finally:
                _end(process, home)
            sent, printed = _beginning(results, _MAX_RESULTS), _beginning(output, _MAX_OUTPUT)
    events = tuple(parse_events(sent))
    return Run(events, printed.decode("utf-8", "replace"), _ending(events, process, in_time), process.returncode)


def _beginning(file: Any, size: int) -> bytes:
    file.seek(0)
    data: bytes = file.read(size)
    return data


def _ending(events: tuple[Mapping[str, Any], ...], process: subprocess.Popen[bytes], in_time: bool) -> Ending:
    if not in_time or process.returncode == -getattr(signal, "SIGXCPU", signal.SIGTERM):
        return "time"
    if any("MemoryError" in event.get("error", {}).get("bases", ()) for event in events):
        return "memory"
    is_through = bool(events) and events[-1].get("event") in ("done", "error", "no entry")
    return "done" if is_through else "early"


def _search_path() -> list[str]:
    """Return the folders in which the process finds libraries: those of the tutor, but not the one it was started in."""
    return [path for path in sys.path if path and Path(path).is_absolute() and Path(path) != Path.cwd()]


def _guarded_folders() -> list[str]:
    """Return the folders of the tutor, in which a learner's file changes nothing: its code and the learner's store."""
    return [str(Path(__file__).parents[1]), *map(str, (data_folder(), config_folder(), cache_folder()))]


def _environment(home: Path) -> dict[str, str]:
    """Return the environment of the process: its folder is its home, and NumPy computes in one thread."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**variables, **threads, "HOME": str(home), "TMPDIR": str(home), "PYTHONIOENCODING": "utf-8"}


def _end(process: subprocess.Popen[bytes], home: Path) -> None:
    """End the process and everything that it has started, also what has left its group."""
    if os.name == "posix":
        for _attempt in range(3):
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    for pid in _processes_at(home):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _processes_at(home: Path) -> list[int]:
    """Return the processes whose home is this folder, if the system lists them."""
    mark, found = f"HOME={home}\0".encode(), []
    for entry in os.scandir("/proc") if Path("/proc/self/environ").exists() else ():
        with suppress(OSError):
            if entry.name.isdigit() and mark in Path(entry.path, "environ").read_bytes():
                found.append(int(entry.name))
    return found


def parse_events(sent: bytes) -> list[Mapping[str, Any]]:
    """Return the events that were sent whole, with fields of the right types.

    A file that writes there itself spoils only its own lines.
    """
    events: list[Mapping[str, Any]] = []
    for line in sent.split(b"\n")[:-1]:
        with suppress(ValueError, RecursionError):
            event = json.loads(line)
            if isinstance(event, dict) and isinstance(event.get("event"), str):
                events.append({key: value for key, value in event.items() if _is_expected(key, value)})
    return events


def _is_expected(key: str, value: Any) -> bool:
    if key == "at":
        return isinstance(value, int | str)
    if key == "changed":
        return isinstance(value, list) and all(isinstance(each, int) for each in value)
    if key == "values":
        return isinstance(value, dict)
    return key != "error" or _is_error(value)


def _is_error(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("bases"), list):
        return False
    line, shapes = value.get("line"), value.get("shapes", {})
    is_line = line is None or (isinstance(line, int) and 0 < line < _MAX_LINES)
    return is_line and isinstance(shapes, dict) and all(isinstance(each, str) for each in value["bases"])
