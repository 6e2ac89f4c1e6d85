"""TOML files of packs, read within bounds and parsed exactly, with the lines of their keys."""

from __future__ import annotations

import re
import stat
import tomllib
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tutor.algebra.errors import AlgebraError
from tutor.algebra.limits import MAX_DIGITS
from tutor.algebra.literals import parse_number
from tutor.i18n import N_, Message, message
from tutor.packs.archive import enclosing_archive, open_archive
from tutor.packs.diagnostics import Diagnostic, KeyPath, Severity, format_key_path, pack_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The version of the format that this program reads.
FORMAT_VERSION = 1
NEWER_FORMAT = N_("This pack needs a newer version of backprop-tutor. Update the program.")

MAX_FILE_BYTES = 1024 * 1024
#: A key such as a.b.c has a handful of parts; tomllib takes quadratic time for many.
MAX_KEY_PARTS = 200
#: Characters that may be parsed to find the lines of errors.
_LINE_BUDGET = 4_000_000

_QUOTED = re.compile(r"""\"(?:[^"\\]|\\.)*"|'[^']*'""")
_LONG_KEY = re.compile(rf"(?<![\w.\-])(?:[\w\-]+[ \t]*\.[ \t]*){{{MAX_KEY_PARTS}}}")

_TOO_MANY_PARTS = N_("A key here has more than {n} parts. Use fewer.")
_TOO_MANY_DIGITS = N_("This number has more than {n} digits. Write fewer.")

#: Beginnings of tomllib's messages, and ours.
_SYNTAX_MESSAGES = {
    "Cannot overwrite a value": N_("This key appears twice. Keep one of the two."),
    "Cannot declare": N_("This table appears twice. Put its keys under the first one."),
    "Cannot mutate immutable namespace": N_("This adds to a value that is already complete. Keep one of the two."),
    "Cannot redefine namespace": N_("This key appears twice. Keep one of the two."),
    "Expected '=' after a key": N_("An = is missing after the key. Write key = value."),
    "Expected ']'": N_("The name of this table is not closed. Write it as [name]."),
    "Invalid value": N_('This value can\'t be read. Put texts in quotes: "log(3)".'),
    "Invalid initial character for a key part": N_(
        'A key begins with a letter or a digit. Put others in quotes: [blank."u->L"].'
    ),
    'Expected "\'"': N_("A text is not closed. End it with the same quotes."),
    'Expected \'"""\'': N_("A text is not closed. End it with the same quotes."),
    "Expected \"'''\"": N_("A text is not closed. End it with the same quotes."),
    "Found invalid character": N_("A text is not closed on this line, or contains an invisible character."),
    "Unclosed array": N_("A list is not closed. Add a ] or a comma."),
    "Unclosed inline table": N_("A table is not closed. Add a } or a comma."),
    "Unterminated string": N_("A text is not closed. End it with the same quotes."),
    "Illegal character": N_("This character is not allowed in a text. Close the quotes or delete it."),
    "Unescaped '\\'": N_("In quotes, \\ begins an escape. Write \\\\ or use single quotes."),
    "Expected newline or end of document": N_("There is too much on this line. Write one key and one value per line."),
    "Duplicate inline table key": N_("A key is written twice in this table. Keep one of the two."),
    "Invalid statement": N_("This line can't be read. Write key = value or [table]."),
}
_OTHER_SYNTAX_MESSAGE = N_("This is not valid TOML. Check quotes, brackets and the = sign on this line.")

#: The beginning of a table; all keys before it are those of the file itself.
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class InvalidNumber:
    """A number that is refused, kept in its place until its key is known."""

    message: Message


@dataclass(frozen=True)
class TomlSource:
    """The text of one file and its contents; decimals are exact fractions, or `InvalidNumber`."""

    path: Path
    text: str
    data: dict[str, Any]
    _lines: _LineIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lines", _LineIndex(self.text))

    def diagnostic(self, key_path: KeyPath, text: Message, severity: Severity = "error") -> Diagnostic:
        """Return a diagnostic at a key of this file."""
        return Diagnostic(severity, self.path, self._lines.find(key_path), format_key_path(key_path), text)


class _LineIndex:
    """The lines of the keys in a text, which is parsed only as far as needed."""

    def __init__(self, text: str) -> None:
        self._statements = _iter_statements(text)
        self._line_of: dict[KeyPath, int] = {}

    def find(self, key_path: KeyPath) -> int:
        """Return the line on which the statement begins that sets a key, or else the table it would be in."""
        while key_path not in self._line_of:
            statement = next(self._statements, None)
            if statement is None:
                break
            set_path, line = statement
            for n in range(1, len(set_path) + 1):
                self._line_of.setdefault(set_path[:n], line)
        prefixes = (key_path[:n] for n in range(len(key_path), 0, -1))
        return next((self._line_of[prefix] for prefix in prefixes if prefix in self._line_of), 1)


def read_source(path: Path, folder: Path) -> TomlSource:
    """Read a file of the pack in `folder`. Raises `PackError`."""
    return _to_source(path, read_text(path, folder))


def parse_source(raw: bytes, path: Path) -> TomlSource:
    """Return the source of a file that is not on the disk, `path` being its name in errors. Raises `PackError`."""
    return _to_source(path, _decode(raw, path))


def _to_source(path: Path, text: str) -> TomlSource:
    try:
        return TomlSource(path, text, _parse_toml(text))
    except _TomlSyntaxError as error:
        raise pack_error(error.message, path, error.line) from None


