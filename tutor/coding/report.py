"""Checks in lines of text: the verdicts on a file, and hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, describe_os_error, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.coding.session import CodeSession
    from tutor.coding.verdict import FileResult
    from tutor.i18n import Message

_MARKS = {"right": "✓", "wrong": "✗", "follows": "~", "missing": "·", "unknown": "·"}
_SOLVED = N_("Every gradient is right. Solved in code.")
_SOLVED_AND_AGREED = N_("Every gradient is right, and PyTorch agrees. Solved in code.")
_LEFT = N_("{n} of {all} gradients are right.")


def result_lines(session: CodeSession, result: FileResult) -> Iterator[str]:
    """Yield what the file printed, a line for each gradient, and what is wrong with the first open one."""
    if result.output.strip():
        yield result.output.rstrip("\n")
    right = sum(each.verdict == "right" for each in result.results)
    for each in result.results:
        yield f"{_MARKS[each.verdict]} {each.name}   {session.style.describe(each.name)}"
    first = result.first_open
    if result.fault is not None:
        yield with_line(str(result.fault), result.fault_line)
    elif first is not None and first.message is not None:
        yield with_line(str(first.message), first.line)
    yield str(solved_sentence(result) if result.solved else message(_LEFT, n=right, all=len(result.results)))


def solved_sentence(result: FileResult) -> Message:
    """Return what is said of a file that is right."""
    return message(_SOLVED_AND_AGREED if result.agrees else _SOLVED)


def write_error(error: OSError) -> Message:
    """Return why a file can't be written."""
    return message(N_("{file} can't be written: {reason}."), file=error.filename, reason=describe_os_error(error))


def check_error(session: CodeSession, error: OSError) -> Message:
    """Return why a file can't be checked."""
    return message(N_("{file} can't be checked: {reason}."), file=session.path, reason=describe_os_error(error))


def with_line(text: str, line: int | None) -> str:
    """Return a sentence about a line of the file."""
    return str(message(N_("Line {n}: {text}"), n=line, text=text)) if line else text


def next_hint(session: CodeSession, name: str = "") -> Message:
    """Return the next hint at a part of a file, by default the first that is not right, as a line."""
    hint = session.next_hint(name)
    if hint is None:
        return message(N_("There is no gradient {name} in this file."), name=name)
    return message(
        N_("{name}, hint {rung} of {of}: {text}"), name=hint.name, rung=hint.rung, of=hint.of, text=hint.text
    )
