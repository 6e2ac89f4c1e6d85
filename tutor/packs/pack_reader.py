"""Ids and titles read from the files of a pack, whatever state they are in."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tutor.i18n import LANGUAGES, LocalizedText, message
from tutor.packs.archive import PACK_FILE, exercise_files, is_archive, open_archive
from tutor.packs.boundary import exercise_boundary
from tutor.packs.diagnostics import PackError
from tutor.packs.ids import id_from_path, is_valid_id
from tutor.packs.sanitize import clean_text, clean_title
from tutor.packs.title_cache import ExerciseEntry, PackHeader
from tutor.packs.toml_source import FORMAT_VERSION, NEWER_FORMAT, read_header, read_source, read_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tutor.packs.diagnostics import Diagnostic

#: The beginning of a line that may set an exercise's id; a key can hide behind escapes.
_ID_LINE = re.compile(r"""^[ \t]*(?:id|"id"|'id'|"[^"\n]*\\)""", re.MULTILINE)


def read_pack_header(folder: Path) -> tuple[Path, PackHeader, tuple[Diagnostic, ...]]:
    """Return the folder of a pack (inside, for an archive), its header, and the errors that keep it from opening."""
    name = clean_title(folder.stem if is_archive(folder) else folder.name)
    try:
        with exercise_boundary(folder):
            if is_archive(folder):
                folder = open_archive(folder).folder
            source = read_source(folder / PACK_FILE, folder)
    except PackError as error:
        return folder, PackHeader(name, LocalizedText({"": name})), error.diagnostics
    data = source.data
    pack_id = _own_id(data) or name
    order, version = data.get("order"), data.get("format")
    header = PackHeader(
        pack_id,
        _parse_title(data.get("title")) or LocalizedText({"": pack_id}),
        _parse_texts(data.get("description"), clean_text),
        order if isinstance(order, int) else None,
        data.get("mode") == "exam",
        _parse_moment(data.get("open")),
    )
    is_newer = isinstance(version, int) and version > FORMAT_VERSION
    return folder, header, (source.diagnostic(("format",), message(NEWER_FORMAT)),) if is_newer else ()


def read_entry(path: Path, folder: Path) -> ExerciseEntry:
    """Return the id, title, minutes and level of the exercise in a file; its name gives the first two if need be."""
    name = id_from_path(path)
    try:
        with exercise_boundary(path):
            data = read_header(path, folder)
            if "title" not in data:  # It may be a table further down.
                data = read_source(path, folder).data
    except PackError:
        return ExerciseEntry(name, LocalizedText({"": name}), path)
    exercise_id, graph = _own_id(data) or name, data.get("graph")
    title = _parse_title(data.get("title")) or _parse_title(graph if isinstance(graph, str) else None)
    minutes, level = (_parse_number(data.get(key)) for key in ("minutes", "level"))
    return ExerciseEntry(exercise_id, title or LocalizedText({"": exercise_id}), path, minutes, level)


def read_ids(folder: Path) -> tuple[ExerciseEntry, ...]:
    """Return the exercises of a pack with their ids for titles: only files that may set an id are parsed."""
    return tuple(_read_id(path, folder) for path in exercise_files(folder))


def _read_id(path: Path, folder: Path) -> ExerciseEntry:
    try:
        with exercise_boundary(path):
            if _ID_LINE.search(read_text(path, folder)):
                return read_entry(path, folder)
    except PackError:
        pass
    name = id_from_path(path)
    return ExerciseEntry(name, LocalizedText({"": name}), path)


def _own_id(data: dict[str, Any]) -> str | None:
    own_id = data.get("id")
    return own_id if isinstance(own_id, str) and is_valid_id(own_id) else None


def _parse_moment(raw: Any) -> datetime | None:
    """Return a time with its time zone; None for what is no such time, of which opening an exercise gives the reason."""
    if isinstance(raw, str):
        try:
            raw = datetime.fromisoformat(raw.strip())
        except ValueError:
            return None
    return raw if isinstance(raw, datetime) and raw.tzinfo is not None else None


def _parse_number(raw: Any) -> int | None:
    """Return minutes or a level; None for what is no such number, of which opening the exercise gives the reason."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 1000 else None


def _parse_title(raw: Any) -> LocalizedText | None:
    """Return a title as far as it can be read, in one line for each language."""
    title = _parse_texts(raw, clean_title)
    return title if any(title.texts.values()) else None


def _parse_texts(raw: Any, clean: Callable[[str], str]) -> LocalizedText:
    texts = {"": raw} if isinstance(raw, str) else raw if isinstance(raw, dict) else {}
    return LocalizedText(
        {key: clean(text) for key, text in texts.items() if key in ("", *LANGUAGES) and isinstance(text, str)}
    )
