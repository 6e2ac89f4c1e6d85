"""From an exercise to its code: the file is found or written, and shown with its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.coding import files
from tutor.coding.header import HeaderError
from tutor.coding.new_file import exercise_file, place_file
from tutor.coding.report import write_error
from tutor.coding.session import CodeSession
from tutor.coding.styles import TaskStyle
from tutor.tui.screens.code import CodeScreen

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise
    from tutor.practice.worksheet import Journal
    from tutor.tui.after_solved import NextExercise
    from tutor.tui.host import Host


def open_code(
    host: Host, journal: Journal | None, exercise: Exercise, following: NextExercise | None = None, pack_title: str = ""
) -> None:
    """Show the code of an exercise, or say why it has none. Ask before a file is run that was not written here.

    `following` is what comes after an exercise that asks for nothing but code, and `pack_title` is that of its pack.
    """
    try:
        new = exercise_file(exercise)
        path, _is_new = place_file(new)
    except HeaderError as error:
        host.show_notification(error.message, warning=True)
        return
    except OSError as error:
        host.show_notification(write_error(error), warning=True)
        return
    session = CodeSession(path, new.style, exercise, journal)
    # A layer may ask for other gradients than the exercise.
    problem = new.style.task.problem if isinstance(new.style, TaskStyle) else None
    screen = CodeScreen(host, session, str(exercise.title), problem, following, pack_title)
    if files.is_trusted(path):
        _show(host, screen)
        return

    def show_if_trusted(answer: bool | None) -> None:
        if answer:
            files.trust(path)
            _show(host, screen)

    host.confirm(files.not_written_here(path), show_if_trusted)


def _show(host: Host, screen: CodeScreen) -> None:
    """Show a code screen, in place of the one of an exercise whose file was saved while its author edits it."""
    if isinstance(host.app.screen, CodeScreen):
        host.app.switch_screen(screen)
    else:
        host.app.push_screen(screen)
