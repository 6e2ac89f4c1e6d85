"""A file of a pack: read within bounds, parsed exactly, its lines found again for what is to be said."""

from __future__ import annotations

import re
import stat
import tomllib
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor.algebra.errors import AlgebraError
from tutor.algebra.limits import MAX_DIGITS
from tutor.algebra.literals import parse_number
from tutor.i18n import N_, Message, message
from tutor.packs.archive import enclosing_archive, open_archive
from tutor.packs.diagnostics import Fault, KeyPath, PackError, format_key_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The version of the format that this program reads.
FORMAT_VERSION = 1
NEWER_FORMAT = N_("This pack needs a newer backprop-tutor. Update the program.")

MAX_FILE_BYTES = 1024 * 1024
#: A key such as a.b.c has a handful of parts; TOML readers take quadratic time for many.
MAX_KEY_PARTS = 200
#: How much text may be parsed to find the lines of faults.
_LINE_BUDGET = 4_000_000

_QUOTED = re.compile(r"""\"(?:[^"\\]|\\.)*"|'[^']*'""")
_LONG_KEY = re.compile(rf"(?<![\w.\-])(?:[\w\-]+[ \t]*\.[ \t]*){{{MAX_KEY_PARTS}}}")

_TOO_MANY_PARTS = N_("A key here has more than {n} parts. Write fewer.")
_TOO_MANY_DIGITS = N_("This number has more than {n} digits. Write fewer.")

# TOML's own sentences, by how they begin, and ours.
_SYNTAX_MESSAGES = {
    "Cannot overwrite a value": N_("This key is written a second time. Keep one of the two."),
    "Cannot declare": N_("This table is written a second time. Put its keys under the first one."),
    "Cannot mutate immutable namespace": N_("This adds to what is complete already. Keep one of the two."),
    "Cannot redefine namespace": N_("This key is written a second time. Keep one of the two."),
    "Expected '=' after a key": N_("An = is missing after the key. Write key = value."),
    "Expected ']'": N_("The name of this table is not closed. Write it as [name]."),
    "Invalid value": N_('This value can\'t be read. Texts stand in quotes: "log(3)".'),
    "Invalid initial character for a key part": N_(
        'A key begins with a letter or a digit. Put others in quotes: [blank."u->L"].'
    ),
    'Expected "\'"': N_("A text is not closed. End it with the quotes it began with."),
    'Expected \'"""\'': N_("A text is not closed. End it with the quotes it began with."),
    "Expected \"'''\"": N_("A text is not closed. End it with the quotes it began with."),
    "Found invalid character": N_("A text is not closed on this line, or holds an invisible character."),
    "Unclosed array": N_("A list is not closed. Add a ] or a comma."),
    "Unclosed inline table": N_("A table is not closed. Add a } or a comma."),
    "Unterminated string": N_("A text is not closed. End it with the quotes it began with."),
    "Illegal character": N_("There is a character here that may not stand in a text. Close the quotes or delete it."),
    "Unescaped '\\'": N_("A \\ begins an escape in quotes. Write \\\\ or use single quotes."),
    "Expected newline or end of document": N_("There is too much on this line. One key and one value stand on a line."),
    "Duplicate inline table key": N_("A key is written twice in this table. Keep one of the two."),
    "Invalid statement": N_("This line can't be read. Write key = value or [table]."),
}
_OTHER_SYNTAX_MESSAGE = N_("This is not valid TOML. Check quotes, brackets and the = sign on this line.")


#: What begins a table; all before it are keys of the file itself.
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class InvalidNumber:
    """What stands for a number that is refused, until the key it belongs to is known."""

    message: Message


