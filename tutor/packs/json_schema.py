"""The format as JSON Schema, for completion in editors: keys and tables from the model, what a value may be from here."""

from __future__ import annotations

import json
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from tutor.i18n import LANGUAGES
from tutor.packs.model import ExerciseFile, PackFile, Table

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

#: The files that the schemas are kept in, beside the built-in packs.
SCHEMA_FILES: dict[str, type[Table]] = {"exercise.schema.json": ExerciseFile, "pack.schema.json": PackFile}

_Schema = dict[str, Any]

_STRING: _Schema = {"type": "string", "minLength": 1}
_NAMES: _Schema = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
_TEXT: _Schema = {
    "oneOf": [
        _STRING,
        {
            "type": "object",
            "properties": dict.fromkeys(LANGUAGES, _STRING),
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
_TEXTS: _Schema = {"oneOf": [*_TEXT["oneOf"], {"type": "array", "items": _TEXT}]}
_CELL: _Schema = {"type": ["number", "string"]}
_MATRIX: _Schema = {
    "type": "array",
    "minItems": 1,
    "items": {"oneOf": [_CELL, {"type": "array", "minItems": 1, "items": _CELL}]},
}
_VALUE: _Schema = {"oneOf": [{"type": "number"}, _STRING, _MATRIX]}
_SYMBOL: _Schema = {
    "type": "object",
    "properties": {
        "symbol": {"const": True},
        "domain": {"enum": ["real", "nonzero", "positive"]},
        "shape": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    },
    "required": ["symbol"],
}
_ALL_OR_NAMES: _Schema = {"oneOf": [{"const": "all"}, _NAMES]}
_CELLS: _Schema = {
    "type": "array",
    "items": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
}

#: What the value of a key may be, and what it is for.
_KEY_SCHEMAS: dict[str, tuple[_Schema, str]] = {
    "graph": (_STRING, "The calculation, such as q = w * x; L = (q - t) ^ 2; the last step is the output."),
    "id": (_STRING, "What progress hangs on; by default the file's or folder's name without the number in front."),
    "title": (_TEXT, "One line; by default the graph."),
    "start": (_VALUE, "The backward value at the output: 1, a number, a matrix of its shape, or a symbol such as dL/dz."),
    "wrt": (_NAMES, "The inputs that backward values are asked for; by default all."),
    "blanks": (_ALL_OR_NAMES, "What is asked: all, or names of blanks."),
    "stages": ({"type": "array", "items": _ALL_OR_NAMES}, "What is asked on one variant after the other."),
    "forward": (_ALL_OR_NAMES, "The forward values that are asked first."),
    "given": (_NAMES, "Blanks that are shown filled in; by default the start."),
    "level": ({"type": "integer", "minimum": 1, "maximum": 5}, "How hard it is, from 1 to 5."),
    "minutes": ({"type": "integer", "minimum": 1, "maximum": 600}, "How long it takes."),
    "needs": (_NAMES, "Exercises to be done before, as pack/exercise."),
    "source": (_STRING, "Where the exercise comes from."),
    "note": (_STRING, "For authors only."),
    "links": (
        {"type": "array", "items": {"type": "string", "pattern": "^https?://"}, "uniqueItems": True},
        "Where there is more to read.",
    ),
    "inputs": ({"type": "object", "additionalProperties": {"oneOf": [*_VALUE["oneOf"], _SYMBOL]}}, "Values of inputs; "
               "what is left out is drawn."),
    "values": ({"type": "object", "additionalProperties": _VALUE}, "Numbers that only texts and questions use."),
    "labels": ({"type": "object", "additionalProperties": _TEXT}, "What is shown in place of names."),
    "fold": ({"type": "object", "additionalProperties": _NAMES}, "Groups of nodes that are shown as one at first."),
    "text": (_TEXT, "What is said above the exercise; {q}, {u + 0.01} and {grad(w)} are filled in."),
    "after": (_TEXT, "What is said when it is solved."),
    "hint": (_TEXTS, "Hints that come before the built-in ones."),
    "digits": ({"type": "integer", "minimum": 1}, "How many digits an answer needs."),
    "symbols": (
        {"oneOf": [_NAMES, {"type": "object", "additionalProperties": {"type": ["string", "number", "array"]}}]},
        "The names that an answer may use.",
    ),
    "answer": (_STRING, "The answer as it would be typed."),
    "prompt": (_TEXT, "What is asked."),
    "why": (_TEXT, "What is said to who chooses this."),
    "right": ({"type": "boolean"}, "Whether this is the right choice."),
    "en": (_STRING, "In English."),
    "ko": (_STRING, "In Korean."),
    "from": ({"type": "number"}, "The least number that is drawn."),
    "to": ({"type": "number"}, "The greatest number that is drawn."),
    "step": ({"type": "number", "exclusiveMinimum": 0}, "The distance between numbers; 1 where it is left out."),
    "choose": ({"type": "array", "minItems": 1, "items": _CELL}, "The numbers to choose from."),
    "fix": (_CELLS, "Cells of a matrix that keep their values, as [row, column], counted from 0."),
    "that": (_STRING, "A condition on the numbers, such as abs(u) > 2."),
    "value": (_STRING, "The function, written over its inputs."),
    "format": ({"const": 1}, "The version of the format."),
    "description": (_TEXT, "What the pack is about."),
    "presumes": (_TEXT, "What a learner should know."),
    "order": (
        {"type": "integer", "minimum": 1, "maximum": 999},
        "Where it stands among the packs beside it, small numbers first; by default after them, by the folder's name.",
    ),
    "authors": (_NAMES, "Who wrote it."),
    "licence": (_STRING, "What others may do with it."),
    "languages": ({"type": "array", "items": {"enum": list(LANGUAGES)}, "uniqueItems": True}, "The languages its texts "
                  "are written in."),
    "mode": ({"enum": ["practice", "exam"]}, "An exam gives no hints, takes one answer a blank and tells all at the end."),
}  # fmt: skip


def build_schema(model: type[Table]) -> _Schema:
    """The JSON Schema of the files that `model` reads."""
    return {"$schema": "http://json-schema.org/draft-07/schema#", **_table_schema(model)}


def schema_text(model: type[Table]) -> str:
    """The same as the text of a file."""
    return json.dumps(build_schema(model), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_schemas(folder: Path) -> None:
    """Write the schemas of both files into a folder."""
    for name, model in SCHEMA_FILES.items():
        (folder / name).write_text(schema_text(model), encoding="utf-8")


def _table_schema(model: type[BaseModel]) -> _Schema:
    properties, required = {}, []
    for name, field in model.model_fields.items():
        key = field.alias or name
        properties[key] = _value_schema(key, field.annotation)
        if field.is_required():
            required.append(key)
    found: _Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": required} if required else found


def _value_schema(key: str, annotation: Any) -> _Schema:
    tables = [part for part in _flatten_annotation(annotation) if isinstance(part, type) and issubclass(part, Table)]
    if not tables:
        # `inputs` of an exercise are values, those of a node are names.
        if key == "inputs" and get_origin(annotation) is tuple:
            return {**_NAMES, "description": "The names of its inputs, in their order."}
        shape, says = _KEY_SCHEMAS[key]
        return {**shape, "description": says}
    inner = _table_schema(tables[0])
    if get_origin(annotation) is dict:
        return {"type": "object", "additionalProperties": inner}
    if get_origin(annotation) is tuple:
        return {"type": "array", "items": inner}
    return inner


def _flatten_annotation(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (dict, tuple, list, Union, UnionType):
        return [part for arg in get_args(annotation) for part in _flatten_annotation(arg)]
    return [annotation]
