"""Faults that stop a learner's file: errors of Python and NumPy in one plain sentence, with the line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tutor.coding.header import NOT_UTF8
from tutor.coding.sandbox import TIME_LIMIT
from tutor.coding.shape_finder import find_mismatch
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor.coding.sandbox import Run
    from tutor.i18n import Message

_TIME = N_("The code was stopped after {n} seconds. Is there a loop that never ends?")
_MEMORY = N_("The code used too much memory and was stopped. Does a list or an array keep growing?")
_EARLY = N_("The program exited with code {code} before its gradients could be read.")

_SYNTAX = N_("Python can't read this line: {text}.")
#: Messages of Python, and what they mean.
_SYNTAX_SENTENCES = (
    (r"'([(\[{])' was never closed", N_("The bracket {sign} is never closed.")),
    (
        r"unmatched '([)\]}])'|closing parenthesis '([)\]}])' does not match",
        N_("The closing bracket {sign} has no matching opening bracket."),
    ),
    (
        r"indent|inconsistent use of tabs",
        N_("This line is indented differently from the lines around it. Use the same number of spaces."),
    ),
    (r"expected ':'", N_("A colon is missing at the end of this line.")),
    (r"unterminated .*string", N_("A quotation mark is missing.")),
    (r"cannot assign to", N_("The left side of = must be something that you can assign to, such as a name.")),
    (r"codec can't decode|null bytes", NOT_UTF8),
)
_NAME = N_("“{name}” has no value here. Is it spelled as above, and assigned before it is used?")
_ELLIPSIS = N_("This line uses a ... that you haven't replaced yet.")
_EXIT = N_("This line ends the program before the gradients can be read. Remove it.")
_INPUT = N_("There is no keyboard while the code is checked, so input() can't read anything.")
_TUTOR = N_("You can't use backprop-tutor here. Write the gradients yourself.")
_IMPORT = N_("The library {name} is not installed here, but NumPy is.")
_OTHER = N_("{kind}: {text}.")
_ANY_SHAPES = N_("The shapes don't match: {text}.")

_MAX_TEXT = 200
_SHAPE_ERRORS = (
    *("could not be broadcast", "mismatch in its core dimension", "not aligned", "does not have enough dim"),
    *("cannot be multiplied", "must match the size of tensor", "size mismatch", "inconsistent tensor size"),
)


def ending_fault(run: Run) -> Message:
    """Return why a file did not come to its end."""
    if run.ending == "time":
        return message(_TIME, n=round(TIME_LIMIT))
    if run.ending == "memory":
        return message(_MEMORY)
    return message(_EARLY, code=run.code if run.code is not None else "?")


def error_fault(error: Any, source: str) -> tuple[Message, int | None]:
    """Return an exception of the learner's code as a sentence, and the line."""
    if not isinstance(error, dict):
        return message(_OTHER, kind="?", text="?"), None
    line = error.get("line") if isinstance(error.get("line"), int) else None
    text = " ".join(str(error.get("text", "")).split())[:_MAX_TEXT].rstrip(".")
    kind, bases = str(error.get("kind", "?"))[:80], error.get("bases", ())
    return _error_sentence(kind, bases if isinstance(bases, list) else (), text, error, source, line), line


def _error_sentence(
    kind: str, bases: Collection[str], text: str, error: Mapping[str, Any], source: str, line: int | None
) -> Message:
    if "SyntaxError" in bases:
        return _syntax_sentence(re.sub(r" \(.*line \d+\)$", "", text))
    if "NameError" in bases:
        return message(_NAME, name=_quoted(text) or error.get("name") or "?")
    if "ellipsis" in text or "Ellipsis" in text:
        return message(_ELLIPSIS)
    if kind in ("SystemExit", "KeyboardInterrupt"):
        return message(_EXIT)
    if kind == "EOFError":
        return message(_INPUT)
    if "ImportError" in bases and error.get("name") == "tutor":
        return message(_TUTOR)
    if "ImportError" in bases:
        return message(_IMPORT, name=error.get("name") or _quoted(text) or "?")
    if is_about_shapes(error):
        shapes = error.get("shapes")
        found = find_mismatch(source, line, shapes if isinstance(shapes, dict) else {})
        return found or message(_ANY_SHAPES, text=text)
    return message(_OTHER, kind=kind, text=text or kind)


def _syntax_sentence(text: str) -> Message:
    """Return what is wrong with a line that Python can't read, in plain words where that is known."""
    for pattern, template in _SYNTAX_SENTENCES:
        match = re.search(pattern, text)
        if match:
            return message(template, sign=match[1] if match.groups() else "")
    return message(_SYNTAX, text=text)


def is_about_shapes(error: Any) -> bool:
    """Return whether an error says that shapes don't go together."""
    return isinstance(error, dict) and any(part in str(error.get("text", "")) for part in _SHAPE_ERRORS)


def _quoted(text: str) -> str:
    match = re.search(r"'([^']*)'", text)
    return match[1] if match else ""
