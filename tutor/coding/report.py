"""Checks in lines of text: the verdicts on a file, and hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, _, describe_os_error, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.coding.session import CodeSession
    from tutor.coding.verdict import FileResult
    from tutor.i18n import Message

_PRINTED = N_("output:")
#: Lines that a file has printed, and their columns, that are shown.
_MAX_PRINTED, _MAX_WIDTH = 20, 400
_MARKS = {"right": "✓", "wrong": "✗", "follows": "~", "missing": "·", "unknown": "·"}
_SOLVED = N_("Everything is right. Solved in code.")
_SOLVED_AND_AGREED = N_("Everything is right, and PyTorch agrees. Solved in code.")
_LEFT = N_("{n} of {all} are right.")


def result_lines(session: CodeSession, result: FileResult) -> Iterator[str]:
    """Yield what the file printed, a line for each gradient, and what is wrong with the first open one."""
    if result.output.strip():
        yield _(_PRINTED)
        yield from printed_lines(result.output)
    right = sum(each.verdict == "right" for each in result.results)
    for each in result.results:
        yield f"{_MARKS[each.verdict]} {each.name}   {session.style.describe(each.name)}"
    first = result.first_open
    if result.fault is not None:
        yield from told_lines(result, str(result.fault), result.fault_line)
    elif first is not None and first.message is not None:
        yield from told_lines(result, str(first.message), first.line)
    yield str(solved_sentence(result) if result.solved else message(_LEFT, n=right, all=len(result.results)))


def solved_sentence(result: FileResult) -> Message:
    """Return the sentence about a file that is right."""
    return message(_SOLVED_AND_AGREED if result.agrees else _SOLVED)


def printed_lines(output: str, count: int = _MAX_PRINTED) -> list[str]:
    """Return the last lines that a file has printed, after how many were left out."""
    lines = [line[:_MAX_WIDTH] for line in output.strip("\n").splitlines()]
    if len(lines) <= count:
        return lines
    return [str(message(N_("({n} earlier lines)"), n=len(lines) - count)), *lines[-count:]]


def told_lines(result: FileResult, text: str, line: int | None) -> Iterator[str]:
    """Yield a sentence about a line of the file, after the text of that line."""
    code = result.code_of(line)
    if code:
        yield f"  {line} | {code}"
    yield with_line(text, line)


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
