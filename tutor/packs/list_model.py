"""The format of a list of packs, `format = 1`: which packs there are, and where each is loaded from."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tutor.i18n import N_, LocalizedText, message
from tutor.packs.addresses import check_address, is_address
from tutor.packs.diagnostics import PackError
from tutor.packs.loader import validate
from tutor.packs.model import Id, Paragraphs, Table, Title
from tutor.packs.toml_source import parse_source, read_source
from tutor.packs.validators import InvalidValueError, parse_format, parse_string

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tutor.packs.diagnostics import KeyPath
    from tutor.packs.toml_source import TomlSource

_NO_TEXT = LocalizedText({})
_NO_CHECKSUM = N_("A checksum has 64 hexadecimal digits. `sha256sum week-1.zip` prints it.")
_NOT_BESIDE = N_(
    "Write an address that begins with https://, or the path of a .zip beside this list, such as week-1.zip."
)


def _parse_source(raw: Any) -> str:
    """Return an https address, or a path below the folder of the list."""
    text = parse_string(raw)
    if is_address(text):
        try:
            check_address(text)
        except PackError as error:
            raise InvalidValueError(error.diagnostics[0].message) from None
        return text
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or re.search(r"[\\:\x00-\x1f]", text):
        raise InvalidValueError(message(_NOT_BESIDE))
    return text


def _parse_checksum(raw: Any) -> str:
    text = parse_string(raw).lower()
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise InvalidValueError(message(_NO_CHECKSUM))
    return text


def _refusing(parse: Callable[[Any], Any]) -> BeforeValidator:
    """Return a validator whose errors have our own messages."""

    def validate_value(raw: Any) -> Any:
        try:
            return parse(raw)
        except InvalidValueError as error:
            raise PydanticCustomError("refused", "{sentence}", {"sentence": error.message, "within": ()}) from None

    return BeforeValidator(validate_value)


class ListedPackTable(Table):
    """One pack of a list."""

    address: Annotated[str, _refusing(_parse_source)] = Field(
        description="Where its .zip is: an https address, or a path beside the list."
    )
    sha256: Annotated[str, _refusing(_parse_checksum)] | None = Field(
        None, description="The checksum of the .zip: another file is refused."
    )
    title: Title | None = Field(None, description="One line; by default the id.")
    description: Paragraphs = Field(_NO_TEXT, description="What the pack is about.")


class PackListFile(Table):
    """A list of packs by their ids."""

    format: Annotated[int, _refusing(parse_format)] = Field(description="The version of the format.")
    pack: dict[Id, ListedPackTable] = Field({}, description="The packs, each by its id.")

    @classmethod
    def table_at(cls, key_path: KeyPath) -> type[Table]:
        return ListedPackTable if len(key_path) > 2 else cls


def load_pack_list(path: Path) -> PackListFile:
    """Return the contents of a list of packs. Raise PackError with all its errors."""
    return _validated(read_source(path, path.parent))


def parse_pack_list(raw: bytes, path: Path) -> PackListFile:
    """Return the contents of a list that was downloaded, `path` being its name in errors. Raise PackError."""
    return _validated(parse_source(raw, path))


def _validated(source: TomlSource) -> PackListFile:
    file, errors = validate(PackListFile, source)
    if file is None or errors:
        raise PackError(errors)
    return file
