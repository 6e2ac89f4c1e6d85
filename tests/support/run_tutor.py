"""The program in processes of its own, which start fast because they are copies of one that has loaded its modules.

Starting Python and loading the modules takes longer than most commands do. So each test process keeps one server with
the modules loaded and nothing run, and every run of the program is a fork of it: with its own arguments, environment,
folder, standard streams and exit code.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import multiprocessing
import os
import pkgutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The commands that never read the index of all exercises.
_WITHOUT_INDEX = frozenset(
    [
        "check",
        "code",
        "completion",
        "grade",
        "import",
        "list",
        "mistakes",
        "new",
        "pack",
        "report",
        "reset",
        "serve",
        "settings",
        "sheet",
        "solve",
        "where",
    ]
)
Run = Callable[..., "subprocess.CompletedProcess[str]"]

_WAIT_SECONDS = 60
#: Python reads these while it starts, so a run with one of them set starts a new Python.
_START_VARIABLES = ("PYTHON", "LC_ALL", "LC_CTYPE")
#: Packages whose modules are left to each run: commands translate their help while they are loaded, and the screens
#: are hardly ever needed where no terminal is.
_NOT_LOADED = ("tutor.commands.", "tutor.tui", "tutor.__main__")


def run_in_new_python(arguments: Sequence[str], text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a shell does."""
    return subprocess.run(
        [sys.executable, "-m", "tutor", *arguments],
        input=text,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=_WAIT_SECONDS,
        check=False,
    )


def run_in_fork(
    arguments: Sequence[str],
    text: str = "",
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the program in a fork of the server, by default in the environment and folder of the test."""
    done = run_on_bytes(arguments, text.encode(), environment=environment, folder=folder)
    output, errors = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, output, errors)


def run_on_bytes(
    arguments: Sequence[str],
    data: bytes,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Do what `run_in_fork` does, with bytes on the standard streams."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"{__name__}_modules"])
    variables = dict(os.environ if environment is None else environment)
    with tempfile.TemporaryDirectory(prefix="run-") as name:
        streams = Path(name)
        (streams / "stdin").write_bytes(data)
        process = context.Process(target=_run, args=(list(arguments), variables, str(folder or Path.cwd()), streams))
        process.start()
        process.join(_WAIT_SECONDS)
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["backprop-tutor", *arguments], _WAIT_SECONDS)
        process.close()
        output, errors = ((streams / stream).read_bytes() for stream in ("stdout", "stderr"))
    return subprocess.CompletedProcess(["backprop-tutor", *arguments], code, output, errors)


def starts_new_python(environment: Mapping[str, str]) -> bool:
    """Return whether a run changes what Python reads while it starts, or this system has no fork."""
    return "forkserver" not in multiprocessing.get_all_start_methods() or any(
        name.startswith(_START_VARIABLES) for name in environment
    )


def uses_exercise_index(arguments: Sequence[str]) -> bool:
    """Return whether a run may read the index of all exercises: after one of them, to tell what comes next."""
    command = next(
        (argument for argument in arguments if argument not in ("--lang", "en", "ko", "--plain", "--ascii")), ""
    )
    return "--help" not in arguments and command not in _WITHOUT_INDEX


def load_modules() -> None:
    """Load what most commands need, and keep it out of the garbage collector's way, so that forks share it."""
    package = importlib.import_module("tutor")
    for module in pkgutil.walk_packages(package.__path__, "tutor.", onerror=lambda _name: None):
        if not module.name.startswith(_NOT_LOADED):
            importlib.import_module(module.name)
    for library in ("click", "rich.console", "sympy"):
        importlib.import_module(library)
    gc.collect()
    gc.freeze()


def _run(arguments: list[str], environment: dict[str, str], working_folder: str, folder: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(working_folder)
    sys.argv = [str(Path(importlib.import_module("tutor").__file__ or "").with_name("__main__.py")), *arguments]
    sys.stdin = _stream(0, folder / "stdin", os.O_RDONLY)
    sys.stdout = _stream(1, folder / "stdout", os.O_WRONLY | os.O_CREAT)
    sys.stderr = _stream(2, folder / "stderr", os.O_WRONLY | os.O_CREAT)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    main = importlib.import_module("tutor.cli").main
    try:
        main()
    finally:
        # What Python does at the end of a program, and not at the end of a fork.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()


def _stream(number: int, path: Path, flags: int) -> Any:
    """Open a standard stream as Python does in the environment of the tests."""
    opened = os.open(path, flags, 0o600)
    os.dup2(opened, number)
    os.close(opened)
    mode = "r" if number == 0 else "w"
    errors = "backslashreplace" if number == 2 else "surrogateescape"
    raw = io.FileIO(number, mode, closefd=False)
    buffered = io.BufferedReader(raw) if number == 0 else io.BufferedWriter(raw)
    return io.TextIOWrapper(buffered, encoding="utf-8", errors=errors, line_buffering=number == 2)
