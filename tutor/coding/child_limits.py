"""Limits of a learner's file in its process: memory, time, processes, and a guard.

`child.py` loads this file by its path: nothing of the tutor is imported there.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # There are no such limits on Windows.
    resource = None  # type: ignore[assignment, unused-ignore]

#: Bytes of address space, with PyTorch, which maps far more than it uses; seconds of the processor, bytes of a file.
_MAX_MEMORY = {"numpy": 3 << 29, "torch": 8 << 30}
_MAX_SECONDS = 20
_MAX_FILE_SIZE = 64 << 20
#: Processes that may be started, including those that forks start on their own.
_MAX_PROCESSES = 8
_STARTS_PROCESS = ("os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "os.exec", "subprocess.Popen")
_CHANGES_FILE = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.truncate",
    "os.link",
    "os.symlink",
    "os.chmod",
    "shutil.rmtree",
)


def limit_resources(library: str) -> None:
    if resource is None:
        return
    for kind, amount in (
        (resource.RLIMIT_AS, _MAX_MEMORY[library]),
        (resource.RLIMIT_CPU, _MAX_SECONDS),
        (resource.RLIMIT_FSIZE, _MAX_FILE_SIZE),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (amount, amount))


class Guard:
    """Refuses what a learner's file has no reason to do: it can't be taken off again while the process runs.

    A few processes may be started; the tutor is not there to be imported; nothing changes in the tutor's folders; and
    signals go to the process itself and to those that it has started.
    """

    def __init__(self, folders: list[str]) -> None:
        self._folders = tuple(os.path.join(os.path.realpath(folder), "") for folder in folders)  # noqa: PTH118
        self._started = 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _STARTS_PROCESS:
            self._started += 1
            if self._started > _MAX_PROCESSES:
                raise RuntimeError("too many processes")
        elif event == "import" and str(arguments[0]).partition(".")[0] == "tutor":
            raise ImportError("backprop-tutor can't be imported here", name="tutor")
        elif (event == "open" and (self._is_inside(arguments[0]) or _is_of_other_process(arguments[0]))) or (
            event in _CHANGES_FILE and any(self._is_inside(each, arguments[-1]) for each in arguments[:2])
        ):
            raise PermissionError("this belongs to backprop-tutor")
        elif event in ("os.kill", "os.killpg") and not self._may_signal(arguments[0]):
            raise PermissionError("only processes of this program can be ended")

    def _is_inside(self, path: Any, folder: Any = -1) -> bool:
        """Return whether a path is in a guarded folder; it may start at an open `folder`."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return False
        name = os.fsdecode(path)
        if isinstance(folder, int) and folder >= 0 and not name.startswith("/"):
            name = f"/proc/self/fd/{folder}/{name}"
        return os.path.realpath(name).startswith(self._folders)

    def _may_signal(self, pid: int) -> bool:
        if pid == os.getpid():
            return True
        try:
            status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return pid > 1 and pid != os.getppid()
        return int(status.rpartition(")")[2].split()[1]) == os.getpid()


def _is_of_other_process(path: Any) -> bool:
    """Return whether a path shows the memory of another process."""
    name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
    return name.startswith("/proc/") and name.endswith("/mem") and f"/{os.getpid()}/" not in name
