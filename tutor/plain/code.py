"""A backward pass in Python in plain mode: the file is written, and checked whenever the learner asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.coding import files
from tutor.coding.editor import find_editor
from tutor.coding.header import HeaderError
from tutor.coding.new_file import exercise_file, place_file
from tutor.coding.report import check_error, next_hint, result_lines, write_error
from tutor.coding.session import CodeSession
from tutor.drawing.loss_curve import loss_curve
from tutor.i18n import N_, _, describe_os_error, message
from tutor.packs.sanitize import strip_markup
from tutor.plain.describe import graph_text
from tutor.plain.line_commands import LineCommand, format_commands, match_command
from tutor.practice.worksheet import Worksheet
from tutor.served import CODE_ELSEWHERE, is_shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.packs.exercise import Exercise
    from tutor.plain.console import Console
    from tutor.practice.worksheet import Journal

_COMMANDS: Sequence[LineCommand] = (
    LineCommand("check", N_("check the file now; Enter does the same"), {"ko": ("확인", "검사")}),
    LineCommand(
        "hint",
        N_("the next hint for the first line that isn't right; hint dx gives one for the line dx"),
        {"ko": ("힌트",), "": ("h", "?")},
    ),
    LineCommand("edit", N_("open the file in your editor"), {"ko": ("편집",)}),
    LineCommand("help", N_("this list"), {"ko": ("도움말",)}),
    LineCommand("quit", N_("leave the code; the file is kept"), {"ko": ("그만", "종료", "뒤로"), "": ("q", "back")}),
)
_YES = LineCommand("yes", "", {"ko": ("예", "네", "ㅛ"), "": ("y",)})
_PROMPT = N_("Save the file, then press Enter to check it. Or: hint, edit, quit: ")


def run_code(console: Console, exercise: Exercise, journal: Journal | None = None) -> bool:
    """Write the file of an exercise, or find it, and check it until it is right or left. Return whether it is right."""
    if is_shared():
        console.print(_(CODE_ELSEWHERE))
        return False
    try:
        new = exercise_file(exercise)
        path, is_new = place_file(new)
    except HeaderError as error:
        console.print(error)
        return False
    except OSError as error:
        console.print(write_error(error))
        return False
    if exercise.code.only:
        _print_lesson(console, exercise)
    text = N_("Created {file}.") if is_new else N_("{file} already exists, so it is checked.")
    console.print(message(text, file=path.absolute()))
    session = CodeSession(path, new.style, exercise, journal)
    if is_new:
        console.print(_("Replace each ... in your editor."))
    elif not _may_run(console, session):
        return False
    while (line := console.ask(_(_PROMPT))) is not None:
        word, _space, argument = line.partition(" ")
        name = match_command(word, _COMMANDS) if word else "check"
        if name == "quit":
            return False
        if name == "check":
            if _check(console, session):
                return True
        elif name == "hint":
            console.print(strip_markup(str(next_hint(session, argument.strip()))))
        elif name == "edit":
            _edit(console, session)
        else:
            console.print(*format_commands(_COMMANDS))
    return False


def _print_lesson(console: Console, exercise: Exercise) -> None:
    """Print the title, the graph and the text of an exercise that asks for nothing but code."""
    variant = exercise.variant()
    graph, text = graph_text(Worksheet(variant), console.width, console.glyphs), strip_markup(variant.text())
    console.print(exercise.title, *(["", *graph] if graph else []), *(["", text, ""] if text else []))


def _may_run(console: Console, session: CodeSession) -> bool:
    """Ask before a file is run that was not written here."""
    if files.is_trusted(session.path):
        return True
    question = message(N_("{question} (yes or no): "), question=files.not_written_here(session.path))
    answer = console.ask(str(question))
    if not answer or not match_command(answer, (_YES,)):
        console.print(_("The file was not run."))
        return False
    files.trust(session.path)
    return True


def _check(console: Console, session: CodeSession) -> bool:
    """Check the file, print the verdicts and return whether it is solved."""
    try:
        result = session.check()
    except OSError as error:
        console.print(check_error(session, error))
        return False
    session.record(result)
    console.print(*result_lines(session, result), *loss_curve(result.losses, console.glyphs))
    if result.solved and session.exercise is not None and session.exercise.code.only:
        after = strip_markup(session.exercise.variant().after())
        console.print(*(["", after] if after else []))
    return result.solved


def _edit(console: Console, session: CodeSession) -> None:
    editor = find_editor()
    if editor is None:
        console.print(_("No editor was found. Set EDITOR to yours, or open the file yourself."))
        return
    try:
        editor.run(session.path)
    except OSError as error:
        text = N_("The editor {name} can't be started: {reason}.")
        console.print(message(text, name=editor.command[0], reason=describe_os_error(error)))