def read_header(path: Path, folder: Path) -> dict[str, Any]:
    """Return the keys before the first table of a file, which is a small part of it. Raises `PackError`."""
    text = read_text(path, folder)
    try:
        return _parse_toml(_HEADER.split(text, maxsplit=1)[0])
    except _TomlSyntaxError:
        # The line that looks like a header is inside a text or a list.
        return read_source(path, folder).data


def read_text(path: Path, folder: Path) -> str:
    """Return the text of a file of the pack in `folder`. Raises `PackError`."""
    return _decode(_read_bytes(path, folder), path)


def _decode(raw: bytes, path: Path) -> str:
    if len(raw) > MAX_FILE_BYTES:
        raise pack_error(message(N_("This file is larger than 1 MiB. Split it into several exercises.")), path)
    try:
        # Notepad begins files with a byte order mark; and 가 may be one character or two, which must be the same name.
        return unicodedata.normalize("NFC", raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise pack_error(message(N_("This file is not in UTF-8. Save it as UTF-8.")), path, line) from None


def _read_bytes(path: Path, folder: Path) -> bytes:
    archive = enclosing_archive(folder)
    try:
        if archive:
            return open_archive(archive).read(path)
        if not _is_inside(path, folder):
            raise pack_error(message(N_("This file is outside its pack. Copy it into the folder.")), path)
        if not stat.S_ISREG(path.stat().st_mode):
            raise pack_error(message(N_("This is not a regular file. Replace it by a text file.")), path)
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise pack_error(message(N_("This file does not exist. Check its name.")), path) from None
    except (OSError, RuntimeError):
        raise pack_error(message(N_("This file can't be read. Check its permissions.")), path) from None


def _is_inside(path: Path, folder: Path) -> bool:
    """Return whether a file is in a folder when all links are followed."""
    # A file directly in the folder that is not a link can't be elsewhere; this is the common case, and fast.
    is_direct = path.parent == folder and path.name not in ("", "..") and not path.is_symlink()
    return is_direct or path.resolve().is_relative_to(folder.resolve())


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
        raise _TomlSyntaxError(message(N_("Brackets are nested too deeply here. Use fewer levels.")), 1) from None
    except ValueError:
        # Python refuses to parse whole numbers of thousands of digits.
        digits = re.search(r"[0-9_]{1000}", text)
        line_number = text.count("\n", 0, digits.start()) + 1 if digits else 1
        raise _TomlSyntaxError(message(_TOO_MANY_DIGITS, n=MAX_DIGITS), line_number) from None


def _translate_syntax_error(raw: str, text: str) -> _TomlSyntaxError:
    ours = next((ours for begin, ours in _SYNTAX_MESSAGES.items() if raw.startswith(begin)), _OTHER_SYNTAX_MESSAGE)
    place = re.search(r"at line ([0-9]+)", raw)
    if place:
        return _TomlSyntaxError(message(ours), int(place[1]))
    # At the end of the file the message is about the last statement, finished or not.
    return _TomlSyntaxError(message(ours), max((begin for begin, _, _ in _split_statements(text)), default=1))


def _parse_decimal(text: str) -> Fraction | InvalidNumber:
    """Return a decimal exactly as it is written: 0.1 is a tenth."""
    if text.lstrip("+-") in ("inf", "nan"):
        return InvalidNumber(message(N_("“{number}” is not a finite number. Write another one."), number=text))
    try:
        return parse_number(text.replace("_", ""))
    except AlgebraError as error:
        return InvalidNumber(error.message)


def bounded_int(number: int) -> Fraction | InvalidNumber:
    """Return a whole number if it is within the bounds of all numbers."""
    if abs(number) < 10**MAX_DIGITS:
        return Fraction(number)
    return InvalidNumber(message(_TOO_MANY_DIGITS, n=MAX_DIGITS))


def _iter_statements(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Yield the key path that each statement of a file sets, and the line it begins on."""
    table: KeyPath = ()
    num_tables: dict[KeyPath, int] = {}
    for begin, is_header, parsed in _split_statements(text):
        if parsed is None:
            return
        keys, is_list = _statement_keys(parsed, is_header)
        if is_header:
            table = _header_key_path(keys, is_list, num_tables)
            yield table, begin
        else:
            yield (*table, *keys), begin


def _split_statements(text: str) -> Iterator[tuple[int, bool, dict[str, Any] | None]]:
    """Yield the line each statement begins on, whether it is a header, and its contents; None if it is unfinished.

    Lines are added one by one until they parse.
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
    """Return the keys of a statement down to the first that holds several things, and whether it is a `[[header]]`."""
    keys: list[str] = []
    value: Any = parsed
    while isinstance(value, dict) and len(value) == 1:
        key = next(iter(value))
        keys.append(key)
        value = value[key]
    return keys, header and isinstance(value, list)


def _header_key_path(keys: list[str], is_list: bool, num_tables: dict[KeyPath, int]) -> KeyPath:
    """Return the key path that a header opens; within lists of tables, that of the latest table."""
    key_path: KeyPath = ()
    for position, key in enumerate(keys, 1):
        key_path = (*key_path, key)
        if is_list and position == len(keys):
            num_tables[key_path] = num_tables.get(key_path, 0) + 1
        if key_path in num_tables:
            key_path = (*key_path, num_tables[key_path] - 1)
    return key_path
