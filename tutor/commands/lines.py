"""The plain mode at a terminal or in a pipe: which exercise, and where lines come from."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

from tutor.commands.start import Settings
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.packs import Exercise, Pack
    from tutor.practice.store import Store

EXERCISE = re.compile(r"[\w.-]+/[\w.-]+")


def in_lines(
    settings: Settings,
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
        from tutor.commands.watching import watched_in_lines

        return watched_in_lines(settings, watch, seed)
    from tutor.commands.errors import Refused
    from tutor.packs import PackError
    from tutor.plain import Plain
    from tutor.practice.resume import open_worksheet

    if store.notice:
        print(store.notice, file=sys.stderr)
    try:
        chosen = exercise or choose(packs)
        if chosen is None:
            return 1
        worksheet = open_worksheet(store, chosen, seed=seed, restart=restart)
    except PackError as error:
        raise Refused(error) from None
    width = shutil.get_terminal_size((80, 24)).columns
    code = Plain(worksheet, read_line, sys.stdout, width, settings.ascii).run()
    if code == 0 and chosen.pack:
        from tutor.commands.next import say_next

        say_next(settings, store, chosen)
    return code


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


def choose(packs: Sequence[Pack] | None) -> Exercise | None:
    """Ask which exercise to open."""
    from tutor.packs import PackError, library

    own = packs is not None
    packs = library.packs() if packs is None else packs
    for fault in (fault for pack in packs for fault in pack.faults):
        print(fault, file=sys.stderr)
    entries = [(pack, entry) for pack in packs for entry in pack.entries]
    for number, (pack, entry) in enumerate(entries, 1):
        print(f"{number:>3}  {pack.id}/{entry.id}  {entry.title}")
    while (line := read_line(_("Which exercise? Type its number, or :quit: "))) is not None:
        text = line.strip()
        if text in (":quit", ":q"):
            return None
        try:
            if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(entries):
                pack, entry = entries[int(text) - 1]
                return pack.open(entry.id)
            if EXERCISE.fullmatch(text) and not own:
                return library.find(text)
            print(message(N_("Type a number from 1 to {n}."), n=len(entries)))
        except PackError as error:
            print(error)
    return None
