"""JSON Schemas of exercise files and of `pack.toml`, for completion in editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from tutor.packs.model import ExerciseFile, PackFile, Table

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import core_schema

#: The files of the schemas, beside the built-in packs and in every new pack.
SCHEMA_FILES: dict[str, type[Table]] = {"exercise.schema.json": ExerciseFile, "pack.schema.json": PackFile}


class _FileSchema(GenerateJsonSchema):
    """A schema without null, which TOML lacks, and without default values, which are not as written in files."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def build_schema(model: type[Table]) -> dict[str, Any]:
    """Return the JSON Schema of the files that `model` validates."""
    schema = model.model_json_schema(schema_generator=_FileSchema)
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema}


def schema_text(model: type[Table]) -> str:
    """Return the schema as the text of a file."""
    return json.dumps(build_schema(model), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_schemas(folder: Path) -> None:
    """Write the schemas of both files into a folder."""
    for name, model in SCHEMA_FILES.items():
        (folder / name).write_text(schema_text(model), encoding="utf-8")
