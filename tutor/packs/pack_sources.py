"""Packs from elsewhere: the .zip at an https address, or one that a list of packs names."""

from __future__ import annotations

import difflib
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from tutor.i18n import N_, LocalizedText, describe_os_error, message
from tutor.packs.addresses import check_address, is_address
from tutor.packs.archive import MAX_ARCHIVE_BYTES
from tutor.packs.diagnostics import PackError, pack_error
from tutor.packs.download import Download, download
from tutor.packs.list_model import load_pack_list, parse_pack_list
from tutor.packs.toml_source import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.packs.diagnostics import Diagnostic

_NOT_LISTED = N_("There is no pack “{name}” in this list. It contains {known}.")
_NOT_LISTED_NEAR = N_("There is no pack “{name}” in this list. Did you mean {near}?")
_EMPTY_LIST = N_("This list contains no packs.")
_OTHER_FILE = N_(
    "{place} is not the file in the list. Its checksum is {found}, but the list says {expected}. Ask "
    "the author of the list."
)
_NO_FILE = N_("{file} can't be read: {reason}.")
_TOO_LARGE = N_("{path} is larger than {n} MiB, too large for a pack.")


@dataclass(frozen=True, slots=True)
class ListedPack:
    """One pack of a list: `place` is an https address or a path."""

    id: str
    place: str
    sha256: str | None
    title: LocalizedText
    description: LocalizedText


def read_list(source: str) -> tuple[ListedPack, ...]:
    """Return the packs that a list names, from a file or an https address. Raise PackError."""
    if is_address(source):
        loaded = download(source, MAX_FILE_BYTES)
        base = loaded.address
        file = parse_pack_list(loaded.content, Path(PurePosixPath(urlsplit(base).path).name or "list"))
    else:
        base, file = source, load_pack_list(Path(source))
    return tuple(
        ListedPack(
            name, _place(base, pack.address), pack.sha256, pack.title or LocalizedText({"": name}), pack.description
        )
        for name, pack in file.pack.items()
    )


def _place(base: str, place: str) -> str:
    """Return where a pack is, which may be beside its list."""
    if is_address(place):
        return place
    if is_address(base):
        address = urljoin(base, place)
        check_address(address)
        return address
    return str(Path(base).parent / place)


def find_listed(packs: Sequence[ListedPack], name: str) -> ListedPack:
    """Return the pack of a list with a name. Raise PackError."""
    for pack in packs:
        if pack.id == name:
            return pack
    known = [pack.id for pack in packs]
    if not known:
        raise pack_error(message(_EMPTY_LIST))
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        raise pack_error(message(_NOT_LISTED_NEAR, name=name, near=near[0]))
    raise pack_error(message(_NOT_LISTED, name=name, known=", ".join(known)))


def fetch(place: str, sha256: str | None = None) -> Download:
    """Return the .zip at an address or a path. Raise PackError, also if it isn't the one with this checksum."""
    loaded = download(place, MAX_ARCHIVE_BYTES) if is_address(place) else Download(_read(Path(place)), place)
    found = checksum(loaded.content)
    if sha256 is not None and found != sha256:
        raise pack_error(message(_OTHER_FILE, place=place, found=found, expected=sha256))
    return loaded


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def as_file(content: bytes, place: str) -> Iterator[Path]:
    """Write the content of a .zip to a file for a while; errors about it name it as it was called where it came from."""
    with TemporaryDirectory(prefix="backprop-") as folder:
        stem = PurePosixPath(urlsplit(place).path if is_address(place) else Path(place).as_posix()).stem
        path = Path(folder, f"{''.join(sign for sign in stem[:40] if sign.isalnum() or sign in '-_') or 'pack'}.zip")
        try:
            path.write_bytes(content)
            yield path
        except PackError as error:
            raise PackError(_without(folder, error)) from None


def _without(folder: str, error: PackError) -> list[Diagnostic]:
    return [
        replace(each, path=each.path.relative_to(folder))
        if each.path is not None and each.path.is_relative_to(folder)
        else each
        for each in error.diagnostics
    ]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_ARCHIVE_BYTES + 1)
    except OSError as error:
        raise pack_error(message(_NO_FILE, file=path, reason=describe_os_error(error))) from None
    if len(content) > MAX_ARCHIVE_BYTES:
        raise pack_error(message(_TOO_LARGE, path=path, n=MAX_ARCHIVE_BYTES >> 20))
    return content
