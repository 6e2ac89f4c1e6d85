"""The whole pass at once in plain mode: starting and leaving it, and finding the first wrong value by number or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, message
from tutor.plain.describe import describe_edges
from tutor.plain.line_commands import command_label
from tutor.practice.whole_pass import LEFT, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.practice.worksheet import Worksheet

#: The prompt for the first wrong value.
QUESTION = N_("Which blank is the first wrong one? Type its number or its name: ")


def rules() -> tuple[Message, Message]:
    """Return what a whole pass is, and how it is left."""
    return RULES, message(N_("{command} checks what you have filled in so far."), command=command_label("whole"))


def toggle(worksheet: Worksheet) -> Iterable[object]:
    """Start the whole pass at once, or leave it, and return the message about it."""
    if worksheet.whole_pass.is_on:
        worksheet.leave_whole_pass()
        return LEFT, *describe_edges(worksheet, "")
    refusal = worksheet.whole_pass_refusal
    if refusal is not None:
        return (refusal,)
    worksheet.start_whole_pass()
    return rules()


def task_lines(worksheet: Worksheet) -> Iterable[object]:
    """Return all answers of a whole pass with their numbers, and how many are right."""
    return *describe_edges(worksheet, ""), "", worksheet.whole_pass.score(worksheet.fillable)


def point(worksheet: Worksheet, text: str) -> Message:
    """Take a line as the first wrong place, and return the reply."""
    place = find_place(worksheet, text)
    if place is not None:
        worksheet.point_at(place)
    said = worksheet.whole_pass.said
    if place is None or said is None:
        fillable = worksheet.fillable
        text = N_("Type a number from 1 to {n}, or a name such as {name}.")
        return message(text, n=len(fillable), name=fillable[0].id)
    return said


def find_place(worksheet: Worksheet, text: str) -> str | None:
    """Return the place that a number in the list or a name means; None if there is none."""
    problem = worksheet.problem
    order = [place.id for place in worksheet.fillable]
    name = _squeeze(text)
    if name.isdecimal():
        return order[int(name) - 1] if 1 <= int(name) <= len(order) else None
    shown = {_squeeze(str(place_name(problem, place))): place.id for place in worksheet.fillable}
    found = shown.get(name) or (problem.place(name).id if problem.has_place(name) else None)
    return found if found in order else None


def _squeeze(name: str) -> str:
    """Return a name without spaces, with arrows as they are typed."""
    return "".join(name.split()).replace("→", "->")
