"""`backprop-tutor check`: errors and warnings about packs."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import echo
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw
from tutor.i18n import N_, _, message
from tutor.packs.archive import has_pack_file, is_archive
from tutor.packs.checks.runner import check_packs
from tutor.packs.sanitize import escape_invisible, format_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tutor.engine.graph import Graph
    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic
    from tutor.run_options import RunOptions

#: Seconds after which a progress bar appears.
_PROGRESS_DELAY = 1.0
#: The width of a terminal, in cells.
TERMINAL_WIDTH = 80
#: Graphs whose paths have fewer nodes, and names no more characters, always fit.
_SHORT_PATH, _SHORT_NAME = 9, 8

_TOO_WIDE = N_(
    "Even when it is drawn small, the graph is {n} columns wide; a terminal has {columns}. Split the "
    "exercise in two, or fold some of its nodes."
)


@click.command(cls=LocalizedCommand)
@click.argument("paths", nargs=-1, required=True, type=FilePath(), metavar="PACK...")
@click.option("--json", "as_json", is_flag=True, help=_("Print the findings as JSON."))
@click.option("--github", is_flag=True, help=_("Print the findings as annotations for GitHub."))
@click.option("--strict", is_flag=True, help=_("Fail on warnings too."))
@common_options
def check(options: RunOptions, paths: tuple[Path, ...], as_json: bool, github: bool, strict: bool) -> int:
    if as_json and github:
        raise CommandError(message(N_("--json and --github can't be combined. Choose one.")), 2)
    paths = tuple(path.expanduser() for path in paths)
    _ensure_packs(paths)
    with _progress_bar() as report_progress:
        findings = check_packs(paths, (check_width,), report_progress)
    if as_json:
        echo(format_json([_diagnostic_json(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            echo(_github_annotation(finding) if github else str(finding))
        _print_totals(findings)
    failing = ("error", "warning") if strict else ("error",)
    return 1 if any(finding.severity in failing for finding in findings) else 0


def check_width(target: CheckTarget) -> Iterator[Diagnostic]:
    """Yield a warning if the graph is wider than a terminal."""
    exercise = target.exercise
    if exercise is None or _surely_fits(exercise.graph):
        return
    problem = exercise.variant().problem
    width = draw(boxes_of(problem, shown=problem.drawn_places), "compact").width
    if width > TERMINAL_WIDTH:
        yield target.warning(message(_TOO_WIDE, n=width, columns=TERMINAL_WIDTH), "graph")


def _surely_fits(graph: Graph) -> bool:
    ranks: list[int] = []
    for node in graph.nodes:
        ranks.append(1 + max((ranks[arg] for arg in node.args if arg is not None), default=-1))
    longest_name = max((len(node.symbol if not node.is_input else node.id) for node in graph.nodes), default=0)
    return max(ranks, default=0) < _SHORT_PATH and longest_name <= _SHORT_NAME


def _ensure_packs(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise CommandError(message(N_("There is no such file or folder: {path}"), path=path), 2)
        if path.is_dir() and not has_pack_file(path):
            text = N_("There is no pack.toml in {path}. Give a pack's folder, a .zip or an exercise file.")
            raise CommandError(message(text, path=path), 2)
        if not path.is_dir() and path.suffix != ".toml" and not is_archive(path):
            text = N_("{path} is not a pack. Give a pack's folder, a .zip or an exercise file.")
            raise CommandError(message(text, path=path), 2)


def _diagnostic_json(finding: Diagnostic) -> dict[str, object]:
    return {
        "file": str(finding.path or ""),
        "line": finding.line,
        "key": finding.key,
        "severity": finding.severity,
        "message": str(finding.message),
    }


def _github_annotation(finding: Diagnostic) -> str:
    """Return a finding as an annotation that GitHub shows beside the line."""

    def escape(text: str, special: str = "") -> str:
        text = escape_invisible(text, keep="\r\n")
        for character in "%\r\n" + special:
            text = text.replace(character, f"%{ord(character):02X}")
        return text

    kind = "notice" if finding.severity == "note" else finding.severity
    text = f"{finding.key}: {finding.message}" if finding.key else str(finding.message)
    return f"::{kind} file={escape(str(finding.path or ''), ':,')},line={finding.line}::{escape(text)}"


def _print_totals(findings: Sequence[Diagnostic]) -> None:
    severities = [finding.severity for finding in findings]
    errors, warnings = severities.count("error"), severities.count("warning")
    if errors or warnings:
        text = message(N_("Errors: {errors}. Warnings: {warnings}."), errors=errors, warnings=warnings)
    else:
        text = message(N_("No problems found."))
    echo(text, err=True)


class _ProgressCallback(Protocol):
    def __call__(self, count: int, total: int) -> None: ...


@contextmanager
def _progress_bar() -> Iterator[_ProgressCallback]:
    """Show how far the checks are, on a terminal and if they take longer than a second."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda count, total: None
        return
    # Rich's progress bar is only needed on a terminal.
    from rich import console, progress

    started = time.monotonic()
    bar = progress.Progress(
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        console=console.Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("")

    def report_progress(count: int, total: int) -> None:
        bar.update(task, completed=count, total=total)
        if time.monotonic() - started > _PROGRESS_DELAY and count < total:
            bar.start()

    try:
        yield report_progress
    finally:
        bar.stop()
