"""The plain mode at a terminal or in a pipe: which exercise, and where lines come from."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

from tutor.commands.start import Settings
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tutor.packs import Exercise, Pack
    from tutor.packs.library import Entry
    from tutor.practice.store import Store

_STATES = {"begun": N_("begun"), "solved": N_("solved")}
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
    width = shutil.get_terminal_size((80, 24)).columns
    chooses, code, listed = exercise is None, 1, False
    while True:
        try:
            chosen = exercise or choose(packs, settings, store, again=listed)
            if chosen is None:
                return code
            worksheet = open_worksheet(store, chosen, seed=seed, restart=restart)
        except PackError as error:
            raise Refused(error) from None
        plain = Plain(worksheet, read_line, sys.stdout, width, settings.ascii)
        code = plain.run()
        if code == 0 and chosen.pack:
            from tutor.commands.next import say_next

            say_next(settings, store, chosen)
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


def choose(
    packs: Sequence[Pack] | None,
    settings: Settings | None = None,
    store: Store | None = None,
    again: bool = False,
) -> Exercise | None:
    """Ask which exercise to open; None where the learner leaves. With a store there are review and playground, too."""
    from tutor.packs import PackError, library
    from tutor.plain.words import AT_LIST, find

    own = packs is not None
    packs = library.packs() if packs is None else packs
    settings = settings or Settings()
    for fault in (fault for pack in packs for fault in pack.faults):
        print(fault, file=sys.stderr)
    entries = [(pack, entry) for pack in packs for entry in pack.entries]
    states = store.states() if store is not None else {}
    if not again:
        _list(entries, entries, settings, states)
    asked = _("Which exercise? Type its number, or :quit: ")
    if store is not None and not own:
        asked = _("Which exercise? Type its number; or list, review, playground, quit: ")
    while (line := read_line(asked)) is not None:
        text = line.strip()
        name = find(text, AT_LIST)
        if name == "quit":
            return None
        try:
            if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(entries):
                pack, entry = entries[int(text) - 1]
                return pack.open(entry.id)
            if EXERCISE.fullmatch(text) and not own:
                return library.find(text)
            if name == "list":
                _list(entries, entries, settings, store.states() if store is not None else {})
            elif name and store is not None and not own:
                _go(name, settings, store)
            elif part := [one for one in entries if text and text.casefold() in _line(*one).casefold()]:
                _list(part, entries, settings, states)
            else:
                print(message(N_("Type a number from 1 to {n}, or a word of a title."), n=len(entries)))
        except PackError as error:
            print(error)
    return None


def _list(
    some: Sequence[tuple[Pack, Entry]],
    entries: Sequence[tuple[Pack, Entry]],
    settings: Settings,
    states: Mapping[tuple[str, str], str],
) -> None:
    """A line for each exercise; `states` tells those that were begun or solved."""
    from tutor.ascii import to_ascii

    numbers = {id(entry): number for number, (_pack, entry) in enumerate(entries, 1)}
    for pack, entry in some:
        state = states.get((pack.id, entry.id))
        line = f"{numbers[id(entry)]:>3}  {_line(pack, entry)}{f'  ({_(_STATES[state])})' if state else ''}"
        print(to_ascii(line) if settings.ascii else line)


def _line(pack: Pack, entry: Entry) -> str:
    return f"{pack.id}/{entry.id}  {entry.title}"


def _go(name: str, settings: Settings, store: Store) -> None:
    """To the review or the playground, and back."""
    if name == "review":
        from tutor.commands.review import review_with

        review_with(store, settings)
        return
    from tutor.plain import Playground

    width = shutil.get_terminal_size((80, 24)).columns
    Playground(read_line, sys.stdout, width, settings.ascii).run()
