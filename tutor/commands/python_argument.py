"""Arguments that name a Python function: `model.py:loss`, `model.py`, `-` for standard input."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from tutor.atomic_files import read_regular_file
from tutor.commands.errors import CommandError, print_error
from tutor.commands.options import usable_path
from tutor.engine.python_source.source import MAX_BYTES, PythonCode, PythonSource
from tutor.engine.python_source.translation import PythonFormula
from tutor.i18n import N_, describe_os_error, message

FROM_PYTHON_HELP = N_(
    "Use a Python function as the formula, such as model.py:loss or model.py:Net.forward; - reads "
    "standard input. The code is never run."
)
_STANDARD_INPUT = "-"
#: A file, and behind a colon a function or a method.
_ARGUMENT = re.compile(r"(?P<file>.+?):(?P<function>[^\W\d]\w*(?:\.[^\W\d]\w*)?)", re.DOTALL)
_TOO_LARGE = N_("{file} is larger than {n} KiB. Put the function in a file of its own.")
_CANT_READ = N_("{file} can't be read: {reason}.")


def read_python_argument(text: str) -> PythonCode:
    """Return the source and the function that an argument names. Raise CommandError."""
    match = _ARGUMENT.fullmatch(text)
    file, function = (match["file"], match["function"]) if match and not _is_file(text) else (text, "")
    name, content = _read(file)
    try:
        source = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = message(N_("This text is not in UTF-8. Save the file as UTF-8."))
        raise CommandError(message(N_("{file}:{line}: {problem}"), file=name, line=line, problem=problem), 2) from None
    return PythonCode(PythonSource(source, str(name)), function)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


def _read(file: str) -> tuple[Path, bytes]:
    """Return the name of a file, as shown in messages, and its content."""
    if file == _STANDARD_INPUT:
        name = Path("<stdin>")
        content = b"" if sys.stdin is None else sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise CommandError(message(_TOO_LARGE, file=name, n=MAX_BYTES // 1024), 2)
        _return_to_terminal()
        return name, content
    path = usable_path(file)
    try:
        if path.is_dir():
            text = N_("{file} is a folder. Give a Python file, as in model.py:loss.")
            raise CommandError(message(text, file=path), 2)
        if path.stat().st_size > MAX_BYTES:
            raise CommandError(message(_TOO_LARGE, file=path, n=MAX_BYTES // 1024), 2)
        return path, read_regular_file(path, max_bytes=MAX_BYTES)
    except OSError as error:
        raise CommandError(message(_CANT_READ, file=path, reason=describe_os_error(error)), 2) from None


def _return_to_terminal() -> None:
    """Let what follows read the terminal again, if there is one, after the source has come through a pipe."""
    if sys.stdout is None or not sys.stdout.isatty():
        return
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return
    os.dup2(terminal, 0)
    os.close(terminal)


def print_notes(formula: str | PythonFormula) -> None:
    """Print on standard error which lines of a Python source are left out."""
    for note in formula.notes if isinstance(formula, PythonFormula) else ():
        print_error(note)
