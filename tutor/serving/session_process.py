"""The process of one learner's session. It is forked from one that has loaded everything, and shares that memory."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

# All that a session may need is loaded before the fork, also by the screens that load what they need late.
import tutor.tui.all_bindings
import tutor.tui.app
import tutor.tui.browser_driver
import tutor.tui.palette
import tutor.tui.preload  # noqa: F401
from tutor import crash_report, i18n, settings, tui
from tutor.i18n import message
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.plain.app import run_plain
from tutor.practice.storage.store import Store, default_path
from tutor.practice.student import HUB_USER
from tutor.run_options import RunOptions
from tutor.served import NOT_LISTED, SHARED_VARIABLE
from tutor.serving.line_streams import use_lines
from tutor.tui.browser_session import forget_exercise

if TYPE_CHECKING:
    import socket

    from tutor.packs.exercise import Exercise
    from tutor.serving.start import Start


def run_session(connection: socket.socket, start: Start) -> None:
    """Run the tutor on a socket until the learner quits or the server has gone."""
    # Ctrl+C at the server is not meant for the learners; the server ends their sessions one by one.
    os.setsid()
    for descriptor in (0, 1):
        os.dup2(connection.fileno(), descriptor)
    connection.close()
    os.environ.update(BACKPROP_TUTOR_PACKS=start.packs, COLUMNS=str(start.width), ROWS=str(start.height))
    if start.home:
        os.environ.update({"BACKPROP_TUTOR_HOME": start.home, SHARED_VARIABLE: "1"})
        os.environ.pop(HUB_USER, None)  # the name of the one who serves
    i18n.set_language(settings.load().settings.language or start.language)
    try:
        if start.plain:
            _run_in_lines(start)
        else:
            _run_on_screen(start)
    except Exception as error:
        crash_report.report_end(error)
        # It may be the exercise that does it.
        forget_exercise()
        sys.exit(crash_report.EXIT_CODE)


def _run_on_screen(start: Start) -> None:
    sys.stdin = sys.__stdin__ = os.fdopen(0, encoding="utf-8", closefd=False)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]
    with Store.open(default_path(), for_screen=True) as store:
        exercise = _find(start.exercise)
        tui.run(store, exercise, link=start.exercise if exercise is None else "")


def _run_in_lines(start: Start) -> None:
    use_lines(0, 1)
    with Store.open(default_path()) as store:
        exercise = _find(start.exercise)
        if start.exercise and exercise is None:
            print(message(NOT_LISTED, name=start.exercise))
        run_plain(RunOptions(plain=True, ascii=False), store, exercise, None, restart=False)
    sys.stdout.flush()


def _find(name: str) -> Exercise | None:
    """Return an exercise by its name; None without a name, or if the exercise can't be opened, which the list explains."""
    if not name:
        return None
    try:
        return library.find_exercise(name)
    except PackError:
        return None


# What is loaded now is never garbage, and scanning it would copy the pages that all sessions share.
gc.collect()
gc.freeze()
