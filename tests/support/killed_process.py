"""Processes that are killed: at every file operation and SQL statement in turn, or at a random moment."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: The audit events of Python after which a file has changed or is about to.
_FILE_EVENTS = frozenset(
    ("os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.truncate", "shutil.copyfile", "sqlite3.connect")
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def kill_at_step(step: int) -> Callable[[], int]:
    """Kill this process at the `step`-th file operation or SQL statement from now on; return their counter."""
    num_steps = 0

    def count(_sql: str = "") -> None:
        nonlocal num_steps
        num_steps += 1
        if num_steps == step:
            os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def connect_and_count(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = connect_and_count  # type: ignore[assignment]

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FILE_EVENTS or (event == "open" and arguments[2] & _WRITING and "pycache" not in str(arguments)):
            count()

    sys.addaudithook(audit)
    return lambda: num_steps


def run_and_kill(
    action: Callable[[], object], home: Path, given: Path, output: Path, step: int = 0, seconds: float | None = None
) -> bool:
    """Run an action in a fork with a data folder, an input and an output; return whether it came to its end.

    It is killed at `step`, or after `seconds`; without either it runs to its end, and writes the number of its steps
    to the output if `step` is -1.
    """
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            os.environ["BACKPROP_TUTOR_HOME"] = str(home)
            os.dup2(os.open(given, os.O_RDONLY), 0)
            writing = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
            sys.stdout = sys.stderr = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            num_steps = kill_at_step(step) if step else None
            action()
            if step == -1 and num_steps is not None:
                print(num_steps())
            sys.stdout.flush()
            code = 0
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        return False
    assert os.waitstatus_to_exitcode(status) == 0, output.read_text(encoding="utf-8")
    return True
