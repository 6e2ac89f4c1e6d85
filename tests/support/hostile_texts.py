"""Texts made to do harm where they are shown, and what no output may hold."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What must not begin a line of any output: it would be read as a line of our own.
INJECTED = "::error file=injected"
#: By name, what may come anywhere in a text. None has a brace, which is a placeholder in texts of packs.
PAYLOADS = {
    "line break": f"\n{INJECTED}::\r{INJECTED}\x0b{INJECTED}\x0c\x85{INJECTED}",
    "line and paragraph separator": f"\u2028{INJECTED}\u2029{INJECTED}",
    "escape sequences": "\x1b[2J\x1b[31m\x1b]0;title\x07\x1b(0\x1bc",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07\x1b]52;c;ZXZpbA==\x1b\\",
    "C1 controls": "\x9b31m\x9d52;c;ZXZpbA==\x9c\x90\x98\x9e\x9f",
    "C0 controls": "\x00\x08\x0e\x7f",
    "bidi overrides": "\u202egpj.exe\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u202a\u202b\u202d",
    "byte order mark": "\ufeff",
    "Rich markup": "[red]no[/red][bold][/][link=https://evil.example]x[/link]",
    "Textual markup": "[@click=app.quit]no[/][$error]x[/]",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;\"'><!--",
    "Markdown": "[x](javascript:alert(1)) ![x](https://evil.example/x.png) <https://evil.example> | `x` # - **x**",
    "CSV": '",=1+1,"\t=1+1;=1+1',
    "TeX": "\\input/etc/passwd \\write18 $x$ % ^^41 \\immediate\\openin",
    "formatting": "%s %n %(x)s $HOME `id`",
    "zero width": "a\u200bb\u200cc\u2060d",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f3fd",
    "combining flood": "e" + "\u0301" * 200,
}
#: What a spreadsheet takes for a formula at the start of a cell.
PREFIXES = ("=cmd|'/C calc'!A0", "+1+cmd|x", "-1+cmd|x", "@SUM(1)", "\t=1+1", " =1+1", "＝1+1")
LONG = "x" * 3_000

_TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td"}
_TAGS |= {"figure", "figcaption", "span", "svg", "rect", "path", "circle", "text"}
_ATTRIBUTES = {
    ("lang", "en"),
    ("charset", "utf-8"),
    ("name", "viewport"),
    ("content", "width=device-width, initial-scale=1"),
    ("scope", "col"),
    ("role", "img"),
    ("aria-hidden", "true"),
}
#: Attributes of figures, whose values are names of style classes, numbers and letters of paths.
_FIGURE_ATTRIBUTES = {"class", "x", "y", "width", "height", "rx", "cx", "cy", "r", "d", "viewbox", "text-anchor"}
_FIGURE_VALUE = re.compile(r"[A-Za-z0-9. ]*")
_SPREADSHEET_NUMBER = re.compile(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?")


def hostile_text(name: str, rotation: int = 0, without: str = "") -> str:
    """Return all payloads in one text for a field, which ends in the field's mark.

    Another `rotation` begins with another prefix. Characters in `without` are left out.
    """
    prefix = PREFIXES[(sum(map(ord, name)) + rotation) % len(PREFIXES)]
    text = "".join([prefix, *PAYLOADS.values(), mark_of(name)])
    return "".join(character for character in text if character not in without)


def mark_of(name: str) -> str:
    """Return the text by which a field is found in an output."""
    return f"Qq{re.sub('[^a-z]', '', name.lower())}qQ"


def toml_value(value: Any) -> str:
    """Return a value as TOML in one line, a table in braces."""
    if isinstance(value, str):
        return '"' + "".join(_toml_character(character) for character in value) + '"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml_value(key)} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return str(value)


def toml_file(data: dict[str, Any]) -> str:
    return "".join(f"{toml_value(key)} = {toml_value(value)}\n" for key, value in data.items())


def _toml_character(character: str) -> str:
    plain = character.isascii() and character.isprintable() and character not in '"\\'
    return character if plain else f"\\U{ord(character):08x}"


def unsafe_characters(text: str) -> set[str]:
    """Return the characters of a text that could move a cursor, style a terminal or reorder what is around them."""
    return {
        character
        for character in set(text) - {"\n"}
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        or character in "\u061c\u200e\u200f\ufeff"
    }


def assert_harmless(kind: str, text: str) -> None:
    """Assert that an output of some kind holds nothing that acts: text, github, json, jsonl, csv, html, svg or markdown."""
    assert not unsafe_characters(text), sorted(map(ascii, unsafe_characters(text)))
    lines = text.split("\n")
    assert not [line for line in lines if line.lstrip(" |>").startswith(INJECTED)]
    if kind == "json" and text:
        json.loads(text)
    elif kind == "jsonl":
        assert all(isinstance(json.loads(line), dict) for line in lines if line)
    elif kind == "github":
        assert all(re.match(r"::(error|warning|notice) file=[^,:]*,line=\d+::[^:]", line) for line in lines if line)
    elif kind == "csv":
        _assert_plain_cells(text)
    elif kind == "html":
        _PlainPage().feed(text)
    elif kind == "svg":
        tags = {element.tag.partition("}")[2] for element in ElementTree.fromstring(text).iter()}
        assert tags <= {"svg", "title", "desc", "g", "rect", "path", "circle", "text"}
    elif kind == "markdown":
        bare = re.sub(r"\\.", "", text)
        assert not set("<>[]`*_!&~") & set(bare), bare


def _assert_plain_cells(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text)))
    assert {len(row) for row in rows} <= {len(rows[0])} if rows else True
    for cell in (cell for row in rows for cell in row):
        is_formula = cell.lstrip()[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
        assert not is_formula or _SPREADSHEET_NUMBER.fullmatch(cell), cell


class _PlainPage(HTMLParser):
    """A page of ours: no tags, attributes, comments or scripts of others."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, tag
        for name, value in attrs:
            is_figure = name in _FIGURE_ATTRIBUTES and _FIGURE_VALUE.fullmatch(value or "")
            assert is_figure or (name, value) in _ATTRIBUTES, (name, value)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def marks_in(text: str, names: Iterator[str] | set[str]) -> set[str]:
    """Return the fields whose mark is in an output."""
    return {name for name in names if mark_of(name) in text}
