"""Formulas that are still being typed: the parts of them that may be read already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import free_names
from tutor.algebra.parser import parse_equations
from tutor.engine.standard_functions import with_standard_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSING = {"(": ")", "[": "]", "{": "}"}
#: Signs that end a formula only while it is being typed.
_UNFINISHED = " \t\n+-*/^@(,.=;:<>![{~√×·⋅∙•∗⊙÷−\\"
_LAST_WORD = re.compile(r"(?:[^\W\d]\w*'*|\d[\w.]*|.)\s*\Z", re.S)
_NAME_AT_END = re.compile(r"[^\W\d]\w*\Z")
#: So many words are left out at the end of a text at most.
_MAX_LEFT_OUT = 16


@dataclass(frozen=True, slots=True)
class PartialText:
    """A text to read in place of the one that is typed.

    `is_whole`: it is the text as typed. `is_only_closed`: only operators at its end were dropped and brackets closed, as
    is usual while one types; otherwise words were left out, too, or steps that are not used yet.
    """

    text: str
    is_whole: bool = False
    is_only_closed: bool = False


def partial_texts(text: str) -> Iterator[PartialText]:
    """Yield a text as typed, and then what of it may be read already, the longest first."""
    yield PartialText(text, is_whole=True, is_only_closed=True)
    seen = {text}
    rest = text
    for left_out in range(_MAX_LEFT_OUT):
        rest = rest.rstrip(_UNFINISHED)
        if not rest:
            return
        closed = rest + missing_brackets(rest)
        for form in (closed, without_unused_steps(closed), *without_open_calls(rest)):
            if form not in seen:
                seen.add(form)
                yield PartialText(form, is_only_closed=form == closed and not left_out)
        last = _LAST_WORD.search(rest)
        if last is None:
            return
        rest = rest[: last.start()]


def without_open_calls(text: str) -> Iterator[str]:
    """Yield a text without the functions whose brackets are still open, the outermost first: operands may be missing."""
    calls = list(_open_calls(text))
    for name in calls:
        text = text[: name.start()] + " " * len(name[0]) + text[name.end() :]
        yield text + missing_brackets(text)


def _open_calls(text: str) -> Iterator[re.Match[str]]:
    """Yield the function names before brackets that are never closed."""
    open_places: list[int] = []
    for place, character in enumerate(text):
        if character in _CLOSING:
            open_places.append(place)
        elif open_places and character in _CLOSING.values():
            open_places.pop()
    for place in open_places:
        name = _NAME_AT_END.search(text, 0, place)
        if name is not None and text[place] == "(":
            yield name


def without_unused_steps(text: str) -> str:
    """Return a formula without the steps that its last one does not need: they are not used yet.

    Spaces take their place, so that offsets stay. A text that can't be parsed is returned as it is.
    """
    if text.count("=") < 2:
        return text
    try:
        functions = with_standard_functions()
        sizes = {name: (each.min_operands, each.max_operands) for name, each in functions.items()}
        equations = parse_equations(text, own_functions=sizes, redefinable=list(sizes))
    except AlgebraError:
        return text
    needed = set(free_names(equations[-1].expr))
    ends = [equation.position for equation in equations[1:]]
    for equation, end in reversed(list(zip(equations, ends, strict=False))):
        if equation.name in needed:
            needed |= set(free_names(equation.expr))
        else:
            text = text[: equation.position] + " " * (end - equation.position) + text[end:]
    return text


def missing_brackets(text: str) -> str:
    """Return the brackets that close those left open in a text."""
    open_brackets: list[str] = []
    for character in text:
        if character in _CLOSING:
            open_brackets.append(_CLOSING[character])
        elif open_brackets and character == open_brackets[-1]:
            open_brackets.pop()
    return "".join(reversed(open_brackets))
