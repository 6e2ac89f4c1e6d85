"""The list of exercises in plain mode, from which the learner chooses one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.packs.exercise_search import find_exercises
from tutor.plain.console import read_line, standard_console
from tutor.plain.line_commands import CODE_COMMAND, LIST_COMMANDS, command_label, match_command
from tutor.practice.event import DONE_STATES
from tutor.practice.exercise_records import code_mark, describe_state, last_worked_on, load_records, next_exercise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.storage.store import Store
    from tutor.run_options import RunOptions


def choose_exercise(
    options: RunOptions,
    packs: Sequence[Pack] | None,
    store: Store | None = None,
    show_list: bool = True,
    solved: Exercise | None = None,
) -> Exercise | None:
    """Ask which exercise to open; return None if the learner leaves. One that was just `solved` may be written in code.

    `packs` are the packs to choose from, None for all. Review and playground need a store and all packs.
    """
    has_sections = store is not None and packs is None
    shows_all = packs is None
    packs = library.all_packs() if packs is None else packs
    for pack in packs:
        for fault in pack.errors:
            print(fault, file=sys.stderr)
    entries = [(pack, entry) for pack in packs for entry in pack.entries]
    if show_list:
        _print_all(options, entries, store)
    prompt = _("Which exercise? Type its number, or :quit: ")
    if has_sections:
        prompt = _("Which exercise? Type its number; or list, review, placement, playground, quit: ")
    if solved is not None:
        print(message(N_("Type {code} to write the solved pass in Python."), code=command_label("code")))
    while (line := read_line(prompt)) is not None:
        text = line.strip()
        name = match_command(text, LIST_COMMANDS)
        if name == "quit":
            return None
        try:
            if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(entries):
                pack, entry = entries[int(text) - 1]
                return pack.open(entry.id)
            if shows_all and library.is_exercise_name(text):
                return library.find_exercise(text)
            if solved is not None and store is not None and match_command(text, (CODE_COMMAND,)):
                open_section("code", options, store, solved)
            elif name == "list":
                _print_all(options, entries, store)
            elif name and store is not None and has_sections:
                open_section(name, options, store)
            elif text and (matches := find_exercises(text, packs).items):
                _print_list(options, matches, entries, store)
            else:
                print(message(N_("Type a number from 1 to {n}, or a word of a title."), n=len(entries)))
        except PackError as error:
            print(error)
    return None


def _print_all(options: RunOptions, entries: Sequence[tuple[Pack, ExerciseEntry]], store: Store | None) -> None:
    """Print every entry, and under them how many are solved and which one is next."""
    _print_list(options, entries, entries, store)
    if store is None or not entries:
        return
    names = [(pack.id, entry.id) for pack, entry in entries]
    states = store.states()
    solved = [name for name in names if states.get(name) in DONE_STATES]
    parts = [message(N_("{n} of {all} solved."), n=len(solved), all=len(names))]
    last, is_unfinished = last_worked_on(store, names)
    placed_out = store.placed_out()
    following = next_exercise(names, last, is_unfinished, lambda name: name not in solved and name not in placed_out)
    if following is not None:
        number = names.index(following)
        text = N_("Continue with {number}: {title}.") if is_unfinished else N_("Next is {number}: {title}.")
        parts.append(message(text, number=number + 1, title=entries[number][1].title))
    print(options.glyphs.render(" ".join(map(str, parts))))


def _print_list(
    options: RunOptions,
    shown: Sequence[tuple[Pack, ExerciseEntry]],
    entries: Sequence[tuple[Pack, ExerciseEntry]],
    store: Store | None,
) -> None:
    """Print the entries in `shown`, numbered as in `entries`, each with how it went or how long it takes."""
    states = store.states() if store is not None else {}
    records = load_records(store) if store is not None else {}
    in_code = store.solved_in_code() if store is not None else ()
    numbers = {id(entry): number for number, (_pack, entry) in enumerate(entries, 1)}
    for pack, entry in shown:
        name = pack.id, entry.id
        words = describe_state(states.get(name, "new"), records.get(name), entry.minutes)
        label = f"  ({words})" if words else ""
        if name in in_code:
            label += f"  {code_mark(options.glyphs)}"
        print(options.glyphs.render(f"{numbers[id(entry)]:>3}  {_format_entry(pack, entry)}{label}"))


def _format_entry(pack: Pack, entry: ExerciseEntry) -> str:
    return f"{pack.id}/{entry.id}  {entry.title}"


def open_section(name: str, options: RunOptions, store: Store, exercise: Exercise | None = None) -> bool:
    """Open the review, the playground or the code of an exercise until the learner leaves it.

    Return whether the code is right.
    """
    # Each loads much that the list and the others do without.
    if name == "review":
        from tutor.plain.review import run_review

        run_review(options, store)
    elif name == "placement":
        from tutor.plain.placement import run_placement

        run_placement(options, store)
    elif name == "playground":
        from tutor.plain.playground import PlainPlayground

        PlainPlayground(standard_console(options)).run()
    elif exercise is not None:
        from tutor.plain.code import run_code

        return run_code(standard_console(options), exercise, store)
    return False
