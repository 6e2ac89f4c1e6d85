"""The plain mode at a terminal or in a pipe: which exercise, and where lines come from."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

from tutor.commands.launch import RunOptions
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.storage.store import Store

_STATE_LABELS = {"begun": N_("begun"), "solved": N_("solved")}
EXERCISE_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def run_plain(
    settings: RunOptions,
    store: Store,
    exercise: Exercise | None,
    seed: int | None,
    restart: bool,
    packs: Sequence[Pack] | None = None,
    watch: Path | None = None,
) -> int:
    """Work through an exercise in plain lines. Returns the exit code. Raises `Refused`.

    `packs` are those to choose from, None for all; what lies at `watch` is shown anew whenever it is saved.
    """
    if watch is not None:
        from tutor.commands.plain_watch import watch_plain

        return watch_plain(settings, watch, seed)
    from tutor.commands.errors import CommandError
    from tutor.packs.diagnostics import PackError
    from tutor.plain.exercise import PlainExercise
    from tutor.practice.resume import open_worksheet

    if store.notice:
        print(store.notice, file=sys.stderr)
    width = shutil.get_terminal_size((80, 24)).columns
    chooses, code, listed = exercise is None, 1, False
    while True:
        try:
            chosen = exercise or choose_exercise(packs, settings, store, again=listed)
            if chosen is None:
                return code
            worksheet = open_worksheet(store, chosen, seed=seed, restart=restart)
        except PackError as error:
            raise CommandError(error) from None
        plain = PlainExercise(worksheet, read_line, sys.stdout, width, settings.ascii)
        code = plain.run()
        if code == 0 and chosen.pack:
            from tutor.commands.suggestion import print_suggestion

            print_suggestion(settings, store, chosen)
        if not plain.wants_list and not (chooses and code == 0):
            return code
        # Who chose once chooses again; the list is long and is told again only when that is asked for.
        listed = not plain.wants_list
        chooses, exercise, seed, restart = True, None, None, False


def read_line(prompt: str) -> str | None:
    """The next line of the input, None at its end. A learner who pipes answers in sees them in the output."""
    if sys.stdin is None:
        return None
    print(prompt, end="", flush=True)
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        print()
        print(message(N_("This line is no text in UTF-8. Type it again.")), file=sys.stderr)
        return ""
    if not line:
        print()
        return None
    if not sys.stdin.isatty():
        print(line.rstrip("\n"))
    return line


def choose_exercise(
    packs: Sequence[Pack] | None,
    settings: RunOptions | None = None,
    store: Store | None = None,
    again: bool = False,
) -> Exercise | None:
    """Ask which exercise to open; None where the learner leaves. With a store there are review and playground, too."""
    from tutor.packs import library
    from tutor.packs.diagnostics import PackError
    from tutor.plain.line_commands import LIST_COMMANDS, match_command

    own = packs is not None
    packs = library.all_packs() if packs is None else packs
    settings = settings or RunOptions()
    for fault in (fault for pack in packs for fault in pack.errors):
        print(fault, file=sys.stderr)
    entries = [(pack, entry) for pack in packs for entry in pack.entries]
    states = store.states() if store is not None else {}
    if not again:
        _print_list(entries, entries, settings, states)
    asked = _("Which exercise? Type its number, or :quit: ")
    if store is not None and not own:
        asked = _("Which exercise? Type its number; or list, review, playground, quit: ")
    while (line := read_line(asked)) is not None:
        text = line.strip()
        name = match_command(text, LIST_COMMANDS)
        if name == "quit":
            return None
        try:
            if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(entries):
                pack, entry = entries[int(text) - 1]
                return pack.open(entry.id)
            if EXERCISE_NAME.fullmatch(text) and not own:
                return library.find_exercise(text)
            if name == "list":
                _print_list(entries, entries, settings, store.states() if store is not None else {})
            elif name and store is not None and not own:
                _open_section(name, settings, store)
            elif part := [one for one in entries if text and text.casefold() in _format_entry(*one).casefold()]:
                _print_list(part, entries, settings, states)
            else:
                print(message(N_("Type a number from 1 to {n}, or a word of a title."), n=len(entries)))
        except PackError as error:
            print(error)
    return None


def _print_list(
    some: Sequence[tuple[Pack, ExerciseEntry]],
    entries: Sequence[tuple[Pack, ExerciseEntry]],
    settings: RunOptions,
    states: Mapping[tuple[str, str], str],
) -> None:
    """A line for each exercise; `states` tells those that were begun or solved."""
    from tutor.glyphs import to_ascii

    numbers = {id(entry): number for number, (_pack, entry) in enumerate(entries, 1)}
    for pack, entry in some:
        state = states.get((pack.id, entry.id))
        line = (
            f"{numbers[id(entry)]:>3}  {_format_entry(pack, entry)}{f'  ({_(_STATE_LABELS[state])})' if state else ''}"
        )
        print(to_ascii(line) if settings.ascii else line)


def _format_entry(pack: Pack, entry: ExerciseEntry) -> str:
    return f"{pack.id}/{entry.id}  {entry.title}"


def _open_section(name: str, settings: RunOptions, store: Store) -> None:
    """To the review or the playground, and back."""
    if name == "review":
        from tutor.commands.review import run_review

        run_review(store, settings)
        return
    from tutor.plain.playground import PlainPlayground

    width = shutil.get_terminal_size((80, 24)).columns
    PlainPlayground(read_line, sys.stdout, width, settings.ascii).run()
