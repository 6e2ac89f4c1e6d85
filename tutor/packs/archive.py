"""Packs in a `.zip`: looked through and read into memory within bounds. Nothing is ever unpacked to look at it.

The whole archive is refused where any name in it leads elsewhere or anything in it is larger than a pack needs.
What is no TOML file is passed over unread.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message
from tutor.packs.diagnostics import Fault, PackError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zipfile import ZipFile, ZipInfo

PACK_FILE = "pack.toml"
#: Of one text, as for files in folders; of all texts together; of the archive itself.
MAX_TEXT_BYTES = 1024 * 1024
MAX_TOTAL_BYTES = 32 * 1024 * 1024
MAX_ARCHIVE_BYTES = 8 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_FOLDER_DEPTH = 8

_DAMAGED = N_("This is no zip archive, or a damaged one. Make it again.")
_LEADS_OUT = N_("“{name}” leads out of the archive. Make it again from the pack's folder.")
_LINK = N_("“{name}” is a link. Put a copy of the file in its place.")
_LOCKED = N_("“{name}” needs a password. Make the archive without one.")
_ODD = N_("“{name}” is packed in an unusual way. Make an ordinary zip archive.")
_TWICE = N_("“{name}” is in this archive twice. Make it again.")
_TOO_LARGE = N_("“{name}” is larger than {n} MiB. Make several exercises of it.")
_TOO_MUCH = N_("The texts in this archive are larger than {n} MiB together. Make several packs of it.")
_TOO_BIG = N_("This archive is larger than {n} MiB. A pack holds texts only: leave everything else out.")
_TOO_MANY = N_("There are more than {n} files in this archive. Leave out what is no exercise.")
_TOO_DEEP = N_("“{name}” lies more than {n} folders deep. A pack is one folder.")
_NO_PACK = N_("There is no pack.toml in this archive. Make it from a pack's folder.")
_TWO_PACKS = N_("There is more than one pack in this archive. Make one for each.")


@dataclass(frozen=True)
class Archive:
    """The texts of one archive by their names in it. `root` is the folder of its pack, `""` for the top."""

    path: Path
    root: str
    texts: Mapping[str, bytes]

    @property
    def folder(self) -> Path:
        """The pack's folder, as if the archive were one."""
        return self.path / self.root if self.root else self.path

    @property
    def files(self) -> list[Path]:
        """The texts of the pack, as if they lay in `folder`."""
        inside = (name for name in self.texts if str(PurePosixPath(name).parent) == (self.root or "."))
        return [self.path / name for name in inside]

    def read(self, path: Path) -> bytes:
        """The text at one of `files`. Raises `FileNotFoundError`."""
        name = path.relative_to(self.path).as_posix()
        if name not in self.texts:
            raise FileNotFoundError(name)
        return self.texts[name]


def is_archive(path: Path) -> bool:
    """Whether a path is to be read as an archive."""
    return path.suffix.lower() == ".zip" and path.is_file()


def enclosing_archive(folder: Path) -> Path | None:
    """The archive that a pack's folder lies in; None for a folder on the disk."""
    return next((path for path in (folder, *folder.parents) if is_archive(path)), None)


def open_archive(path: Path) -> Archive:
    """The texts of the archive at `path`. Raises `PackError` with one sentence."""
    try:
        here = path.stat()
    except OSError:
        raise PackError([Fault(path, None, "", message(N_("There is no such file. Check its name.")))]) from None
    return _read_archive(path, here.st_mtime_ns, here.st_size)


class _InvalidArchive(Exception):
    def __init__(self, text: Message) -> None:
        super().__init__(text)
        self.message = text


@lru_cache(maxsize=32)
def _read_archive(path: Path, _modified: int, size: int) -> Archive:
    import zlib
    from struct import error as wrong_structure
    from zipfile import BadZipFile, ZipFile

    try:
        if size > MAX_ARCHIVE_BYTES:
            raise _InvalidArchive(message(_TOO_BIG, n=MAX_ARCHIVE_BYTES >> 20))
        with ZipFile(path) as file:
            names = _checked_entries(file)
            texts = _read_texts(file, names)
        return Archive(path, _find_pack_folder(texts), texts)
    except _InvalidArchive as refused:
        raise PackError([Fault(path, None, "", refused.message)]) from None
    except (BadZipFile, OSError, EOFError, ValueError, RuntimeError, zlib.error, wrong_structure, OverflowError):
        # What a damaged archive can make the library for them stumble over.
        raise PackError([Fault(path, None, "", message(_DAMAGED))]) from None


def _checked_entries(file: ZipFile) -> dict[str, ZipInfo]:
    """The entries by name, once every one of them is found harmless."""
    infos = file.infolist()
    if len(infos) > MAX_ENTRIES:
        raise _InvalidArchive(message(_TOO_MANY, n=MAX_ENTRIES))
    found: dict[str, ZipInfo] = {}
    for info in infos:
        name = _entry_name(info)
        parts = name.rstrip("/").split("/")
        if name.startswith("/") or "\\" in name or ":" in parts[0] or {"", ".", ".."} & set(parts):
            raise _InvalidArchive(message(_LEADS_OUT, name=name))
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _InvalidArchive(message(_LINK, name=name))
        if len(parts) > MAX_FOLDER_DEPTH:
            raise _InvalidArchive(message(_TOO_DEEP, name=name, n=MAX_FOLDER_DEPTH))
        if name.casefold() in found:
            raise _InvalidArchive(message(_TWICE, name=name))
        found[name.casefold()] = info
    return {_entry_name(info): info for info in found.values()}


def _entry_name(info: ZipInfo) -> str:
    """The name of an entry, also where it was written in the coding of a Korean Windows."""
    # The library cuts names at a zero byte; what it cut off may be anything.
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437")
        for coding in ("utf-8", "cp949"):
            try:
                name = raw.decode(coding)
                break
            except UnicodeDecodeError:
                continue
    if "\0" in name:
        raise _InvalidArchive(message(_LEADS_OUT, name=name))
    return name


def _read_texts(file: ZipFile, infos: Mapping[str, ZipInfo]) -> dict[str, bytes]:
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    found: dict[str, bytes] = {}
    left = MAX_TOTAL_BYTES
    for name, info in infos.items():
        path = PurePosixPath(name)
        if name.endswith("/") or path.suffix != ".toml" or path.name.startswith(".") or path.parts[0] == "__MACOSX":
            continue
        if info.flag_bits & 1:
            raise _InvalidArchive(message(_LOCKED, name=name))
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise _InvalidArchive(message(_ODD, name=name))
        # What an archive says about sizes may be wrong: what counts is what comes out.
        with file.open(info) as text:
            found[name] = text.read(MAX_TEXT_BYTES + 1)
        if len(found[name]) > MAX_TEXT_BYTES:
            raise _InvalidArchive(message(_TOO_LARGE, name=name, n=MAX_TEXT_BYTES >> 20))
        left -= len(found[name])
        if left < 0:
            raise _InvalidArchive(message(_TOO_MUCH, n=MAX_TOTAL_BYTES >> 20))
    return found


def _find_pack_folder(texts: Mapping[str, bytes]) -> str:
    """The folder that the one pack lies in: the top, or a folder as archives of folders have it."""
    folders = [PurePosixPath(name).parent for name in texts if PurePosixPath(name).name == PACK_FILE]
    if not folders:
        raise _InvalidArchive(message(_NO_PACK))
    if len(folders) > 1:
        raise _InvalidArchive(message(_TWO_PACKS))
    return "" if str(folders[0]) == "." else str(folders[0])
