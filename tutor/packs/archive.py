"""Packs in `.zip` archives, read into memory within bounds and never unpacked.

The whole archive is refused if any name in it leads outside or anything in it is larger than a pack needs. Files that
are not TOML are not read.
"""

from __future__ import annotations

import stat
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message
from tutor.packs.diagnostics import PackError, pack_error

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zipfile import ZipFile, ZipInfo

PACK_FILE = "pack.toml"
#: The bounds of one text (the same as for files in folders), of all texts together and of the archive.
MAX_TEXT_BYTES = 1024 * 1024
MAX_TOTAL_BYTES = 32 * 1024 * 1024
MAX_ARCHIVE_BYTES = 8 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_FOLDER_DEPTH = 8

#: Bits of an entry's flags, and its compression methods stored and deflated.
_ENCRYPTED_FLAG, _UTF8_FLAG = 0x1, 0x800
_COMPRESSIONS = (0, 8)

_DAMAGED = N_("This is not a zip archive, or it is damaged. Create it again.")
_LEADS_OUT = N_("“{name}” points outside the archive. Create the archive again from the pack's folder.")
_LINK = N_("“{name}” is a link. Replace it by a copy of the file.")
_LOCKED = N_("“{name}” is protected by a password. Create the archive without one.")
_ODD = N_("“{name}” is compressed in an unusual way. Create an ordinary zip archive.")
_TWICE = N_("“{name}” is in this archive twice. Create the archive again.")
_TOO_LARGE = N_("“{name}” is larger than {n} MiB. Split it into several exercises.")
_TOO_MUCH = N_("The texts in this archive are larger than {n} MiB in total. Split it into several packs.")
_TOO_BIG = N_("This archive is larger than {n} MiB. A pack contains only texts; remove everything else.")
_TOO_MANY = N_("There are more than {n} files in this archive. Remove those that don't belong to an exercise.")
_TOO_DEEP = N_("“{name}” is nested more than {n} folders deep. A pack is a single folder.")
_NO_PACK = N_("There is no pack.toml in this archive. Create the archive from a pack's folder.")
_TWO_PACKS = N_("There is more than one pack in this archive. Create one archive for each.")


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
        """The texts of the pack, as if they were files in `folder`."""
        names = (name for name in self.texts if str(PurePosixPath(name).parent) == (self.root or "."))
        return [self.path / name for name in names]

    def read(self, path: Path) -> bytes:
        """Return the text of one of `files`. Raises `FileNotFoundError`."""
        name = path.relative_to(self.path).as_posix()
        if name not in self.texts:
            raise FileNotFoundError(name)
        return self.texts[name]


def is_archive(path: Path) -> bool:
    """Return whether a path is to be read as an archive; not if its folder can't be read."""
    with suppress(OSError):
        return path.suffix.lower() == ".zip" and path.is_file()
    return False


def has_pack_file(folder: Path) -> bool:
    """Return whether a folder is that of a pack; not if it can't be read, which raises an error before Python 3.14."""
    with suppress(OSError):
        return (folder / PACK_FILE).is_file()
    return False


def enclosing_archive(folder: Path) -> Path | None:
    """Return the archive that a pack's folder is in, None for a folder on the disk."""
    return next((path for path in (folder, *folder.parents) if is_archive(path)), None)


def exercise_files(folder: Path) -> list[Path]:
    """Return the files of the exercises in a pack's folder, by name; none if it can't be read."""
    try:
        archive = enclosing_archive(folder)
        files = open_archive(archive).files if archive else [path for path in folder.iterdir() if not path.is_dir()]
    except (OSError, PackError):
        return []
    exercises = (
        path for path in files if path.suffix == ".toml" and path.name != PACK_FILE and not path.name.startswith(".")
    )
    return sorted(exercises, key=lambda path: path.name)


def open_archive(path: Path) -> Archive:
    """Return the texts of the archive at `path`. Raises `PackError`."""
    try:
        status = path.stat()
    except OSError:
        raise pack_error(message(N_("This file does not exist. Check its name.")), path) from None
    return _read_archive(path, status.st_mtime_ns, status.st_size)


class _InvalidArchiveError(Exception):
    def __init__(self, text: Message) -> None:
        super().__init__(text)
        self.message = text


