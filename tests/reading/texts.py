"""The texts that a person reads: of the exercises, of the program and of the documents."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
CATALOG = ROOT / "tutor" / "locale" / "ko" / "LC_MESSAGES" / "tutor.po"
DOCUMENTS = {
    "en": ("README.md", "exercises/*.md", "tutor/README.md", "tests/README.md", ".github/CONTRIBUTING.md"),
    "ko": (".github/README.ko.md",),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its language and where it comes from."""

    place: str
    language: str
    words: str


def exercise_texts(folders: Iterable[Path]) -> Iterator[Text]:
    """Yield the texts of the exercises and packs in some folders."""
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            yield from _texts_in(tomllib.loads(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT)))


def catalog_texts() -> Iterator[Text]:
    """Yield the texts of the program: the keys of the catalog in English, its translations in Korean."""
    for entry in polib.pofile(str(CATALOG)):
        place = entry.occurrences[0][0] if entry.occurrences else CATALOG.name
        plural = entry.msgstr_plural.values()
        for english in filter(None, (entry.msgid, entry.msgid_plural)):
            yield Text(place, "en", english)
        for korean in filter(None, (entry.msgstr, *plural)):
            yield Text(place, "ko", korean)


def document_texts() -> Iterator[Text]:
    """Yield the documents for users, instructors and contributors."""
    for language, names in DOCUMENTS.items():
        for path in (path for name in names for path in sorted(ROOT.glob(name))):
            yield Text(str(path.relative_to(ROOT)), language, path.read_text(encoding="utf-8"))


def _texts_in(value: Any, place: str) -> Iterator[Text]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("en", "ko") and isinstance(inner, str):
                yield Text(place, key, inner)
            else:
                yield from _texts_in(inner, f"{place}:{key}" if ":" not in place else place)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_in(inner, place)
