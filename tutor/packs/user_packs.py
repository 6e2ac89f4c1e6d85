"""Packs that a learner added: each is kept as one archive of ours, so that a new version takes the old one's place at
once or not at all.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from tutor.i18n import N_, describe_os_error, message
from tutor.packs import library
from tutor.packs.archive import MAX_TOTAL_BYTES, PACK_FILE, is_archive
from tutor.packs.diagnostics import Fault, PackError, pack_error
from tutor.packs.loader import load_pack_file
from tutor.packs.pack import NO_EXERCISES, Pack, exercise_files, read_pack
from tutor.packs.toml_source import read_text

_NOT_THERE = N_("{path} is no pack. Name a folder with a pack.toml in it, or a .zip of one.")
_BUILT_IN = N_("“{id}” is the id of a built-in pack. Choose another id in pack.toml.")
_UNKNOWN = N_("No pack “{id}” was added. `backprop-tutor pack list` shows all.")
_NOT_REMOVABLE = {
    "built-in": N_("“{id}” is a built-in pack and stays."),
    "added": N_("“{id}” was not added with `pack add`. Delete it where it lies: {path}"),
    "installed": N_("“{id}” belongs to an installed package. Uninstall that."),
}
_NO_ROOM = N_("{path} can't be written: {reason}. Check permissions and space.")
_TOO_MUCH = N_("The texts in this pack are larger than {n} MiB together. Make several packs of it.")


def open_pack(path: Path) -> Pack:
    """The pack in a folder or an archive. Raises `PackError` where there is none that could be used."""
    if not is_archive(path) and not (path / PACK_FILE).is_file():
        raise pack_error(message(_NOT_THERE, path=path))
    found = read_pack(path)
    if found.faults:
        raise PackError(found.faults)
    load_pack_file(found.folder / PACK_FILE, found.folder)
    return found


def install_pack(path: Path) -> tuple[Pack, bool]:
    """Keep a copy of a pack among the learner's; whether it took the place of an older one. Raises `PackError`.

    Progress hangs on the ids of pack and exercises, so it goes on where these are the same.
    """
    found = open_pack(path)
    if not found.entries:
        raise PackError([Fault(path, None, "", message(NO_EXERCISES))])
    if any(
        other.pack.id == found.id for other in library.packs_with_origin(installed=False) if other.origin == "built-in"
    ):
        raise PackError([Fault(found.folder / PACK_FILE, None, "id", message(_BUILT_IN, id=found.id))])
    goal = library.user_packs_dir() / f"{found.id}.zip"
    replaces = goal.exists()
    try:
        _write_archive(found, goal)
    except OSError as error:
        raise pack_error(message(_NO_ROOM, path=goal, reason=describe_os_error(error))) from None
    return read_pack(goal), replaces


def uninstall_pack(pack_id: str) -> None:
    """Put an added pack away; the learner's progress in it is kept. Raises `PackError`."""
    known = [found for found in library.packs_with_origin() if found.pack.id == pack_id]
    goal = library.user_packs_dir() / f"{pack_id}.zip"
    if is_archive(goal) and any(found.pack.folder.is_relative_to(goal) for found in known):
        try:
            goal.unlink()
        except OSError as error:
            raise pack_error(message(_NO_ROOM, path=goal, reason=describe_os_error(error))) from None
    elif known:
        raise pack_error(message(_NOT_REMOVABLE[known[0].origin], id=pack_id, path=known[0].pack.folder))
    else:
        raise pack_error(message(_UNKNOWN, id=pack_id))


def _write_archive(found: Pack, target: Path) -> None:
    """All texts of a pack into an archive beside `goal`, which then takes its place in one step."""
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    texts = {path.name: read_text(path, found.folder) for path in _pack_files(found)}
    if sum(map(len, texts.values())) > MAX_TOTAL_BYTES:
        raise PackError([Fault(found.folder, None, "", message(_TOO_MUCH, n=MAX_TOTAL_BYTES >> 20))])
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as file:
        try:
            with ZipFile(file, "w", ZIP_DEFLATED) as archive:
                for name, text in texts.items():
                    archive.writestr(ZipInfo(name), text.encode(), ZIP_DEFLATED)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            Path(file.name).replace(target)
        except BaseException:
            file.close()
            Path(file.name).unlink(missing_ok=True)
            raise


def _pack_files(found: Pack) -> list[Path]:
    return [found.folder / PACK_FILE, *exercise_files(found.folder)]