@lru_cache(maxsize=32)
def _read_archive(path: Path, _modified: int, size: int) -> Archive:
    # Most packs are folders, and a list of those does without zipfile.
    from zipfile import BadZipFile, ZipFile

    try:
        if size > MAX_ARCHIVE_BYTES:
            raise _InvalidArchiveError(message(_TOO_BIG, n=MAX_ARCHIVE_BYTES >> 20))
        with ZipFile(path) as file:
            texts = _read_texts(file, _checked_entries(file))
        return Archive(path, _find_pack_folder(texts), texts)
    except _InvalidArchiveError as error:
        raise pack_error(error.message, path) from None
    except (BadZipFile, OSError, EOFError, ValueError, RuntimeError, zlib.error, struct.error, OverflowError):
        # The errors that damaged archives cause in zipfile.
        raise pack_error(message(_DAMAGED), path) from None


def _checked_entries(file: ZipFile) -> dict[str, ZipInfo]:
    """Return the entries by name, none of which can do harm."""
    infos = file.infolist()
    if len(infos) > MAX_ENTRIES:
        raise _InvalidArchiveError(message(_TOO_MANY, n=MAX_ENTRIES))
    entries: dict[str, ZipInfo] = {}
    names: set[str] = set()
    for info in infos:
        name = _entry_name(info)
        parts = name.rstrip("/").split("/")
        if name.startswith("/") or "\\" in name or ":" in parts[0] or {"", ".", ".."} & set(parts):
            raise _InvalidArchiveError(message(_LEADS_OUT, name=name))
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _InvalidArchiveError(message(_LINK, name=name))
        if len(parts) > MAX_FOLDER_DEPTH:
            raise _InvalidArchiveError(message(_TOO_DEEP, name=name, n=MAX_FOLDER_DEPTH))
        if name.casefold() in names:
            raise _InvalidArchiveError(message(_TWICE, name=name))
        names.add(name.casefold())
        entries[name] = info
    return entries


def _entry_name(info: ZipInfo) -> str:
    """Return the name of an entry, also if it was written in the encoding of a Korean Windows."""
    # `filename` is cut at a zero byte, and the rest may be anything.
    name = info.orig_filename
    if not info.flag_bits & _UTF8_FLAG:
        raw = name.encode("cp437")
        for encoding in ("utf-8", "cp949"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    if "\0" in name:
        raise _InvalidArchiveError(message(_LEADS_OUT, name=name))
    return name


def _read_texts(file: ZipFile, infos: Mapping[str, ZipInfo]) -> dict[str, bytes]:
    texts: dict[str, bytes] = {}
    remaining = MAX_TOTAL_BYTES
    for name, info in infos.items():
        path = PurePosixPath(name)
        if name.endswith("/") or path.suffix != ".toml" or path.name.startswith(".") or path.parts[0] == "__MACOSX":
            continue
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise _InvalidArchiveError(message(_LOCKED, name=name))
        if info.compress_type not in _COMPRESSIONS:
            raise _InvalidArchiveError(message(_ODD, name=name))
        # The sizes in the directory may be wrong, so the bytes that come out are counted.
        with file.open(info) as entry:
            texts[name] = entry.read(MAX_TEXT_BYTES + 1)
        if len(texts[name]) > MAX_TEXT_BYTES:
            raise _InvalidArchiveError(message(_TOO_LARGE, name=name, n=MAX_TEXT_BYTES >> 20))
        remaining -= len(texts[name])
        if remaining < 0:
            raise _InvalidArchiveError(message(_TOO_MUCH, n=MAX_TOTAL_BYTES >> 20))
    return texts


def _find_pack_folder(texts: Mapping[str, bytes]) -> str:
    """Return the folder of the only pack: the top, or a folder if a folder was archived."""
    folders = [PurePosixPath(name).parent for name in texts if PurePosixPath(name).name == PACK_FILE]
    if not folders:
        raise _InvalidArchiveError(message(_NO_PACK))
    if len(folders) > 1:
        raise _InvalidArchiveError(message(_TWO_PACKS))
    return "" if str(folders[0]) == "." else str(folders[0])
