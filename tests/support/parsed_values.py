"""Inputs and custom functions, parsed from text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_value
from tutor.engine.function_definition import FunctionDefinition, parse_definition

if TYPE_CHECKING:
    from tutor.algebra.ops import Value


def exact_values(**texts: str) -> dict[str, Value]:
    """Return the exact value of each text, by name."""
    return {name: evaluate(parse_value(text), {}) for name, text in texts.items()}


def custom_functions(*texts: str) -> dict[str, FunctionDefinition]:
    """Return the definitions by name. Each may use those before it."""
    definitions: dict[str, FunctionDefinition] = {}
    for text in texts:
        definition = parse_definition(text, definitions)
        definitions[definition.name] = definition
    return definitions
