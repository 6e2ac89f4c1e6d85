"""The packs that come with the program, and exercises by name. Reads titles only, until one is opened."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.i18n import LANGUAGES, N_, Message, Text, message
from tutor.packs.faults import Fault, PackError, refusal
from tutor.packs.ids import is_id
from tutor.packs.plain_text import one_line, paragraphs
from tutor.packs.source import FORMAT, NEWER, Source, read

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise

_PACK_FILE = "pack.toml"
_LEADING_NUMBER = re.compile(r"[0-9]+[-_. ]+(?=.)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One exercise in the list of a pack."""

    id: str
    title: Text
    path: Path


@dataclass(frozen=True)
class Pack:
    """A folder of exercises. `faults` are those of its `pack.toml`; a pack that has some can't be opened."""

    id: str
    title: Text
    description: Text
    folder: Path
    faults: tuple[Fault, ...] = ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Its exercises, in the order of their file names; also those that can't be opened."""
        return tuple(map(self._entry, _exercise_files(self.folder)))

    def _entry(self, path: Path) -> Entry:
        by_name = one_line(_LEADING_NUMBER.sub("", unicodedata.normalize("NFC", path.stem), count=1))
        try:
            data = read(path, self.folder).data
        except PackError:
            return Entry(by_name, Text({"": by_name}), path)
        own = data.get("id")
        entry_id = own if isinstance(own, str) and is_id(own) else by_name
        graph = data.get("graph")
        title = _title(data.get("title")) or _title(graph if isinstance(graph, str) else None)
        return Entry(entry_id, title or Text({"": entry_id}), path)

    def open(self, exercise_id: str) -> Exercise:
        """An exercise of this pack. Raises `PackError` with everything that is wrong with it."""
        if self.faults:
            raise PackError(self.faults)
        entry = next((entry for entry in self.entries if entry.id == exercise_id), None)
        if entry is None:
            raise refusal(_no_exercise(f"{self.id}/{exercise_id}", [self]))
        self._check_unique(exercise_id)
        from tutor.packs.loading import open_exercise, read_pack

        read_pack(self.folder / _PACK_FILE, self.folder)
        return open_exercise(entry.path, self.folder, self.id, exercise_id)

    def _check_unique(self, exercise_id: str) -> None:
        first, *others = (entry.path for entry in self.entries if entry.id == exercise_id)
        if others:
            text = message(
                N_("The exercise in {file} has the id “{id}” as well. Rename one of the two."),
                file=first.name,
                id=exercise_id,
            )
            raise PackError(Fault(other, None, "id", text) for other in others)


def pack(folder: Path) -> Pack:
    """The pack in a folder, whatever state it is in."""
    by_name = one_line(folder.name)
    try:
        source = read(folder / _PACK_FILE, folder)
    except PackError as error:
        return Pack(by_name, Text({"": by_name}), Text({}), folder, error.faults)
    data = source.data
    own = data.get("id")
    pack_id = own if isinstance(own, str) and is_id(own) else by_name
    title = _title(data.get("title")) or Text({"": pack_id})
    return Pack(pack_id, title, _description(data.get("description")), folder, tuple(_format_faults(source)))


def packs() -> tuple[Pack, ...]:
    """The built-in packs, in the alphabetical order of their folders."""
    home = built_in()
    if home is None:
        return ()
    return tuple(pack(folder) for folder in sorted(home.iterdir()) if (folder / _PACK_FILE).is_file())


def find(name: str) -> Exercise:
    """The exercise with a name such as `basics/add-multiply`. Raises `PackError`."""
    known = packs()
    pack_id, _, exercise_id = name.partition("/")
    for found in known:
        if found.id == pack_id and any(entry.id == exercise_id for entry in found.entries):
            return found.open(exercise_id)
    raise refusal(_no_exercise(name, known))


def built_in() -> Path | None:
    """The folder of the built-in packs: inside an installed package, beside the package in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "exercises", package.parent / "exercises"):
        if folder.is_dir():
            return folder
    return None


def _no_exercise(name: str, among: Iterable[Pack]) -> Message:
    known = [f"{found.id}/{entry.id}" for found in among for entry in found.entries]
    # The pack's name is long and mostly right; it must not make any two exercises alike.
    ids = {candidate.partition("/")[2]: candidate for candidate in known}
    near = [ids[found] for found in difflib.get_close_matches(name.partition("/")[2], ids, n=1, cutoff=0.6)]
    if not near:
        near = [candidate for candidate in known if candidate.partition("/")[2] == name]
    if near:
        return message(N_("There is no exercise “{name}”. Did you mean {near}?"), name=name, near=near[0])
    return message(N_("There is no exercise “{name}”. `backprop-tutor list` shows all."), name=name)


def _exercise_files(folder: Path) -> list[Path]:
    try:
        paths = [path for path in folder.iterdir() if path.suffix == ".toml" and not path.is_dir()]
    except OSError:
        return []
    shown = [path for path in paths if path.name != _PACK_FILE and not path.name.startswith(".")]
    return sorted(shown, key=lambda path: path.name)


def _format_faults(source: Source) -> Iterator[Fault]:
    version = source.data.get("format")
    if isinstance(version, int) and version > FORMAT:
        yield source.fault(("format",), message(NEWER))


def _title(raw: Any) -> Text | None:
    """A title as far as it can be read, in one line for each language."""
    found = {language: one_line(text) for language, text in _strings(raw).items()}
    return Text(found) if any(found.values()) else None


def _description(raw: Any) -> Text:
    return Text({language: paragraphs(text) for language, text in _strings(raw).items()})


def _strings(raw: Any) -> dict[str, str]:
    texts = {"": raw} if isinstance(raw, str) else raw if isinstance(raw, dict) else {}
    return {key: text for key, text in texts.items() if key in ("", *LANGUAGES) and isinstance(text, str)}
