"""`backprop-tutor code`: a backward pass written in Python, and judged line by line."""

from __future__ import annotations

import re
import select
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tutor.algebra.errors import AlgebraError
from tutor.coding import files
from tutor.coding.header import HeaderError
from tutor.coding.layers import LAYERS
from tutor.coding.library import NUMPY, TORCH, torch_error
from tutor.coding.new_file import NewFile, exercise_file, layer_file, place_file, standalone_file
from tutor.coding.report import check_error, next_hint, result_lines, write_error
from tutor.coding.session import OPEN_ERRORS, CodeSession, open_session
from tutor.commands.completion import complete_exercises, complete_paths
from tutor.commands.errors import CommandError
from tutor.commands.exercise_arguments import find_exercise_or_formula
from tutor.commands.formula_arguments import (
    TEXT,
    FormulaCommand,
    formula_error,
    node_option,
    parse_definitions,
    parse_inputs,
    parse_start,
    print_misreadings,
    start_option,
)
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.store import open_store
from tutor.drawing.loss_curve import loss_curve
from tutor.i18n import N_, _, describe_os_error, message
from tutor.packs.builder.formula import exercise_from_formula
from tutor.packs.code_settings import STANDALONE_STYLES, STYLES
from tutor.packs.diagnostics import PackError
from tutor.packs.sanitize import format_json, strip_markup

if TYPE_CHECKING:
    from tutor.coding.library import Library
    from tutor.coding.verdict import FileResult
    from tutor.glyphs import Glyphs
    from tutor.packs.code_settings import Style
    from tutor.run_options import RunOptions

#: Seconds between two looks at whether the file was saved.
_POLL_INTERVAL = 0.15
#: Looks at which a file is missing until that is said: an editor may replace it.
_LOOKS_UNTIL_GONE = 10

_WRITTEN = N_("Created {file}. Open it in your editor, replace each ..., and save. Every save is checked.")
_GOES_ON = N_("{file} already exists, so it is checked. --fresh creates a new file next to it.")
_KEYS = N_("Press h for a hint, q to quit. To continue later: `backprop-tutor code {file}`.")
#: A name that can only be meant as that of a layer.
_WORD = re.compile(r"[\w-]+")
_ASK = N_("{question} If so, add --yes.")
_NO_ARRAYS = N_("The small autograd uses plain numbers and needs no library. Leave out --torch.")
_GONE = N_("{file} is missing. Checking continues as soon as the file is back.")
_ONE_FILE = N_("Only one file can be checked at a time. Leave out what follows {file}.")
_FOR_NEW_FILES = N_("{file} already says what it is checked against. You can only add --check, --json and --yes.")
_NOT_A_FILE = N_("There is no file {file}.")


@click.command(cls=FormulaCommand)
@click.argument(
    "target", required=False, type=TEXT, metavar="[PACK/EXERCISE|FILE|FORMULA|LAYER]", shell_complete=complete_exercises
)
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@click.option(
    "--style",
    type=click.Choice(STYLES),
    help=_(
        "What to write: a line for each gradient (steps), a class (layer), a small autograd "
        "(autograd), gradients from parts of a batch (accumulation), a numerical gradient "
        "(gradient-check), or a network (training)."
    ),
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    type=TEXT,
    metavar="NAME",
    help=_("An input that the layer stores, such as a weight. Can be repeated."),
)
@click.option(
    "--torch", is_flag=True, help=_("Write the exercise in PyTorch and compare it with PyTorch's own gradients.")
)
@click.option(
    "--to",
    "folder",
    type=TEXT,
    metavar="FOLDER",
    help=_("The folder for the file; ./backprop by default."),
    shell_complete=complete_paths,
)
@start_option
@node_option
@click.option("--fresh", is_flag=True, help=_("Create a new file even if there is one already."))
@click.option(
    "--check", is_flag=True, help=_("Check the file once. The exit code is 0 if everything is right and 1 if not.")
)
@click.option("--json", "as_json", is_flag=True, help=_("With --check: print the verdicts as JSON."))
@click.option("--yes", is_flag=True, help=_("Run the file even if it was not created on this computer."))
@common_options
def code(
    options: RunOptions,
    target: str | None,
    inputs: tuple[str, ...],
    style: Style | None,
    parameters: tuple[str, ...],
    torch: bool,
    folder: str | None,
    start_value: str | None,
    nodes: tuple[str, ...],
    fresh: bool,
    check: bool,
    as_json: bool,
    yes: bool,
) -> int:
    if target is not None and target.endswith(".py"):
        path = Path(target).expanduser()
        if not path.is_file():
            raise CommandError(message(_NOT_A_FILE, file=path), 2)
        if inputs:
            raise CommandError(message(_ONE_FILE, file=path), 2)
        if style or parameters or torch or folder or start_value or nodes or fresh:
            raise CommandError(message(_FOR_NEW_FILES, file=path), 2)
    elif check or as_json:
        raise CommandError(message(N_("--check needs your Python file.")), 2)
    else:
        path = _file_for(
            _Request(target or "", inputs, style, parameters, start_value, nodes, _library(torch, style)), folder, fresh
        )
    _ensure_trusted(path, yes)
    with open_store() as store:
        session = _open(path, store)
        # Without a terminal the learner has no key to end it.
        if check or as_json or not _has_keyboard():
            return _check_once(session, as_json, options.glyphs)
        return _watch(session, options.glyphs)


# --- the file ---


@dataclass(frozen=True, slots=True)
class _Request:
    """The request for a new file, as it was typed."""

    target: str
    inputs: tuple[str, ...]
    style: Style | None
    parameters: tuple[str, ...]
    start: str | None
    nodes: tuple[str, ...]
    library: Library


