"""TOML files validated against the models of the format."""

from __future__ import annotations

import copy
import difflib
import re
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from tutor.i18n import N_, Message, message
from tutor.packs.diagnostics import MAX_ERRORS, Diagnostic, KeyPath, PackError
from tutor.packs.model import (
    BlankTable,
    ChoiceTable,
    MistakeTable,
    NodeTable,
    PackFile,
    QuestionTable,
    Table,
    VaryTable,
    WhereTable,
)
from tutor.packs.toml_source import read_source
from tutor.packs.validators import MISPLACED_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from tutor.packs.toml_source import TomlSource

_FileT = TypeVar("_FileT", bound=Table)

#: Our messages for the kinds of error that pydantic finds itself.
_PYDANTIC_MESSAGES = {
    "missing": N_("“{key}” is missing. Add it."),
    "dict_type": N_("Write a table here, such as [{key}]."),
    "model_type": N_("Write a table here, such as {{ key = value }}."),
    "model_attributes_type": N_("Write a table here, such as {{ key = value }}."),
    "tuple_type": N_("Write a list here: [ … ]."),
}
_OTHER_PYDANTIC_MESSAGE = N_("This key takes another kind of value.")

#: Rounds of removing the refused values and validating the rest.
_MAX_ROUNDS = 4


def load_pack_file(path: Path, folder: Path) -> PackFile:
    """Return the contents of a `pack.toml`. Raises `PackError` with all its errors."""
    file, errors = validate(PackFile, read_source(path, folder))
    if file is None or errors:
        raise PackError(errors)
    return file


def validate(model: type[_FileT], source: TomlSource) -> tuple[_FileT | None, list[Diagnostic]]:
    """Return a file without its refused values, and the errors of those; None if too little of it is left."""
    data, diagnostics = source.data, list[Diagnostic]()
    for _ in range(_MAX_ROUNDS):
        try:
            return model.model_validate(data), diagnostics
        except ValidationError as error:
            errors = error.errors(include_url=False)[:MAX_ERRORS]
        # Errors of later rounds come only from what was removed.
        if not diagnostics:
            diagnostics = [
                source.diagnostic(
                    _key_path(details), _misplaced_message(model, source, details) or _error_message(model, details)
                )
                for details in errors
            ]
            data = copy.deepcopy(data)
        for details in errors:
            _delete_value(data, _key_path(details))
    return None, diagnostics


def _key_path(details: ErrorDetails) -> KeyPath:
    # Pydantic adds a part for an error of the key itself.
    return (*(part for part in details["loc"] if part != "[key]"), *details.get("ctx", {}).get("within", ()))


def _delete_value(data: Any, key_path: KeyPath) -> None:
    """Delete a value from nested tables; if it is inside a list, delete the whole list."""
    for position, key in enumerate(key_path):
        if not isinstance(data, dict) or key not in data:
            return
        if position == len(key_path) - 1 or not isinstance(data[key], dict):
            del data[key]
            return
        data = data[key]


def _misplaced_message(model: type[Table], source: TomlSource, details: ErrorDetails) -> Message | None:
    """Return the message for a key of the file that landed in [inputs] because it was written below that header."""
    key_path, graph = _key_path(details), source.data.get("graph")
    if len(key_path) < 2 or key_path[0] != "inputs" or key_path[1] not in set(_key_names(model)):
        return None
    if isinstance(graph, str) and re.search(rf"\b{key_path[1]}\b", graph):
        return None
    return message(MISPLACED_KEY, key=key_path[1])


def _error_message(model: type[Table], details: ErrorDetails) -> Message:
    kind, key = details["type"], str(details["loc"][-1]) if details["loc"] else ""
    if kind == "refused":
        text = details["ctx"]["sentence"]
        assert isinstance(text, Message)
        return text
    if kind == "extra_forbidden":
        return _unknown_key_message(_table_at(model, _key_path(details)), key)
    return message(_PYDANTIC_MESSAGES.get(kind, _OTHER_PYDANTIC_MESSAGE), key=key)


def _table_at(model: type[Table], key_path: KeyPath) -> type[Table]:
    """Return the model of the table that the last key is in."""
    if len(key_path) < 2:
        return model
    match key_path[0]:
        case "vary":
            return VaryTable
        case "where":
            return WhereTable
        case "nodes":
            return NodeTable
        case "question" | "blank" if "mistake" in key_path[2:-1]:
            return MistakeTable
        case "question":
            return ChoiceTable if "choices" in key_path[2:-1] else QuestionTable
        case "blank":
            return BlankTable
    return model.table_at(key_path)


def _unknown_key_message(table: type[Table], key: str) -> Message:
    known = list(_key_names(table))
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return message(N_("There is no key “{key}” here. Did you mean {near}?"), key=key, near=near[0])
    return message(N_("There is no key “{key}” here. The keys are {known}."), key=key, known=", ".join(known))


def _key_names(table: type[Table]) -> Iterator[str]:
    for name, field in table.model_fields.items():
        yield field.alias or name
