"""The learner's files: where they are written, never over another one, and which were written here."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from itertools import count
from textwrap import wrap
from typing import TYPE_CHECKING

from tutor.atomic_files import write_atomically
from tutor.i18n import N_, _, message
from tutor.packs.sanitize import clean_text, clean_title, strip_markup
from tutor.paths import data_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.coding.header import Header

#: The folder, in the one in which the command is given, for files without a place of their own.
DEFAULT_FOLDER = "backprop"
_MAX_NAME = 60
#: Seconds in which an editor that empties a file writes it again.
_SETTLING_TIME = 0.03
_WIDTH = 76
_KEEP = N_("Keep the lines above: they say what this file is checked against. It is checked whenever you save it.")


def file_name(title: str) -> str:
    """Return the name of a file for an exercise or a formula: letters, digits and hyphens."""
    plain = re.sub(r"[^\w]+", "-", title, flags=re.ASCII).strip("-").lower()[:_MAX_NAME].strip("-")
    return f"{plain or 'formula'}.py"


def file_text(header: Header, title: str, text: str, code: list[str]) -> str:
    """Return a whole file. Texts of an author become comments, cleaned: nothing of a pack is ever code."""
    notes = [title, "", *clean_text(strip_markup(text)).splitlines(), "", _(_KEEP)] if text else [title, "", _(_KEEP)]
    return "\n".join([*header.lines(), "#", *_as_comments(notes), "", *code, ""])


def _as_comments(lines: list[str]) -> list[str]:
    comments = []
    for line in lines:
        parts = wrap(clean_title(line), _WIDTH, break_long_words=False) or [""]
        comments += [f"# {part}".rstrip() for part in parts]
    return comments


def free_path(folder: Path, name: str) -> Path:
    """Return a path in a folder that no file has yet: name.py, name-2.py, …"""
    stem, suffix = name.removesuffix(".py"), ".py"
    paths = (folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}") for number in count(1))
    return next(path for path in paths if not path.exists())


def write_new(path: Path, text: str) -> None:
    """Write a file that does not exist yet, and remember that it was written here. Raise OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    trust(path)


def file_state(path: Path) -> tuple[int, int] | None:
    """Return the time and size of a file; None while an editor replaces it."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def settled_state(path: Path) -> tuple[int, int] | None:
    """Return the state of a file once two looks agree; None while an editor replaces it or still writes."""
    before = file_state(path)
    time.sleep(_SETTLING_TIME)
    after = file_state(path)
    return after if after == before else None


# --- files that may be run without a question ---


def is_trusted(path: Path) -> bool:
    """Return whether a file was written here, or was run before after a question."""
    return str(path.absolute()) in _trusted()


def trust(path: Path) -> None:
    """Remember that a file may be run. Where nothing can be stored, it is asked about again."""
    known = _trusted()
    name = str(path.absolute())
    if name in known:
        return
    with suppress(OSError):
        write_atomically(json.dumps([*known, name], ensure_ascii=False, indent=1), _record())


def _record() -> Path:
    return data_folder() / "code-files.json"


def _trusted() -> list[str]:
    try:
        data = json.loads(_record().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    return [name for name in data if isinstance(name, str)] if isinstance(data, list) else []


def not_written_here(path: Path) -> str:
    """Return the question before a file from elsewhere is run."""
    return str(message(N_("{file} was not created by this program on this computer. Run it?"), file=path))