def _library(torch: bool, style: Style | None) -> Library:
    """Return the library to write in. Raise CommandError if it is not installed, or has no part in a style."""
    if not torch:
        return NUMPY
    if style == "autograd":
        raise CommandError(message(_NO_ARRAYS), 2)
    error = torch_error()
    if error is not None:
        raise CommandError(error, 2)
    return TORCH


def _file_for(request: _Request, folder: str | None, fresh: bool) -> Path:
    """Return the file for a request, written if there is none yet. Raise CommandError."""
    try:
        new = _new_file(request)
    except (PackError, HeaderError) as error:
        raise CommandError(error, 2) from None
    except AlgebraError as error:
        raise formula_error(error, request.target) from None
    try:
        path, is_new = place_file(new, Path(folder).expanduser() if folder else None, fresh=fresh)
    except OSError as error:
        raise CommandError(write_error(error)) from None
    echo(message(_WRITTEN if is_new else _GOES_ON, file=path))
    return path


def _new_file(request: _Request) -> NewFile:
    """Return what a request is about. Raise PackError, HeaderError, AlgebraError, CommandError."""
    target, inputs, choice = request.target, request.inputs, (request.style, request.parameters, request.library)
    if request.style in STANDALONE_STYLES:
        return standalone_file(request.style)
    if not target or target in LAYERS or (request.style == "layer" and _WORD.fullmatch(target)):
        return layer_file(target, request.library)
    given = {"NAME=VALUE": inputs, "--start": request.start, "--node": request.nodes}
    named = find_exercise_or_formula(target, bool(inputs), given)
    if named is not None:
        return exercise_file(named, *choice)
    start, definitions = parse_start(request.start), parse_definitions(request.nodes)
    exercise = exercise_from_formula(target, parse_inputs(inputs), start, definitions)
    print_misreadings(exercise.variant().problem, target)
    new = exercise_file(exercise, *choice)
    return replace(new, header=replace(new.header, definitions=request.nodes))


def _open(path: Path, store: Any) -> CodeSession:
    try:
        return open_session(path, store)
    except OPEN_ERRORS as error:
        text = describe_os_error(error) if isinstance(error, OSError) else error
        raise CommandError(text, 2) from None


def _ensure_trusted(path: Path, yes: bool) -> None:
    """Ask before a file is run that was not written here. Raise CommandError if it may not be run."""
    if files.is_trusted(path):
        return
    question = files.not_written_here(path)
    if not yes:
        if not _has_keyboard():
            raise CommandError(message(_ASK, question=question), 2)
        if not click.confirm(question):
            raise CommandError(message(N_("The file was not run.")), 2)
    files.trust(path)


# --- verdicts ---


def _run(session: CodeSession) -> FileResult:
    try:
        return session.check()
    except OSError as error:
        raise CommandError(check_error(session, error), 2) from None


def _check_once(session: CodeSession, as_json: bool, glyphs: Glyphs) -> int:
    result = _run(session)
    session.record(result)
    if as_json:
        echo(format_json(_as_json(result)))
    else:
        _print_result(session, result, glyphs)
    return 0 if result.solved else 1


def _as_json(result: FileResult) -> dict[str, Any]:
    rows = [
        {
            "name": each.name,
            "verdict": each.verdict,
            "mistake": each.mistake or None,
            "certain": each.certain,
            "message": str(each.message) if each.message is not None else None,
            "line": each.line,
            "code": result.code_of(each.line) or None,
        }
        for each in result.results
    ]
    fault = str(result.fault) if result.fault is not None else None
    found = {"solved": result.solved, "results": rows, "fault": fault, "line": result.fault_line}
    if result.losses:
        found["losses"] = result.losses
    return found if result.agrees is None else {**found, "pytorch_agrees": result.agrees}


def _print_result(session: CodeSession, result: FileResult, glyphs: Glyphs) -> None:
    for line in (*result_lines(session, result), *loss_curve(result.losses, glyphs)):
        echo(line)
    if result.solved and session.exercise is not None and session.exercise.code.only:
        after = session.exercise.variant().after()
        if after:
            echo(f"\n{strip_markup(after)}")


# --- watching ---


def _has_keyboard() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _watch(session: CodeSession, glyphs: Glyphs) -> int:
    """Check the file whenever it is saved, until it is solved or left. Return the exit code."""
    echo(message(_KEYS, file=session.path))
    seen: tuple[int, int] | None = None
    num_missing = 0
    try:
        while True:
            num_missing = num_missing + 1 if files.file_state(session.path) is None else 0
            if num_missing == _LOOKS_UNTIL_GONE:
                echo(message(_GONE, file=session.path))
            if files.file_state(session.path) not in (None, seen) and (now := files.settled_state(session.path)):
                result = _run(session)
                # What was saved meanwhile is checked instead.
                seen = now if files.file_state(session.path) == now else None
                if seen is not None:
                    session.record(result)
                    echo("")
                    _print_result(session, result, glyphs)
                    if result.solved:
                        return 0
            if select.select([sys.stdin], [], [], _POLL_INTERVAL)[0]:
                line = sys.stdin.readline()
                if not line or line.strip().lower() in ("q", "quit", "ㅂ"):
                    return 1
                _answer_key(session, line.strip())
    except KeyboardInterrupt:
        echo("")
        return 1


def _answer_key(session: CodeSession, typed: str) -> None:
    words = typed.split()
    if words[:1] not in (["h"], ["ㅗ"], ["hint"]):
        echo(message(_KEYS, file=session.path))
        return
    echo(next_hint(session, *words[1:2]))
