"""Packs that a learner added, each kept as one archive that a new version replaces in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tutor.atomic_files import replace_file
from tutor.i18n import N_, describe_os_error, message
from tutor.packs import library
from tutor.packs.archive import MAX_TOTAL_BYTES, PACK_FILE, exercise_files, has_pack_file, is_archive
from tutor.packs.diagnostics import PackError, pack_error
from tutor.packs.loader import load_pack_file
from tutor.packs.pack import NO_EXERCISES, read_pack
from tutor.packs.toml_source import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.pack import Pack

_NOT_THERE = N_("{path} is not a pack. Name a folder with a pack.toml, or a .zip of one.")
_BUILT_IN = N_("“{id}” is the id of a built-in pack. Choose another id in pack.toml.")
_UNKNOWN = N_("You have not added a pack “{id}”. `backprop-tutor pack list` shows all packs.")
_NOT_REMOVABLE = {
    "built-in": N_("“{id}” is a built-in pack and can't be removed."),
    "added": N_("“{id}” was not added with `pack add`. Delete its folder: {path}"),
    "installed": N_("“{id}” belongs to an installed package. Uninstall the package."),
}
_NO_ROOM = N_("{path} can't be written: {reason}. Check permissions and space.")
_TOO_MUCH = N_("The texts in this pack are larger than {n} MiB in total. Split it into several packs.")


def open_pack(path: Path) -> Pack:
    """Return the pack in a folder or an archive. Raises `PackError` if there is none that can be used."""
    if not is_archive(path) and not has_pack_file(path):
        raise pack_error(message(_NOT_THERE, path=path))
    pack = read_pack(path)
    if pack.errors:
        raise PackError(pack.errors)
    load_pack_file(pack.folder / PACK_FILE, pack.folder)
    return pack


def open_addable(path: Path) -> Pack:
    """Return the pack in a folder or an archive. Raises `PackError` if it can't be added to the learner's."""
    pack = open_pack(path)
    if not pack.entries:
        raise pack_error(message(NO_EXERCISES), path)
    known = library.packs_with_origin(installed=False)
    if any(other.pack.id == pack.id and other.origin == "built-in" for other in known):
        raise pack_error(message(_BUILT_IN, id=pack.id), pack.folder / PACK_FILE, key="id")
    return pack


def install_pack(path: Path) -> tuple[Pack, bool]:
    """Keep a copy of a pack among the learner's; return it, and whether it replaced one. Raises `PackError`.

    Progress is tied to the ids of pack and exercises, so it is kept if these are the same.
    """
    pack = open_addable(path)
    target = library.user_packs_dir() / f"{pack.id}.zip"
    replaces = target.exists()
    try:
        _write_archive(pack, target)
    except OSError as error:
        raise pack_error(message(_NO_ROOM, path=target, reason=describe_os_error(error))) from None
    return read_pack(target), replaces


def uninstall_pack(pack_id: str) -> None:
    """Delete an added pack; the learner's progress in it is kept. Raises `PackError`."""
    known = [each for each in library.packs_with_origin() if each.pack.id == pack_id]
    if not known:  # A name that no pack has may be no file name either.
        raise pack_error(message(_UNKNOWN, id=pack_id))
    target = library.user_packs_dir() / f"{pack_id}.zip"
    if is_archive(target) and any(each.pack.folder.is_relative_to(target) for each in known):
        try:
            target.unlink()
        except OSError as error:
            raise pack_error(message(_NO_ROOM, path=target, reason=describe_os_error(error))) from None
    else:
        raise pack_error(message(_NOT_REMOVABLE[known[0].origin], id=pack_id, path=known[0].pack.folder))


def _write_archive(pack: Pack, target: Path) -> None:
    """Write all texts of a pack into an archive beside `target`, which then replaces it in one step."""
    files = [pack.folder / PACK_FILE, *exercise_files(pack.folder)]
    texts = {path.name: read_text(path, pack.folder) for path in files}
    if sum(map(len, texts.values())) > MAX_TOTAL_BYTES:
        raise pack_error(message(_TOO_MUCH, n=MAX_TOTAL_BYTES >> 20), pack.folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replace_file(target) as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(ZipInfo(name), text.encode(), ZIP_DEFLATED)
