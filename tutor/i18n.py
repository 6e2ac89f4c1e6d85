"""Texts for people, in their language.

English sentences are the keys; `locale/<language>/LC_MESSAGES/tutor.po` holds the others and is read as it
is, so that a checkout, an editable install and a wheel work alike without a build step.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping  # noqa: TC003 - pydantic resolves the fields of LocalizedText
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "ko")

_current_language = "en"


def N_(text: str) -> str:
    """Mark a text for the catalogs where it stands; it is translated where it is shown."""
    return text


def set_language(language: str) -> None:
    """Show texts in `language` from now on; an unknown one is English."""
    global _current_language
    _current_language = language if language in LANGUAGES else "en"


def current_language() -> str:
    """The language in use: `en` or `ko`."""
    return _current_language


def language_from_env(environment: Mapping[str, str] = os.environ) -> str:
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
def _load_catalog(language: str) -> Mapping[str, str]:
    if language == "en":
        return {}
    from tutor.i18n import parse_po

    file = Path(__file__).parent / "locale" / language / "LC_MESSAGES" / "tutor.po"
    return parse_po(file.read_text(encoding="utf-8"))


def translate(text: str) -> str:
    """`text` in the language in use, or as it is where the catalog lacks it."""
    return _load_catalog(_current_language).get(text, text)


def translate_to(text: str, language: str) -> str:
    """`text` in another language than the one in use."""
    return _load_catalog(language).get(text, text)


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


def format_percent(fraction: float) -> str:
    """A share of 1 as it is written in the current language."""
    return str(message(N_("{n} %"), n=f"{100 * fraction:.0f}"))


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """A pack author's text in several languages, or in one for all (under the key `""`)."""

    texts: Mapping[str, str]

    def __str__(self) -> str:
        for key in (_current_language, "", "en"):
            if key in self.texts:
                return self.texts[key]
        return next(iter(self.texts.values()), "")

    def __bool__(self) -> bool:
        return bool(self.texts)


#: What a catalog says of one text: each part is one or more quoted lines.
_PO_ENTRY = re.compile(r'^msgid ((?:"[^\n]*"\s*)+)^msgstr ((?:"[^\n]*"\s*)+)', re.MULTILINE)
_QUOTED_LINE = re.compile(r'^"(.*)"\s*$', re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def parse_po(text: str) -> Mapping[str, str]:
    """The translations in a `.po` file that has neither plurals nor contexts. A hundred milliseconds faster than polib."""

    def joined(quoted: str) -> str:
        whole = "".join(_QUOTED_LINE.findall(quoted))
        return _ESCAPE.sub(lambda sign: _ESCAPES.get(sign[1], sign[1]), whole) if "\\" in whole else whole

    pairs = ((joined(key), joined(value)) for key, value in _PO_ENTRY.findall(text))
    return {key: value for key, value in pairs if key and value}


#: As POSIX systems say it.
_POSIX_MESSAGES = frozenset(
    {
        N_("No such file or directory"),
        N_("Permission denied"),
        N_("Operation not permitted"),
        N_("Is a directory"),
        N_("Not a directory"),
        N_("File exists"),
        N_("File name too long"),
        N_("No space left on device"),
        N_("Disk quota exceeded"),
        N_("Read-only file system"),
        N_("Input/output error"),
        N_("Too many levels of symbolic links"),
    }
)


def describe_os_error(error: Exception) -> str:
    """Why a file can't be used, in words."""
    said = getattr(error, "strerror", None) or str(error)
    return _(said) if said in _POSIX_MESSAGES else said
