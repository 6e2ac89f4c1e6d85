"""Derivations in LaTeX read back: their equations, and their formulas as formulas of the program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A relation and a right side.
Side = tuple[str, str]

_SUMS = {"ij": "sum({})", "i": "sum({})", "i,:": "sum({}, 0)", ":,j": "sum({}, 1)"}
_WORDS = {
    r"\left[": "((1 + sign(",
    r"> 0\right]": "))/2)",
    r"\left|": "abs(",
    r"\right|": ")",
    r"\left(": "(",
    r"\right)": ")",
    r"\cdot": "*",
    r"\odot": "*",
    r"\oslash": "/",
    r"\,": "@",
    r"\sigma": "sigmoid",
    r"\operatorname{sgn}": "sign",
}
#: From the inside out, because none of the groups holds another one.
_GROUPS = [
    (re.compile(r"\\mathbf\{1\}_\{(\d+) \\times (\d+)\}"), r"ones(\1, \2)"),
    (re.compile(r" \\times 10\^\{([^{}]*)\}"), r" * 10^(\1)"),
    (re.compile(r"\^\{\\top\}"), ".T"),
    (re.compile(r"\\operatorname\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}"), r"((\1)/(\2))"),
    (re.compile(r"\\sqrt\{([^{}]*)\}"), r"sqrt(\1)"),
    (re.compile(r"\^\{(?:\\circ )?([^{}]*)\}"), r"^(\1)"),
]
_MATRIX = re.compile(r"\\begin\{pmatrix\} ((?:(?!\\begin).)*?) \\end\{pmatrix\}")


def split_equations(lines: list[str]) -> list[tuple[str, list[Side]]]:
    """Return the left side of each equation, and its right sides with the relation before each."""
    found: list[tuple[str, list[Side]]] = []
    for line in lines:
        if " &" in line:
            left, _, rest = line.removesuffix(r" \\").partition(" &")
            if left.strip():
                found.append((left, []))
            if rest.startswith(r"\quad "):
                sign, text = found[-1][1].pop()
                rest = f"{sign} {text} {rest.removeprefix(chr(92) + 'quad ')}"
            parts = re.split(r"(?:^|(?<= ))(= |\\approx )", rest)
            found[-1][1].extend(
                (sign.strip(), text.strip()) for sign, text in zip(parts[1::2], parts[2::2], strict=True)
            )
    return found


def read_formula(text: str, names: Mapping[str, str], is_vector: bool = False) -> str:
    """Return a formula of a derivation in the language of the program, with `names` for the texts of names.

    Vectors are columns; `is_vector` is whether the value is one, so that a sum of rows is one too.
    """
    for latex in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z\\]){re.escape(latex)}(?![A-Za-z])", f" {names[latex]} ", text)
    for word, plain in _WORDS.items():
        text = text.replace(word, plain)
    before = ""
    while before != text:
        before = text
        for pattern, plain in _GROUPS:
            text = pattern.sub(plain, text)
        text = _MATRIX.sub(lambda match: _read_matrix(match[1]), text)
    while r"\sum" in text:
        text = _read_last_sum(text, is_vector)
    return re.sub(r"\\([a-z]+)", r"\1", text)


def _read_matrix(cells: str) -> str:
    rows = (", ".join(row.split(" & ")) for row in re.split(r" \\\\(?:\[2pt\])? ", cells))
    return f"[[{'], ['.join(rows)}]]"


def _read_last_sum(text: str, is_vector: bool) -> str:
    before, _, after = text.rpartition(r"\sum_{")
    _over, _, after = after.partition("} ")
    after = after.lstrip()
    end = _closing_index(after) if after[0] in "([" else re.match(r"\w+", after).end()  # type: ignore[union-attr]
    index = re.match(r"\s*_\{([^{}]*)\}", after[end:])
    assert index, text
    total = _SUMS[index[1]].format(after[:end])
    if is_vector and index[1] == "i,:":
        total += ".T"
    return f"{before} {total} {after[end + index.end() :]}"


def _closing_index(text: str) -> int:
    depth = 0
    for n, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth == 0:
            return n + 1
    raise AssertionError(text)
