"""Search for exercises: by title, name and pack, and by what their files say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor import text_search
from tutor.packs.diagnostics import PackError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor.i18n import LocalizedText
    from tutor.packs.pack import Pack
    from tutor.packs.title_cache import ExerciseEntry
    from tutor.text_search import Hits, SearchFields

#: The texts of exercise files, by pack and exercise.
ExerciseTexts = dict[tuple[str, str], tuple[str, ...]]


def find_exercises(
    query: str, packs: Iterable[Pack], texts: Mapping[tuple[str, str], Sequence[str]] | None = None
) -> Hits[tuple[Pack, ExerciseEntry]]:
    """Return the exercises that match what was typed, the best first; all of them if nothing was."""
    known = texts or {}
    pairs = [(pack, entry) for pack in packs for entry in pack.entries]
    return text_search.find(query, pairs, lambda pair: search_fields(*pair, known.get((pair[0].id, pair[1].id), ())))


def search_fields(pack: Pack, entry: ExerciseEntry, texts: Sequence[str] = ()) -> SearchFields:
    """Return what an exercise is found by, in every language."""
    return text_search.SearchFields(
        _in_order(entry.title),
        (f"{pack.id}/{entry.id}",),
        _in_order(pack.title),
        (*texts, *pack.description.texts.values()),
    )


def _in_order(text: LocalizedText) -> tuple[str, ...]:
    """Return a text in the language in use, then in the others."""
    return tuple(dict.fromkeys((str(text), *text.texts.values())))


def read_texts(packs: Iterable[Pack]) -> ExerciseTexts:
    """Return the graph and the introduction of each exercise, in every language. It reads all files: call it in a thread."""
    return {(pack.id, entry.id): _texts_of(pack, entry) for pack in packs for entry in pack.entries}


def _texts_of(pack: Pack, entry: ExerciseEntry) -> tuple[str, ...]:
    # Most learners never search.
    from tutor.packs import boundary, toml_source

    try:
        with boundary.exercise_boundary(entry.path):
            data = toml_source.read_source(entry.path, pack.folder).data
    except PackError:
        return ()
    return tuple(_strings(data.get("graph"))) + tuple(_strings(data.get("text")))


def _strings(value: Any) -> Iterable[str]:
    values = value.values() if isinstance(value, dict) else [value]
    return (text for text in values if isinstance(text, str))
