"""Export and import of attempts, as lines of JSON or CSV.

The last line of an export has a seal: the version of the program, the number of lines, and a hash of them in their order.
Attempts of versions without a hash chain are exported as those did, without a seal.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from sys import intern
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.i18n import N_, Message, describe_os_error, message
from tutor.packs.sanitize import clean_title, escape_invisible, format_json
from tutor.practice.chain import hash_of
from tutor.practice.event import COLUMNS, LATER_COLUMNS, TEXT_COLUMNS, Event, check_plausible, parse_time

if TYPE_CHECKING:
    from pathlib import Path

#: The key of the learner who made the attempts.
LEARNER_KEY = "learner"
#: The key of the seal in the last line of an export.
SEAL_KEY = "seal"
#: The keys that a line must have; other missing keys have their defaults.
_REQUIRED_KEYS = ("id", "at", "worksheet", "kind", "pack", "exercise", "fingerprint")

#: No attempt is longer, and no learner makes more in a lifetime: anything larger is not an export of ours.
MAX_LINE = 100_000
_MAX_PROGRAM = 40
#: How the hash of a seal is computed.
_SEAL_SCHEME = "1:"
MAX_LINES = 5_000_000
#: A cell that starts with one of these is a formula to a spreadsheet; the wide ones in Chinese, Japanese or Korean.
_FORMULA_PREFIXES = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")


class InvalidExportError(Exception):
    """A file is not an export, or a damaged one; `notice` says what is wrong."""

    def __init__(self, notice: Message) -> None:
        super().__init__(notice)
        self.notice = notice


@dataclass(frozen=True, slots=True)
class Seal:
    """The footer of an export: the version that wrote it, the number of its lines, and their hash."""

    program: str
    lines: int
    hash: str


class Sealing:
    """The seal of the lines of an export, one line after the other."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._has_link = False
        self.lines = 0

    def add(self, event: Event) -> None:
        self.lines += 1
        self._has_link = self._has_link or bool(event.link)
        # The link covers all of an event that has one; whether it does is checked by itself.
        self._hash.update(f"{event.id}\n{event.link or hash_of(event, '')}\n".encode())

    def seal(self) -> Seal | None:
        """Return the seal of the lines so far; None if no event of them has a link."""
        return Seal(__version__, self.lines, self._text) if self._has_link else None

    def fits(self, seal: Seal) -> bool:
        """Return whether a seal is that of the lines so far; about one of a later version nothing can be said."""
        return not seal.hash.startswith(_SEAL_SCHEME) or (seal.lines, seal.hash) == (self.lines, self._text)

    @property
    def _text(self) -> str:
        return _SEAL_SCHEME + self._hash.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of an export, with the id of its learner, which may be empty."""

    learner: str
    event: Event
    seal: Seal | None = None


def as_json(event: Event, learner: str = "", seal: Seal | None = None) -> str:
    """Return an attempt as one line of JSON, without a line break; the last of an export has its seal."""
    data: dict[str, Any] = {LEARNER_KEY: learner} if learner else {}
    values = {name: getattr(event, name) for name in COLUMNS}
    # Attempts of an earlier version are exported as that version did.
    data |= {name: value for name, value in values.items() if value or name not in LATER_COLUMNS}
    if seal is not None:
        data[SEAL_KEY] = {"program": seal.program, "lines": seal.lines, "hash": seal.hash}
    return format_json(data)


def export_lines(events: Iterable[Event], learner: str = "") -> Iterator[str]:
    """Yield a line of JSON for each event, the last one with the seal of all."""
    sealing, last = Sealing(), None
    for event in events:
        if last is not None:
            yield as_json(last, learner)
        sealing.add(event)
        last = event
    if last is not None:
        yield as_json(last, learner, sealing.seal())


def as_row(event: Event, learner: str = "") -> list[str]:
    """Return an attempt as the cells of a spreadsheet, in the order of `ATTEMPTS_HEADER`."""
    return [spreadsheet_cell(learner), *(spreadsheet_cell(getattr(event, name)) for name in COLUMNS)]


#: The header of attempts as CSV.
ATTEMPTS_HEADER = (LEARNER_KEY, *COLUMNS)


def spreadsheet_cell(value: object) -> str:
    """Return a value as a cell of a spreadsheet; a text can't become a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    text = escape_invisible(str(value))
    is_formula = text.lstrip()[:1] in _FORMULA_PREFIXES and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def read_export(path: Path) -> Iterator[Attempt]:
    """Yield the attempts of an exported file in order. May raise `InvalidExportError` after some of them."""
    try:
        with path.open("rb") as file:
            yield from _parse_lines(_lines(file))
    except OSError as error:
        raise InvalidExportError(message(N_("It can't be read: {reason}."), reason=describe_os_error(error))) from None


def _lines(file: io.BufferedReader) -> Iterator[bytes]:
    """Yield the lines of a file in UTF-8, which a shell of Windows may have written in UTF-16."""
    # The limit, because an endless line would fill the memory.
    if file.peek(2)[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        yield from iter(lambda: file.readline(MAX_LINE + 1), b"")
        return
    text = io.TextIOWrapper(file, encoding="utf-16", errors="replace")
    yield from (line.encode("utf-8", "replace") for line in iter(lambda: text.readline(MAX_LINE + 1), ""))


def _parse_lines(lines: Iterable[bytes]) -> Iterator[Attempt]:
    number = 0
    for number, line in enumerate(lines, 1):
        if number > MAX_LINES or len(line) > MAX_LINE:
            raise InvalidExportError(message(N_("It is too large to be an export.")))
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            if text:
                yield _parse_attempt(json.loads(text))
        except (ValueError, RecursionError):
            if number == 1:
                raise InvalidExportError(
                    message(N_("It is not an export of backprop-tutor, which has a JSON object on each line."))
                ) from None
            raise InvalidExportError(message(N_("Line {n} is damaged. Ask for a new export."), n=number)) from None
    if not number:
        raise InvalidExportError(message(N_("The file is empty.")))


def _parse_attempt(data: object) -> Attempt:
    """Return the attempt of a JSON object. Raise ValueError if it is not one."""
    if not isinstance(data, Mapping) or not all(isinstance(data.get(name), str) for name in _REQUIRED_KEYS):
        raise ValueError("not an attempt")
    if not data["id"] or not data["kind"]:
        raise ValueError("not an attempt")
    fields = {name: data[name] for name in COLUMNS if data.get(name) is not None}
    # Escaped, because these texts of another program will be shown in a terminal. Interned, because most of them are in
    # thousands of attempts.
    fields |= {
        name: intern(escape_invisible(fields[name])) for name in TEXT_COLUMNS if isinstance(fields.get(name), str)
    }
    fields["at"] = parse_time(data["at"])
    if any(isinstance(fields.get(name), bool) for name in ("seed", "hints", "position")):
        raise ValueError("not a number")
    event = Event(**fields)
    check_plausible(event)
    learner = data.get(LEARNER_KEY, "")
    if not isinstance(learner, str):
        raise ValueError("learner is not a string")
    return Attempt(escape_invisible(learner), event, _parse_seal(data.get(SEAL_KEY)))


def _parse_seal(data: object) -> Seal | None:
    """Return the seal of a line; None if it has none, or none that we wrote."""
    if not isinstance(data, Mapping):
        return None
    program, lines, seal = data.get("program"), data.get("lines"), data.get("hash")
    if not (isinstance(program, str) and isinstance(lines, int) and isinstance(seal, str)):
        return None
    return Seal(clean_title(program)[:_MAX_PROGRAM], lines, seal)
