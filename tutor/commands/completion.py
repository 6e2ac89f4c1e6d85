"""`backprop-tutor completion` and what shells complete: commands and options by click, exercises and packs by their ids."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class, shell_complete

from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.drawing.cell_width import truncate
from tutor.packs import library
from tutor.packs.archive import exercise_files, has_pack_file
from tutor.packs.ids import is_valid_id
from tutor.run_options import COMPLETION_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.i18n import LocalizedText
    from tutor.run_options import RunOptions

PROGRAM = "backprop-tutor"
SHELLS = ("bash", "zsh", "fish")
_MAX_TITLE_WIDTH = 60
#: A path that no shell takes for anything else.
_PLAIN_PATH = re.compile(r"~?[\w./][\w./-]*")
_MAX_FILES = 1_000


@click.command("completion", cls=LocalizedCommand)
@click.argument("shell", type=click.Choice(SHELLS))
@common_options
@click.pass_context
def completion(context: click.Context, options: RunOptions, shell: str) -> int:
    script_class = get_completion_class(shell)
    assert script_class is not None
    echo(script_class(context.find_root().command, {}, PROGRAM, COMPLETION_VARIABLE).source())
    return 0


def answer_shell(command: click.Command) -> int:
    """Print completions for a shell, which shows whatever is written: no error is."""
    try:
        return shell_complete(command, {}, PROGRAM, COMPLETION_VARIABLE, os.environ[COMPLETION_VARIABLE])
    except Exception:
        return 1


def complete_exercises(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Return the exercises whose name or path begins as typed, or let the shell complete a path."""
    return [*_exercises(typed), *_local_packs(typed)] or _path(typed)


def complete_exercises_and_packs(
    _context: click.Context, _parameter: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    """Return the packs and exercises whose name or path begins as typed, or let the shell complete a path."""
    return [*_packs(typed), *_exercises(typed), *_local_packs(typed)] or _path(typed)


def complete_packs(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Return the packs whose name begins as typed, or let the shell complete a path."""
    return [*_packs(typed)] or _path(typed)


def complete_added_packs(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Return the packs that the learner has added."""
    return [*_packs(typed, only_added=True)]


def complete_paths(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """Let the shell complete a path."""
    return _path(typed)


def _path(typed: str) -> list[CompletionItem[str]]:
    return [CompletionItem(typed, type="file")]


def _packs(typed: str, only_added: bool = False) -> Iterator[CompletionItem[str]]:
    for each in library.packs_with_origin(installed=not only_added):
        pack = each.pack
        if each.shadowed_by is None and (not only_added or each.origin == "added") and _is_offered(typed, pack.id):
            yield _item(pack.id, pack.title)


def _exercises(typed: str) -> Iterator[CompletionItem[str]]:
    for pack in library.all_packs():
        if _begin_alike(typed, f"{pack.id}/"):
            for entry in pack.entries:
                name = f"{pack.id}/{entry.id}"
                if _is_offered(typed, name):
                    yield _item(name, entry.title)


def _local_packs(typed: str) -> Iterator[CompletionItem[str]]:
    """Yield the exercise files of the pack in the folder that was typed, or the packs in it, each with its files."""
    beginning, slash, _last = typed.rpartition("/")
    with suppress(OSError, ValueError, RuntimeError):
        folder = Path(beginning + slash).expanduser()
        is_pack = bool(slash) and has_pack_file(folder)
        packs = [folder] if is_pack else sorted(filter(has_pack_file, islice(folder.iterdir(), _MAX_FILES)))
        for pack in packs:
            start = beginning if is_pack else f"{beginning}{slash}{pack.name}"
            for path in (start, *(f"{start}/{file.name}" for file in exercise_files(pack))):
                if path.startswith(typed) and _PLAIN_PATH.fullmatch(path):
                    yield CompletionItem(path)


def _begin_alike(first: str, second: str) -> bool:
    return first.startswith(second) or second.startswith(first)


def _is_offered(typed: str, name: str) -> bool:
    """Return whether a name is offered; not one that a shell could take for more than a word.

    The name of a file gives an id to what has no valid one of its own.
    """
    return name.startswith(typed) and all(map(is_valid_id, name.split("/")))


def _item(name: str, title: LocalizedText) -> CompletionItem[str]:
    return CompletionItem(name, help=truncate(str(title), _MAX_TITLE_WIDTH))
