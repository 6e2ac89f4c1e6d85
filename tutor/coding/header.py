"""The head of a learner's file: lines that say what the file is checked against. They hold names and values, no code."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tutor.i18n import N_, message
from tutor.packs.code_settings import STANDALONE_STYLES, STYLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tutor.i18n import Message
    from tutor.packs.code_settings import Style

LibraryId = Literal["numpy", "torch"]

_MARK = "#: "
_FIRST = "backprop-tutor code"
_VERSION = "1"
_KEY = re.compile(r"#: (?P<key>[\w-]+): (?P<value>.*)")
#: Lines in which the head is looked for, and the largest file that is read.
_MAX_LINES = 60
MAX_FILE_SIZE = 1 << 20

_NOT_OURS = N_(
    "{file} is not a code file of backprop-tutor, because its first line isn't “{first}”. Create one "
    "with `backprop-tutor code`."
)
_NEWER = N_("{file} was created by a newer version of backprop-tutor. Install that version.")
_INCOMPLETE = N_(
    "The first lines of {file} are incomplete. Create a new file with --fresh, and copy your code into it."
)
NOT_UTF8 = N_("This file is not saved as UTF-8. Choose this encoding in your editor.")
_TOO_LARGE = N_("{file} is larger than 1 MB. Is it the right file?")


class HeaderError(ValueError):
    """A file that can't be used, with the reason."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.message = reason


@dataclass(frozen=True, slots=True)
class Header:
    """The reference that a file is checked against.

    In the style `steps` it is an exercise by name or path, or a formula with its values and start; in the style `layer`
    the same with the parameters of the layer, or a layer that is built in by its id; the other styles need nothing
    more, and name an exercise if it is one of a pack. `library` is the one in which it is
    written.
    """

    style: Style
    exercise: str = ""
    path: str = ""
    formula: str = ""
    layer: str = ""
    start: str = ""
    definitions: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    library: LibraryId = "numpy"

    def lines(self) -> list[str]:
        """Return the head as comments."""
        parts: list[tuple[str, str]] = [("style", self.style)]
        parts += [("library", self.library)] if self.library != "numpy" else []
        sources = (
            ("exercise", self.exercise),
            ("file", self.path),
            ("formula", self.formula),
            ("layer", self.layer),
        )
        parts += [(key, value) for key, value in sources if value]
        parts += [("node", definition) for definition in self.definitions]
        parts += [("value", f"{name} = {text}") for name, text in self.values.items()]
        parts += [("start", self.start)] if self.start else []
        parts += [("parameter", name) for name in self.parameters]
        return [f"{_MARK}{_FIRST} {_VERSION}", *(f"{_MARK}{key}: {' '.join(value.split())}" for key, value in parts)]


def read_header(path: Path) -> Header:
    """Return the head of a learner's file. Raise OSError; HeaderError if it is another file."""
    if path.stat().st_size > MAX_FILE_SIZE:
        raise HeaderError(message(_TOO_LARGE, file=path))
    if path.read_bytes().startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise HeaderError(message(NOT_UTF8))
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()[:_MAX_LINES]
    first = next((line for line in lines if line.startswith(_MARK)), "")
    if not first.startswith(_MARK + _FIRST):
        raise HeaderError(message(_NOT_OURS, file=path, first=f"{_MARK}{_FIRST}"))
    if first.split()[-1] != _VERSION:
        raise HeaderError(message(_NEWER, file=path))
    single: dict[str, str] = {}
    definitions: list[str] = []
    values: dict[str, str] = {}
    parameters: list[str] = []
    for line in lines:
        match = _KEY.match(line)
        if match is None:
            continue
        key, value = match["key"], match["value"].strip()
        if key == "node":
            definitions.append(value)
        elif key == "parameter":
            parameters.append(value)
        elif key == "value":
            name, _equals, text = value.partition("=")
            values[name.strip()] = text.strip()
        else:
            single[key] = value
    style = next((each for each in STYLES if each == single.get("style")), None)
    sources = [single.get(key, "") for key in ("exercise", "file", "formula", "layer")]
    exercise, file, formula, layer = sources
    fewest = 0 if style in STANDALONE_STYLES else 1
    if style is None or not fewest <= sum(map(bool, sources)) <= 1:
        raise HeaderError(message(_INCOMPLETE, file=path))
    start = single.get("start", "")
    library: LibraryId = "torch" if single.get("library") == "torch" else "numpy"
    return Header(style, exercise, file, formula, layer, start, tuple(definitions), values, tuple(parameters), library)
