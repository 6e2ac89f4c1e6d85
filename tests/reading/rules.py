"""Wordings that the texts avoid, from `english.toml` and `korean.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reading.texts import Text

_FILES = {"en": "english.toml", "ko": "korean.toml"}
#: Code, placeholders and addresses are no wording.
_NOT_WORDING = re.compile(r"```.*?```|`[^`\n]*`|\{[^{}\n]*\}|\]\([^)\s]*\)|https?://\S+|<!--.*?-->", re.DOTALL)
_CONTEXT = 40


@dataclass(frozen=True, slots=True)
class Rule:
    """A wording to avoid, the contexts that it may overlap, and what to write instead."""

    pattern: re.Pattern[str]
    unless: tuple[re.Pattern[str], ...]
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A place at which a text breaks a rule."""

    place: str
    words: str
    advice: str

    def __str__(self) -> str:
        return f"{self.place}: …{self.words}… ({self.advice})"


@cache
def rules(language: str) -> tuple[Rule, ...]:
    """Return the rules of a language."""
    content = (Path(__file__).parent / _FILES[language]).read_text(encoding="utf-8")
    return tuple(_rule(entry) for entry in tomllib.loads(content)["rule"])


def without_code(words: str) -> str:
    """Return a text with spaces in place of code, placeholders and addresses."""
    return _NOT_WORDING.sub(lambda found: " " * len(found[0]), words)


def find(text: Text) -> Iterator[Finding]:
    """Yield every place of a text at which a rule of its language is broken."""
    words = without_code(text.words)
    for rule in rules(text.language):
        for match in rule.pattern.finditer(words):
            allowed = (found.span() for pattern in rule.unless for found in pattern.finditer(words))
            if not any(start < match.end() and match.start() < end for start, end in allowed):
                start, end = max(match.start() - _CONTEXT, 0), match.end() + _CONTEXT
                yield Finding(text.place, " ".join(text.words[start:end].split()), rule.advice)


def _rule(entry: dict[str, Any]) -> Rule:
    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.IGNORECASE | re.MULTILINE)

    return Rule(compiled(entry["find"]), tuple(map(compiled, entry.get("unless", ()))), entry["say"])
