"""`backprop-tutor` and `backprop-tutor play`: the tutor on a screen, or in plain lines."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import Refused, refuse_text
from tutor.commands.options import TEXT, FormulaCommand, Settings, common, read_exact, read_inputs
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from tutor.packs import Exercise
    from tutor.practice.store import Store

_EXERCISE = re.compile(r"[\w.-]+/[\w.-]+")


def start(settings: Settings, exercise: Exercise | None = None, seed: int | None = None, restart: bool = False) -> int:
    """Open the tutor at an exercise, or at the list of them. Returns the exit code."""
    from tutor.practice.store import Store, default_path

    with Store.open(default_path()) as store:
        if settings.in_lines:
            return _in_lines(settings, store, exercise, seed, restart)
        from tutor.tui import run

        return run(store, exercise, seed=seed, restart=restart, ascii=settings.ascii)


@click.command(cls=FormulaCommand, help=_("Work through an exercise (PACK/EXERCISE) or a formula with its inputs."))
@click.argument("what", required=False, type=TEXT, metavar="[PACK/EXERCISE | FORMULA]")
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@click.option("--start", "start_value", type=TEXT, help=_("The backward value at the output; 1 if left out."))
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help=_("The numbers of this seed instead of the author's."))
@click.option("--restart", is_flag=True, help=_("Begin again instead of going on."))
@common
def play(
    settings: Settings,
    what: str | None,
    inputs: tuple[str, ...],
    start_value: str | None,
    seed: int | None,
    restart: bool,
) -> int:
    exercise = _exercise(what, inputs, start_value) if what else None
    return start(settings, exercise, seed, restart)


def _exercise(what: str, inputs: tuple[str, ...], start_value: str | None) -> Exercise:
    """The exercise that `play` was asked for. Raises `Refused`."""
    from tutor.algebra import AlgebraError
    from tutor.algebra.tree import ONE
    from tutor.packs import PackError, from_formula, library

    try:
        if _EXERCISE.fullmatch(what) and not inputs:
            return library.find(what)
        value = read_exact(start_value) if start_value else ONE
        return from_formula(what, read_inputs(inputs), value)
    except PackError as error:
        raise Refused(error) from None
    except AlgebraError as error:
        raise refuse_text(error, what) from None


def _in_lines(settings: Settings, store: Store, exercise: Exercise | None, seed: int | None, restart: bool) -> int:
    from tutor.packs import PackError
    from tutor.plain import Plain
    from tutor.practice.resume import open_worksheet

    if store.notice:
        click.echo(str(store.notice), err=True)
    try:
        chosen = exercise or _choose()
        if chosen is None:
            return 1
        worksheet = open_worksheet(store, chosen, seed=seed, restart=restart)
    except PackError as error:
        raise Refused(error) from None
    width = shutil.get_terminal_size((80, 24)).columns
    return Plain(worksheet, _read, sys.stdout, width, settings.ascii).run()


def _read(prompt: str) -> str | None:
    """The next line of the input, None at its end. A learner who pipes answers in sees them in the output."""
    print(prompt, end="", flush=True)
    with contextlib.suppress(UnicodeDecodeError):
        line = sys.stdin.readline()
        if not line:
            print()
            return None
        if not sys.stdin.isatty():
            print(line.rstrip("\n"))
        return line
    print()
    click.echo(str(message(N_("This line is no text in UTF-8. Type it again."))), err=True)
    return ""


def _choose() -> Exercise | None:
    """Ask which exercise to open."""
    from tutor.packs import library

    entries = [(pack, entry) for pack in library.packs() for entry in pack.entries]
    for number, (pack, entry) in enumerate(entries, 1):
        print(f"{number:>3}  {pack.id}/{entry.id}  {entry.title}")
    while (line := _read(_("Which exercise? Type its number, or :quit: "))) is not None:
        text = line.strip()
        if text in (":quit", ":q"):
            return None
        if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(entries):
            pack, entry = entries[int(text) - 1]
            return pack.open(entry.id)
        if _EXERCISE.fullmatch(text):
            return library.find(text)
        print(message(N_("Type a number from 1 to {n}."), n=len(entries)))
    return None
