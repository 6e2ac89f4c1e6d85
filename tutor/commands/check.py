"""`backprop-tutor check`: everything that is wrong with packs, before a learner meets it."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.commands.launch import RunOptions
    from tutor.packs.diagnostics import Diagnostic

#: Seconds after which a bar shows how far the checks have come.
_PROGRESS_DELAY = 1.0


@click.command(
    cls=LocalizedCommand, help=_("Check packs (folders, .zip files or single exercises) and tell all that is wrong.")
)
@click.argument("places", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PACK...")
@click.option("--json", "as_json", is_flag=True, help=_("Print the findings as JSON."))
@click.option("--github", is_flag=True, help=_("Print the findings as annotations for GitHub."))
@click.option("--strict", is_flag=True, help=_("Fail on warnings as well."))
@common_options
def check(settings: RunOptions, places: tuple[Path, ...], as_json: bool, github: bool, strict: bool) -> int:
    from tutor.commands.widths import check_width
    from tutor.packs.checks.runner import check_packs

    if as_json and github:
        raise CommandError(message(N_("--json and --github exclude each other. Choose one.")), 2)
    found = [place.expanduser() for place in places]
    _ensure_packs(found)
    with _progress_bar() as done:
        findings = check_packs(found, (check_width,), done)
    if as_json:
        click.echo(json.dumps([_diagnostic_json(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(_github_annotation(finding) if github else str(finding))
        _print_totals(findings)
    failing = ("error", "warning") if strict else ("error",)
    return 1 if any(finding.severity in failing for finding in findings) else 0


def _ensure_packs(places: Sequence[Path]) -> None:
    from tutor.packs.archive import PACK_FILE, is_archive

    for place in places:
        if not place.exists():
            raise CommandError(message(N_("There is no such file or folder: {path}"), path=place), 2)
        if place.is_dir() and not (place / PACK_FILE).is_file():
            text = N_("There is no pack.toml in {path}. Name a pack's folder, a .zip or an exercise file.")
            raise CommandError(message(text, path=place), 2)
        if not place.is_dir() and place.suffix != ".toml" and not is_archive(place):
            text = N_("{path} is no pack. Name a pack's folder, a .zip or an exercise file.")
            raise CommandError(message(text, path=place), 2)


def _diagnostic_json(finding: Diagnostic) -> dict[str, object]:
    return {
        "file": str(finding.path or ""),
        "line": finding.line,
        "key": finding.key,
        "severity": finding.severity,
        "message": str(finding.message),
    }


def _github_annotation(finding: Diagnostic) -> str:
    """A finding in the form that GitHub shows beside the line."""

    def escaped(text: str, more: str = "") -> str:
        for character in "%\r\n" + more:
            text = text.replace(character, f"%{ord(character):02X}")
        return text

    kind = "notice" if finding.severity == "note" else finding.severity
    text = f"{finding.key}: {finding.message}" if finding.key else str(finding.message)
    return f"::{kind} file={escaped(str(finding.path or ''), ':,')},line={finding.line}::{escaped(text)}"


def _print_totals(findings: Sequence[Diagnostic]) -> None:
    severities = [finding.severity for finding in findings]
    errors, warnings = severities.count("error"), severities.count("warning")
    if errors or warnings:
        text = message(N_("Errors: {errors}. Warnings: {warnings}."), errors=errors, warnings=warnings)
    else:
        text = message(N_("Nothing to mend."))
    click.echo(str(text), err=True)


class _ProgressCallback(Protocol):
    def __call__(self, count: int, total: int) -> None: ...


@contextmanager
def _progress_bar() -> Iterator[_ProgressCallback]:
    """Tells how far the checks have come, on a terminal and where they take their time."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda count, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    began = time.monotonic()
    progress = Progress(BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True)
    task = progress.add_task("")

    def done(count: int, total: int) -> None:
        progress.update(task, completed=count, total=total)
        if time.monotonic() - began > _PROGRESS_DELAY and count < total:
            progress.start()

    try:
        yield done
    finally:
        progress.stop()
