"""The tutor in plain mode, exercise after exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs.diagnostics import PackError
from tutor.plain.console import standard_console
from tutor.plain.exercise import PlainExercise
from tutor.plain.exercise_list import choose_exercise, open_section
from tutor.plain.line_commands import CODE_COMMAND, command_label, match_command
from tutor.plain.notices import print_news, print_notices
from tutor.plain.suggestion import print_suggestion
from tutor.plain.watch import watch_plain
from tutor.practice.resume import open_worksheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import Pack
    from tutor.plain.console import Console
    from tutor.practice.storage.store import Store
    from tutor.run_options import RunOptions


def run_plain(
    options: RunOptions,
    store: Store,
    exercise: Exercise | None,
    seed: int | None,
    restart: bool,
    packs: Sequence[Pack] | None = None,
    watch: Path | None = None,
    whole: bool = False,
) -> int:
    """Work through an exercise, or through those the learner chooses, and return the exit code. Raise PackError.

    `packs` are the packs to choose from, None for all. The file or folder at `watch` is reloaded whenever it is saved.
    `whole` judges nothing in the first exercise before its last blank.
    """
    if watch is not None:
        return watch_plain(options, watch, seed)
    print_notices(store)
    console = standard_console(options)
    chooses, code, show_list = exercise is None, 1, True
    solved: Exercise | None = None
    while True:
        print_news(console, store)
        current = exercise or choose_exercise(options, packs, store, show_list, solved)
        if current is None:
            return code
        if current.code.only:
            code = 0 if open_section("code", options, store, current) else 1
            print_notices(store)
            if code == 0 and current.pack:
                print_suggestion(console, store, current)
            if not chooses:
                return code
            show_list, solved = False, None
            continue
        try:
            worksheet = open_worksheet(store, current, seed=seed, restart=restart)
        except PackError as error:
            if not chooses:
                raise
            print(error)
            continue
        if whole:
            worksheet.start_whole_pass()
        plain = PlainExercise(worksheet, console)
        print_notices(store)
        code = plain.run()
        print_notices(store)
        if code == 0 and current.pack:
            print_suggestion(console, store, current)
        solved = current if code == 0 and current.code_refusal is None else None
        if not plain.wants_list and not (chooses and code == 0):
            if solved is not None:
                _offer_code(options, console, store, solved)
            return code
        # The long list is shown again only on request.
        show_list = plain.wants_list
        chooses, exercise, seed, restart, whole = True, None, None, False, False


def _offer_code(options: RunOptions, console: Console, store: Store, exercise: Exercise) -> None:
    """Ask whether a solved exercise is to be written in code, and let it be written."""
    prompt = message(
        N_("Type {code} to write this pass in Python, or press Enter to end: "), code=command_label("code")
    )
    if match_command(console.ask(f"\n{prompt}") or "", (CODE_COMMAND,)):
        open_section("code", options, store, exercise)
