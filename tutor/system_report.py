"""The system in an error report: versions, terminal, settings, nothing private."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from tutor import __version__, i18n, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The libraries on which what is shown and computed depends.
_LIBRARIES = ("textual", "rich", "click", "numpy", "sympy", "python-flint")
#: Variables that say what the terminal can show, and how the program is asked to use it.
_VARIABLES = (
    *("COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION", "NO_COLOR", "FORCE_COLOR"),
    *("TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LANG", "PYTHONIOENCODING"),
)
#: Variables that only are there or not: what they hold is an address or a number.
_MARKERS = ("TMUX", "STY", "SSH_CONNECTION", "WT_SESSION", "WSL_DISTRO_NAME")
_MAX_VALUE_LENGTH = 80


def system_lines() -> Iterator[str]:
    """Yield lines about the versions, the platform, the terminal and the settings."""
    yield f"backprop-tutor {__version__}"
    yield f"Python {platform.python_version()} ({platform.python_implementation()})"
    for library in _LIBRARIES:
        yield f"{library} {_version(library)}"
    yield f"Platform: {platform.platform()}"
    size = shutil.get_terminal_size()
    yield f"Terminal: {size.columns}x{size.lines}, TERM={_variable('TERM')}, encoding {_encoding()}"
    streams = {"in": sys.__stdin__, "out": sys.__stdout__, "error": sys.__stderr__}
    yield "Streams: " + ", ".join(f"{name} {_kind_of_stream(stream)}" for name, stream in streams.items())
    known = [f"{name}={_variable(name)}" for name in _VARIABLES if name in os.environ]
    yield "Environment: " + " ".join([*known, *(f"({name})" for name in _MARKERS if name in os.environ)])
    yield f"Language: {i18n.current_language()}"
    yield from _settings_lines()


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "?"


def _encoding() -> str:
    return str(getattr(sys.__stdout__, "encoding", None))


def _kind_of_stream(stream: object) -> str:
    """Return whether a stream is a terminal; a closed one is None."""
    with suppress(AttributeError, ValueError, OSError):
        return "terminal" if stream.isatty() else "no terminal"  # type: ignore[attr-defined]
    return "closed"


def _variable(name: str) -> str:
    return hide_private(os.environ.get(name, ""))[:_MAX_VALUE_LENGTH]


def _settings_lines() -> Iterator[str]:
    loaded = settings.load()
    current = loaded.settings
    values = {
        "theme": current.theme,
        "language": current.language or "-",
        "density": current.density,
        "ascii": "-" if current.ascii is None else str(current.ascii).lower(),
        "animations": str(current.animations).lower(),
        "predictions": str(current.predictions).lower(),
        "reasons": str(current.reasons).lower(),
    }
    yield "Settings: " + ", ".join(f"{name} = {value}" for name, value in values.items())
    if current.keys:
        yield "Keys: " + hide_private(", ".join(f"{name} = {keys}" for name, keys in current.keys.items()))
    yield f"Settings file: {hide_private(str(settings.default_path()))}"
    for fault in loaded.faults:
        yield f"Settings file: {hide_private(str(fault))}"


def hide_private(text: str) -> str:
    """Return a text with `~` for the home folder and `…` for the name of the user."""
    homes, names = set(), set()
    with suppress(RuntimeError, OSError):
        homes |= {str(Path.home()), os.path.realpath(Path.home())}
    for variable in ("USER", "LOGNAME", "USERNAME"):
        names.add(os.environ.get(variable, ""))
    names |= {Path(home).name for home in homes}
    for home in sorted(homes - {"", "/"}, key=len, reverse=True):
        text = re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text)
    for name in sorted(names - {""}, key=len, reverse=True):
        # In paths only: a name may be a word.
        text = re.sub(rf"(?<=[/\\]){re.escape(name)}(?![\w.-])", "…", text)
    return text