@dataclass(frozen=True)
class TomlSource:
    """The text of one file and what TOML makes of it; decimals are exact fractions, or `Unreadable`."""

    path: Path
    text: str
    data: dict[str, Any]

    def fault(self, key_path: KeyPath, text: Message) -> Fault:
        """A fault at a key of this file."""
        return Fault(self.path, self._find_line(key_path), format_key_path(key_path), text)

    def _find_line(self, key_path: KeyPath) -> int:
        """Where the statement begins that sets `place`, or what it would stand in."""
        while key_path not in self._known_lines:
            statement = next(self._remaining_statements, None)
            if statement is None:
                break
            sets, line = statement
            for n in range(1, len(sets) + 1):
                self._known_lines.setdefault(sets[:n], line)
        return next(
            (self._known_lines[key_path[:n]] for n in range(len(key_path), 0, -1) if key_path[:n] in self._known_lines),
            1,
        )

    @cached_property
    def _known_lines(self) -> dict[KeyPath, int]:
        """For places the first line that sets them or something in them, as far as the text has been looked at."""
        return {}

    @cached_property
    def _remaining_statements(self) -> Iterator[tuple[KeyPath, int]]:
        """The statements that have not been looked at."""
        return _iter_statements(self.text)


def read_source(path: Path, folder: Path) -> TomlSource:
    """Read a file of the pack in `folder`. Raises `PackError`."""
    text = read_text(path, folder)
    try:
        return TomlSource(path, text, _parse_toml(text))
    except _TomlSyntaxError as error:
        raise PackError([Fault(path, error.line, "", error.message)]) from None


def read_header(path: Path, folder: Path) -> dict[str, Any]:
    """The keys that stand before the first table of a file, which is a small part of it. Raises `PackError`."""
    text = read_text(path, folder)
    try:
        # Where the line that looks like a header stands inside a text or a list, what is before it is not whole.
        return _parse_toml(_HEADER.split(text, maxsplit=1)[0])
    except _TomlSyntaxError:
        return read_source(path, folder).data


