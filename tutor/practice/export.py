"""What a learner takes home: every attempt as a line of JSON or of CSV, and back into another computer's file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tutor.i18n import N_, Message, describe_os_error, message
from tutor.packs.sanitize import escape_invisible
from tutor.practice.event import COLUMNS, TEXT_COLUMNS, Event

if TYPE_CHECKING:
    from pathlib import Path

#: The key that tells whose attempts they are.
LEARNER_KEY = "learner"
#: What a line needs to be an attempt; what else is missing has its default.
_REQUIRED_KEYS = ("id", "at", "worksheet", "kind", "pack", "exercise", "fingerprint")

#: No attempt takes more, and no learner has more in a lifetime: what is beyond is no export of ours.
MAX_LINE = 100_000
MAX_LINES = 5_000_000
#: What makes a spreadsheet take a cell for a formula; the wide ones where it reads Chinese, Japanese or Korean.
_FORMULA_PREFIXES = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")
#: A clock may be wrong by so much.
_MAX_CLOCK_SKEW = timedelta(days=2)


class InvalidExport(Exception):
    """A file that is no export, or a damaged one. `notice` says what is wrong with it."""

    def __init__(self, notice: Message) -> None:
        super().__init__(notice)
        self.notice = notice


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of an export, and the learner it is marked with; empty where there is no mark."""

    learner: str
    event: Event


def as_json(event: Event, learner: str = "") -> str:
    """An attempt as one line, without its end."""
    data: dict[str, Any] = {LEARNER_KEY: learner} if learner else {}
    data |= {name: getattr(event, name) for name in COLUMNS}
    return json.dumps(data, ensure_ascii=False)


def as_row(event: Event, learner: str = "") -> list[str]:
    """An attempt as the cells of a spreadsheet, in the order of `HEADER`."""
    return [spreadsheet_cell(learner), *(spreadsheet_cell(getattr(event, name)) for name in COLUMNS)]


#: The first row of attempts as CSV.
ATTEMPTS_HEADER = (LEARNER_KEY, *COLUMNS)


def spreadsheet_cell(value: object) -> str:
    """A value for a spreadsheet, in which a text can't become a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    text = escape_invisible(str(value))
    formula = text.lstrip()[:1] in _FORMULA_PREFIXES and not _NUMBER.fullmatch(text)
    return f"'{text}" if formula else text


def read_export(path: Path) -> Iterator[Attempt]:
    """The attempts in a file that `export` has written, in their order. Raises `Unusable`, also in between."""
    try:
        with path.open("rb") as file:
            # A line without an end would fill the memory.
            yield from _parse_lines(iter(lambda: file.readline(MAX_LINE + 1), b""))
    except OSError as error:
        raise InvalidExport(message(N_("It can't be read: {reason}."), reason=describe_os_error(error))) from None


def _parse_lines(lines: Iterable[bytes]) -> Iterator[Attempt]:
    number = 0
    for number, line in enumerate(lines, 1):
        if number > MAX_LINES or len(line) > MAX_LINE:
            raise InvalidExport(message(N_("It is larger than any export can be.")))
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            if text:
                yield _parse_attempt(json.loads(text))
        except (ValueError, RecursionError):
            if number == 1:
                raise InvalidExport(
                    message(N_("It is no export of backprop-tutor, which has a JSON object on each line."))
                ) from None
            raise InvalidExport(message(N_("It is damaged at line {n}: have it exported again."), n=number)) from None
    if not number:
        raise InvalidExport(message(N_("It is empty.")))


def _parse_attempt(data: object) -> Attempt:
    """One object of an export. Raises ValueError where it is none."""
    if not isinstance(data, Mapping) or not all(isinstance(data.get(name), str) for name in _REQUIRED_KEYS):
        raise ValueError("no attempt")
    if not data["id"] or not data["kind"]:
        raise ValueError("no attempt")
    found = {name: data[name] for name in COLUMNS if data.get(name) is not None}
    # What another program has written is shown in a terminal one day.
    found |= {name: escape_invisible(found[name]) for name in TEXT_COLUMNS if isinstance(found.get(name), str)}
    found["at"] = _parse_time(data["at"])
    if isinstance(found.get("seed"), bool) or isinstance(found.get("hints"), bool):
        raise ValueError("no number")
    event = Event(**found)
    if not (0 <= event.duration < 1e9 and 0 <= event.hints < 1000) or math.isnan(event.duration):
        raise ValueError("no duration")
    learner = data.get(LEARNER_KEY, "")
    if not isinstance(learner, str):
        raise ValueError("no learner")
    return Attempt(escape_invisible(learner), event)


def _parse_time(text: str) -> str:
    """A time in the form in which times are kept. Raises ValueError."""
    try:
        found = datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError("no time") from None
    if found > datetime.now(UTC) + _MAX_CLOCK_SKEW:
        raise ValueError("not yet")
    return found.isoformat(timespec="microseconds")
