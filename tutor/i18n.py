"""Texts for people, in their language.

English sentences are the keys; `locale/<language>/LC_MESSAGES/tutor.po` holds the others and is read as it
is, so that a checkout, an editable install and a wheel work alike without a build step.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "ko")

_current = "en"


def N_(text: str) -> str:
    """Mark a text for the catalogs where it stands; it is translated where it is shown."""
    return text


def use(language: str) -> None:
    """Show texts in `language` from now on; an unknown one is English."""
    global _current
    _current = language if language in LANGUAGES else "en"


def language() -> str:
    """The language in use: `en` or `ko`."""
    return _current


def from_environment(environment: Mapping[str, str] = os.environ) -> str:
    """The language the user's locale asks for (`LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`, in gettext's order)."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for wish in environment.get(variable, "").split(":"):
            if wish:
                code = wish.replace("-", "_").split("_")[0].split(".")[0].lower()
                if code in LANGUAGES:
                    return code
                if variable != "LANGUAGE":
                    return "en"
    return "en"


@cache
def _catalog(language: str) -> Mapping[str, str]:
    if language == "en":
        return {}
    from tutor.catalog import read_catalog

    file = Path(__file__).parent / "locale" / language / "LC_MESSAGES" / "tutor.po"
    return read_catalog(file.read_text(encoding="utf-8"))


def translate(text: str) -> str:
    """`text` in the language in use, or as it is where the catalog lacks it."""
    return _catalog(_current).get(text, text)


def in_language(text: str, language: str) -> str:
    """`text` in another language than the one in use."""
    return _catalog(language).get(text, text)


#: The short name, for texts that are shown where they stand.
_ = translate


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence with the values that fill it, translated only when it is shown.

    `text` is an English template marked with `N_`; `values` may hold messages again.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return translate(self.text).format_map(self.values) if self.values else translate(self.text)


def message(text: str, /, **values: Any) -> Message:
    """A `Message` from a template and its values."""
    return Message(text, values)


def percent(share: float) -> str:
    """A share of 1 as it is written in the current language."""
    return str(message(N_("{n} %"), n=f"{100 * share:.0f}"))


@dataclass(frozen=True, slots=True)
class Text:
    """A pack author's text in several languages, or in one for all (under the key `""`)."""

    texts: Mapping[str, str]

    def __str__(self) -> str:
        for key in (_current, "", "en"):
            if key in self.texts:
                return self.texts[key]
        return next(iter(self.texts.values()), "")

    def __bool__(self) -> bool:
        return bool(self.texts)
