"""Typed and printed texts brought to plain characters, each at its offset, before they are split into tokens."""

from __future__ import annotations

import re

#: Full-width forms of ASCII, as East Asian input methods type them, and their comma and full stop.
_TO_ASCII = {**{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}, ord("、"): ord(","), ord("。"): ord(".")}
_MAY_NEED_ASCII = re.compile("[、。\uff01-\uff5e]")
#: What libraries print behind the cells of an array.
_PRINTED_OPTION = re.compile(
    r",\s*(?:dtype|device|requires_grad|grad_fn|layout|weak_type)\s*="
    r"\s*(?:<[^<>]*>|'[^']*'|\"[^\"]*\"|\([\d\s,]*\)|[\w.:]+)"
)
_SUBSCRIPT = re.compile(r"(?<=[^\W\d_])[₀-₉]+")
#: Primes behind a name, as books print them.
_PRIMES = {ord("′"): "'", ord("ʹ"): "'"}
_TO_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def clean(text: str) -> str:
    """Return `text` as long as before, with full-width characters and subscripts plain, and printed options blank."""
    if text.isascii():
        return _blank_options(text) if "=" in text else text
    if _MAY_NEED_ASCII.search(text):
        text = text.translate(_TO_ASCII)
    text = text.translate(_PRIMES)
    text = _SUBSCRIPT.sub(lambda match: match[0].translate(_TO_DIGITS), text)
    return _blank_options(text) if "=" in text else text


def _blank_options(text: str) -> str:
    return _PRINTED_OPTION.sub(lambda match: " " * len(match[0]), text)


def blank(text: str, begin: int, end: int) -> str:
    """Return `text` with spaces in place of the characters from `begin` to `end`."""
    return text[:begin] + " " * (end - begin) + text[end:]


#: A comment, up to the end of its line.
COMMENT = re.compile(r"#[^\n]*")
#: The beginning of an equation.
_EQUATION = re.compile(r"[^\W\d]\w*(?:\([^()]*\))?\s*[-+*/@]?=(?!=)")


def on_one_line(text: str) -> str:
    """Return the text of a graph on one line: without comments, and with a semicolon between its equations."""
    whole = ""
    for line in COMMENT.sub("", text).splitlines():
        line = " ".join(line.split())
        if line and whole and _EQUATION.match(line) and not whole.endswith(";"):
            whole += ";"
        whole = f"{whole} {line}".strip()
    return whole