def read_text(path: Path, folder: Path) -> str:
    """The text of a file of the pack in `folder`. Raises `PackError`."""

    def refused(text: Message, line: int | None = None) -> PackError:
        return PackError([Fault(path, line, "", text)])

    archive = enclosing_archive(folder)
    try:
        if archive:
            raw = open_archive(archive).read(path)
        elif not _is_inside(path, folder):
            raise refused(message(N_("This file lies outside of its pack. Put a copy of it into the folder.")))
        elif not stat.S_ISREG(path.stat().st_mode):
            raise refused(message(N_("This is no ordinary file. Put a text file in its place.")))
        else:
            with path.open("rb") as file:
                raw = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise refused(message(N_("There is no such file. Check its name."))) from None
    except (OSError, RuntimeError):
        raise refused(message(N_("This file can't be read. Check its permissions."))) from None
    if len(raw) > MAX_FILE_BYTES:
        raise refused(message(N_("This file is larger than 1 MiB. Make several exercises of it.")))
    try:
        # Notepad puts a mark in front; and 가 may be one character or two, which must be the same name.
        return unicodedata.normalize("NFC", raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refused(message(N_("This file is not in UTF-8. Save it as UTF-8.")), line) from None


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a file is in a folder when all links are followed."""
    # What stands in the folder itself and is no link can be nowhere else; this is the common and the fast case.
    at_hand = path.parent == folder and path.name not in ("", "..") and not path.is_symlink()
    return at_hand or path.resolve().is_relative_to(folder.resolve())


class _TomlSyntaxError(Exception):
    def __init__(self, text: Message, line: int) -> None:
        self.message = text
        self.line = line


def _parse_toml(text: str) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MAX_KEY_PARTS and _LONG_KEY.search(_QUOTED.sub("q", line)):
            raise _TomlSyntaxError(message(_TOO_MANY_PARTS, n=MAX_KEY_PARTS), number)
    try:
        return tomllib.loads(text, parse_float=_parse_decimal)
    except tomllib.TOMLDecodeError as error:
        raise _translate_syntax_error(str(error), text) from None
    except RecursionError:
        raise _TomlSyntaxError(message(N_("Brackets are nested too deep here. Write it flatter.")), 1) from None
    except ValueError:
        # Python itself refuses to read whole numbers of thousands of digits.
        long = re.search(r"[0-9_]{1000}", text)
        where = text.count("\n", 0, long.start()) + 1 if long else 1
        raise _TomlSyntaxError(message(_TOO_MANY_DIGITS, n=MAX_DIGITS), where) from None


def _translate_syntax_error(raw: str, text: str) -> _TomlSyntaxError:
    ours = next((ours for begin, ours in _SYNTAX_MESSAGES.items() if raw.startswith(begin)), _OTHER_SYNTAX_MESSAGE)
    place = re.search(r"at line ([0-9]+)", raw)
    if place:
        return _TomlSyntaxError(message(ours), int(place[1]))
    # At the end of the file it is about the last statement, finished or not.
    return _TomlSyntaxError(message(ours), max((begin for begin, _, _ in _split_statements(text)), default=1))


def _parse_decimal(text: str) -> Fraction | InvalidNumber:
    """A decimal of a TOML file, as it is written: 0.1 is a tenth."""
    if text.lstrip("+-") in ("inf", "nan"):
        return InvalidNumber(message(N_("“{number}” is no finite number. Write another one."), number=text))
    try:
        return parse_number(text.replace("_", ""))
    except AlgebraError as error:
        return InvalidNumber(error.message)


def bounded_int(number: int) -> Fraction | InvalidNumber:
    """A whole number of a TOML file, within the bounds of all numbers."""
    if abs(number) < 10**MAX_DIGITS:
        return Fraction(number)
    return InvalidNumber(message(_TOO_MANY_DIGITS, n=MAX_DIGITS))


def _iter_statements(text: str) -> Iterator[tuple[KeyPath, int]]:
    """What each statement of a file sets, and the line it begins on."""
    table: KeyPath = ()
    seen: dict[KeyPath, int] = {}
    for begin, is_header, parsed in _split_statements(text):
        if parsed is None:
            return
        keys, is_list = _statement_keys(parsed, is_header)
        if is_header:
            table = _header_key_path(keys, is_list, seen)
            yield table, begin
        else:
            yield (*table, *keys), begin


def _split_statements(text: str) -> Iterator[tuple[int, bool, dict[str, Any] | None]]:
    """The line each statement begins on, whether it is a header, and what it says alone; None for an unfinished one.

    Lines are added one by one until they parse: then they are a statement.
    """
    pending: list[str] = []
    begin, spent = 1, 0
    for number, line in enumerate(text.split("\n"), 1):
        if not pending:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            begin = number
        pending.append(line)
        statement = "\n".join(pending)
        spent += len(statement)
        if spent > _LINE_BUDGET:
            break
        try:
            parsed = tomllib.loads(statement)
        except (ValueError, RecursionError):
            continue
        pending = []
        yield begin, statement.lstrip().startswith("["), parsed
    if pending:
        yield begin, False, None


def _statement_keys(parsed: dict[str, Any], header: bool) -> tuple[list[str], bool]:
    """The keys of a statement down to where it holds more than one thing; whether it is a `[[header]]`."""
    keys: list[str] = []
    here: Any = parsed
    while isinstance(here, dict) and len(here) == 1:
        key = next(iter(here))
        keys.append(key)
        here = here[key]
    return keys, header and isinstance(here, list)


def _header_key_path(keys: list[str], is_list: bool, seen: dict[KeyPath, int]) -> KeyPath:
    """The place a header opens; within lists of tables, the latest of them."""
    place: KeyPath = ()
    for position, key in enumerate(keys, 1):
        place = (*place, key)
        if is_list and position == len(keys):
            seen[place] = seen.get(place, 0) + 1
        if place in seen:
            place = (*place, seen[place] - 1)
    return place
