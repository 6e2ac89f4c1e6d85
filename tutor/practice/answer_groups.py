"""Equal answers in different spellings: 1/2 and 0.5, xy and y*x, 0.333 and 1/3."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Num, free_names, number
from tutor.algebra.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutor.algebra.ops import Value

#: Longer answers are only equal if their texts are.
_MAX_LENGTH = 300
#: A decimal with fewer significant digits is no rounding of another answer, but a number of its own.
_MIN_ROUNDED_DIGITS = 3
_DECIMAL = re.compile(r"[+\-−]?(?P<whole>[0-9]*)\.(?P<places>[0-9]+)")
_SCALAR = "n "


@lru_cache(maxsize=100_000)
def answer_key(text: str) -> str:
    """Return a text that is the same for equal answers. A text that can't be read is equal to itself only.

    Formulas are equal if their values are at two points between 0 and 1.
    """
    if len(text) > _MAX_LENGTH:
        return text
    try:
        formula = parse(text)
        names = sorted(free_names(formula))
        if names:
            return "f " + " ".join(_number_key(evaluate(formula, point)) for point in _points(names))
        value = evaluate(formula, {})
        if not ops.is_matrix(value):
            return _SCALAR + _number_key(value)
        rows, columns = value.shape
        return f"m {rows} {columns} {' '.join(map(_number_key, ops.cells(value)))}"
    except (AlgebraError, ArithmeticError, ValueError, RecursionError):
        return " ".join(text.casefold().split())


def _points(names: list[str]) -> list[dict[str, Value]]:
    """Return two points at which formulas are compared, the same for a name in every formula."""
    digests = {name: sha256(name.encode()).digest() for name in names}
    return [
        {
            name: number(Fraction(int.from_bytes(digest[place : place + 2], "big"), 2**16))
            for name, digest in digests.items()
        }
        for place in (0, 2)
    ]


def _number_key(value: Value) -> str:
    if isinstance(value, Num):
        return str(value.value)
    return f"{nearest_float(value):.12g}"


def group_answers(times: Mapping[str, int]) -> dict[str, str]:
    """Return the group of each text, named by its most frequent spelling. `times` counts how often each was typed."""
    spellings: dict[str, Counter[str]] = {}
    for text, count in times.items():
        spellings.setdefault(answer_key(text), Counter())[text] += count
    keys = sorted(spellings, key=lambda key: (-sum(spellings[key].values()), key))
    values = {key: value for key in keys if (value := _float_of(key)) is not None}
    merged = {key: _unrounded(key, spellings[key], values) for key in keys}
    groups: dict[str, Counter[str]] = {}
    for key in keys:
        groups.setdefault(merged[key], Counter()).update(spellings[key])
    names = {key: max(sorted(texts, key=len), key=lambda text: texts[text]) for key, texts in groups.items()}
    return {text: names[merged[key]] for key in keys for text in spellings[key]}


def _float_of(key: str) -> float | None:
    """Return the number of a key; None for what is no number, or none that a float can hold."""
    if not key.startswith(_SCALAR):
        return None
    numerator, _, denominator = key.removeprefix(_SCALAR).partition("/")
    try:
        value = float(numerator) / float(denominator or 1)
    except (ValueError, ArithmeticError):
        return None
    return value if isfinite(value) else None


def _unrounded(key: str, texts: Iterable[str], values: Mapping[str, float]) -> str:
    """Return the key of the most frequent number of which a decimal is a rounding; its own key if there is none."""
    places = max((_num_places(text) for text in texts), default=0)
    if not places or key not in values:
        return key
    unit = 0.5 * 10.0**-places
    for other, value in values.items():
        # One of two decimals is a rounding of the other only if it is shorter.
        if other != key and abs(value - values[key]) <= unit and not _has_places(value, places):
            return other
    return key


def _has_places(value: float, places: int) -> bool:
    """Return whether a number is a decimal with at most so many places."""
    scaled = value * 10.0**places
    return abs(scaled - round(scaled)) < 1e-6


def _num_places(text: str) -> int:
    """Return how many decimal places a typed decimal has; 0 for another text, and for one with few digits."""
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        return 0
    digits = (found["whole"] + found["places"]).lstrip("0")
    return len(found["places"]) if len(digits) >= _MIN_ROUNDED_DIGITS else 0
