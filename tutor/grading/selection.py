"""Questions of which all right choices are asked for: how a selection is read and judged."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.grading.question import parse_choice
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.grading.question import Question

_SEPARATOR = re.compile(r"[\s,;/+&]+")
#: Words between the numbers of choices that mean nothing.
_LINKING_WORDS = {"and", "그리고", "와", "과"}

_ALONE = N_("“{text}” can't be combined with other choices. Choose only this one, or only others.")


def parse_selection(question: Question, text: str) -> tuple[int, ...]:
    """Return the positions of the choices in a text such as `1, 3`, `a c` or their texts with `;` between them.

    Raise `AlgebraError`.
    """
    for parts in ([text], text.split(";")):
        try:
            return _checked(question, text, (parse_choice(question, part) for part in parts if part.strip()))
        except AlgebraError:
            continue
    words = [word for word in _SEPARATOR.split(text.strip()) if word and word.casefold() not in _LINKING_WORDS]
    positions: list[int] = []
    for word in words:
        found = _positions(question, word)
        if not found:
            raise AlgebraError(
                message(N_("Choose all that apply: type their numbers, such as 1, 3. There are {n} choices."),
                n=len(question.choices)), max(text.find(word), 0), len(word)
            )  # fmt: skip
        positions += found
    return _checked(question, text, positions)


def _positions(question: Question, word: str) -> list[int]:
    """Return the choices that a word names: one, or one with each of its digits or letters; none if it can't be read."""
    try:
        return [parse_choice(question, word)]
    except AlgebraError:
        pass
    try:
        return [parse_choice(question, sign) for sign in word]
    except AlgebraError:
        return []


def _checked(question: Question, text: str, positions: Iterable[int]) -> tuple[int, ...]:
    """Return positions in their order, each once. Raise `AlgebraError` if there are none, or not these together."""
    chosen = tuple(sorted(set(positions)))
    if not chosen:
        raise AlgebraError(message(N_("Choose at least one first.")), 0, len(text))
    alone = [question.choices[position] for position in chosen if question.choices[position].excludes_others]
    if alone and len(chosen) > 1:
        raise AlgebraError(message(_ALONE, text=alone[0].text), 0, len(text))
    return chosen


def format_selection(positions: Iterable[int]) -> str:
    """Return a selection as it would be typed, by the numbers that are shown."""
    return ", ".join(str(position + 1) for position in sorted(positions))


def grade_selection(question: Question, text: str) -> Verdict:
    """Grade the choices given in `text`: it is right if these are all the right ones, and no other."""
    try:
        positions = parse_selection(question, text)
    except AlgebraError as error:
        return Verdict(VerdictKind.MALFORMED, error.message, at=error.position, length=error.length)
    chosen = [question.choices[position] for position in positions]
    wrong = [choice for choice in chosen if not choice.right]
    numbers = tuple(sorted(choice.number for choice in chosen))
    if not wrong and len(chosen) == sum(choice.right for choice in question.choices):
        return Verdict(VerdictKind.RIGHT, message(N_("Right.")))
    if not wrong:
        text = N_("Your choices are right, but not complete. What else applies?")
        return Verdict(VerdictKind.WRONG, message(text), choices=numbers)
    feedback = next((choice.feedback for choice in wrong if choice.feedback), None)
    if feedback is not None:
        return Verdict(VerdictKind.WRONG, message(N_("{text}"), text=feedback), choices=numbers)
    return Verdict(
        VerdictKind.WRONG,
        message(N_("At least one of your choices doesn't apply. For which of them can you give no reason?")),
        choices=numbers,
    )


def selection_share(question: Question, text: str) -> Fraction:
    """Return the share of the points for a selection: right choices less wrong ones, of all right ones, but not below 0."""
    try:
        chosen = [question.choices[position] for position in parse_selection(question, text)]
    except AlgebraError:
        return Fraction(0)
    right = sum(choice.right for choice in chosen)
    return max(Fraction(2 * right - len(chosen), sum(choice.right for choice in question.choices)), Fraction(0))
