"""A file -> an exercise or a pack's description, or everything that is wrong with it."""

from __future__ import annotations

import copy
import difflib
import re
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from tutor.i18n import N_, Message, message
from tutor.packs.builder.exercise import ExerciseBuilder
from tutor.packs.diagnostics import MAX_FAULTS, Fault, KeyPath, PackError
from tutor.packs.ids import is_valid_id
from tutor.packs.model import (
    BlankTable,
    ChoiceTable,
    ExerciseFile,
    MistakeTable,
    NodeTable,
    PackFile,
    QuestionTable,
    Table,
    VaryTable,
    WhereTable,
)
from tutor.packs.toml_source import TomlSource, read_source
from tutor.packs.validators import MISPLACED_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from tutor.packs.exercise import Exercise

_FileT = TypeVar("_FileT", bound=Table)

#: Our sentences for the kinds of errors that pydantic finds itself.
_PYDANTIC_MESSAGES = {
    "missing": N_("“{key}” is missing. Add it."),
    "dict_type": N_("A table is expected here, such as [{key}]."),
    "model_type": N_("A table is expected here, such as {{ key = value }}."),
    "model_attributes_type": N_("A table is expected here, such as {{ key = value }}."),
    "tuple_type": N_("A list is expected here: [ … ]."),
}
_OTHER_PYDANTIC_MESSAGE = N_("This value is of another kind than this key takes.")

#: How often what is refused is left out, to look at the rest.
_MAX_ROUNDS = 4

#: What values are made of: where one of these is refused, only names can be judged.
_VALUE_KEYS = ("inputs", "start", "wrt", "vary")
#: What says which nodes there are: where one of these is refused, nothing of the graph can be judged.
_NODE_KEYS = ("nodes", "fold")


def load_exercise(path: Path, folder: Path, pack: str, exercise_id: str, exam: bool = False) -> Exercise:
    """The exercise in a file of the pack in `folder`, which may be an `exam`. Raises `PackError` with all its faults."""
    return build_exercise(read_source(path, folder), pack, exercise_id, exam)


def build_exercise(
    source: TomlSource, pack: str, exercise_id: str, exam: bool = False, numbers_checked_elsewhere: bool = False
) -> Exercise:
    """The exercise in a file that was read. Raises `PackError` with all its faults, but those of fresh numbers where
    these are `sampled` by others.
    """
    path = source.path
    file, faults = _validate(ExerciseFile, source)
    if "id" not in source.data and not is_valid_id(exercise_id):
        text = message(N_("The file's name gives the id “{id}”. Name the file like 01-two-roads.toml."), id=exercise_id)
        faults.append(Fault(path, None, "", text))
    keys = {fault.key.partition(".")[0] for fault in faults}
    if file and not keys.intersection(_NODE_KEYS):
        doubtful = not keys.isdisjoint(_VALUE_KEYS)
        checker = ExerciseBuilder(source, file, doubtful, exam, numbers_checked_elsewhere)
        exercise = checker.build(file.id or exercise_id, pack, path)
        faults += checker.faults
        if exercise and not faults:
            return exercise
    raise PackError(faults)


def load_pack_file(path: Path, folder: Path) -> PackFile:
    """A pack's `pack.toml`. Raises `PackError` with all its faults."""
    source = read_source(path, folder)
    file, faults = _validate(PackFile, source)
    if file is None or faults:
        raise PackError(faults)
    return file


def _validate(model: type[_FileT], source: TomlSource) -> tuple[_FileT | None, list[Fault]]:
    """The file as its model, without what is refused, and the faults of what is.

    None where too little is left to look at the rest.
    """
    rest, faults = source.data, list[Fault]()
    for _ in range(_MAX_ROUNDS):
        try:
            return model.model_validate(rest), faults
        except ValidationError as error:
            errors = error.errors(include_url=False)[:MAX_FAULTS]
        # What is refused only because something in it was left out has been told already.
        if not faults:
            faults = [
                source.fault(
                    _key_path(details), _misplaced_message(model, source, details) or _error_message(model, details)
                )
                for details in errors
            ]
            rest = copy.deepcopy(rest)
        for details in errors:
            _delete_value(rest, _key_path(details))
    return None, faults


def _key_path(details: ErrorDetails) -> KeyPath:
    return (*details["loc"], *details.get("ctx", {}).get("within", ()))


def _delete_value(data: Any, place: KeyPath) -> None:
    """Take the value at `place` out of nested tables and lists, with its list where it stands in one."""
    for position, key in enumerate(place):
        if not isinstance(data, dict) or key not in data:
            return
        if position == len(place) - 1 or not isinstance(data[key], dict):
            del data[key]
            return
        data = data[key]


def _misplaced_message(model: type[Table], source: TomlSource, details: ErrorDetails) -> Message | None:
    """What to say of a key of the file that stands under [inputs], because it was written below that."""
    place, graph = _key_path(details), source.data.get("graph")
    if len(place) < 2 or place[0] != "inputs" or place[1] not in set(_key_names(model)):
        return None
    if isinstance(graph, str) and re.search(rf"\b{place[1]}\b", graph):
        return None
    return message(MISPLACED_KEY, key=place[1])


def _error_message(model: type[Table], details: ErrorDetails) -> Message:
    kind, key = details["type"], str(details["loc"][-1]) if details["loc"] else ""
    if kind == "refused":
        sentence = details["ctx"]["sentence"]
        assert isinstance(sentence, Message)
        return sentence
    if kind == "extra_forbidden":
        return _unknown_key_message(_table_at(model, _key_path(details)), key)
    return message(_PYDANTIC_MESSAGES.get(kind, _OTHER_PYDANTIC_MESSAGE), key=key)


def _table_at(model: type[Table], place: KeyPath) -> type[Table]:
    """The model of the table that the key at `place` stands in."""
    if place[0] == "vary" and len(place) > 1:
        return VaryTable
    if place[0] == "where" and len(place) > 1:
        return WhereTable
    if place[0] == "nodes" and len(place) > 1:
        return NodeTable
    if place[0] == "question" and len(place) > 1:
        return MistakeTable if "mistake" in place[2:-1] else ChoiceTable if "choices" in place[2:-1] else QuestionTable
    if place[0] == "blank" and len(place) > 1:
        return MistakeTable if "mistake" in place[2:-1] else BlankTable
    return model


def _unknown_key_message(table: type[Table], key: str) -> Message:
    known = list(_key_names(table))
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return message(N_("There is no key “{key}” here. Did you mean {near}?"), key=key, near=near[0])
    return message(N_("There is no key “{key}” here. The keys are {known}."), key=key, known=", ".join(known))


def _key_names(table: type[Table]) -> Iterator[str]:
    for name, field in table.model_fields.items():
        yield field.alias or name
