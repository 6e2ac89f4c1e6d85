"""`backprop-tutor new`: a new pack, or a new exercise in a pack."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import CommandError
from tutor.commands.formula_arguments import TEXT, parse_inputs
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import echo
from tutor.i18n import LANGUAGES, N_, _, current_language, message
from tutor.packs.checks.runner import check_packs
from tutor.packs.diagnostics import PackError
from tutor.packs.scaffold import RECIPES, ensure_new_pack_dir, new_exercise, new_pack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tutor.algebra.ops import Value
    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.scaffold import Recipe
    from tutor.run_options import RunOptions


@click.command(cls=LocalizedCommand)
@click.argument("path", type=FilePath(), metavar="PACK[/NAME]")
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@click.option("--graph", help=_("The graph of the new exercise, as a formula."))
@click.option("--title", help=_("The title of the new pack."))
@click.option("--author", "authors", multiple=True, help=_("The author of the pack."))
@click.option("--languages", help=_("The languages of the pack, such as en,ko."))
@click.option("--exam", is_flag=True, help=_("Make an exam: without hints, with points and opening times."))
@click.option("--yes", is_flag=True, help=_("Use the defaults without asking."))
@common_options
def new(
    options: RunOptions,
    path: Path,
    inputs: tuple[str, ...],
    graph: str | None,
    title: str | None,
    authors: tuple[str, ...],
    languages: str | None,
    exam: bool,
    yes: bool,
) -> int:
    path = path.expanduser()
    if graph is None and inputs:
        raise CommandError(message(N_("Only an exercise has inputs. Give its graph with --graph.")), 2)
    try:
        if graph is not None:
            files, findings = _create_exercise(path, graph, parse_inputs(inputs), exam=exam)
        else:
            ensure_new_pack_dir(path)
            title = title or _prompt(_("Title"), path.name, yes)
            names = authors or tuple(filter(None, [_prompt(_("Author"), _user_name(), yes)]))
            codes = _parse_languages(languages or _prompt(_languages_question(), current_language(), yes))
            files = new_pack(path, title, names, codes, exam=exam)
            findings = check_packs([path])
    except PackError as error:
        raise CommandError(error) from None
    errors = [str(finding) for finding in findings if finding.is_error]
    if errors:
        files[0].unlink()
        if graph and "@" in graph and not inputs:
            errors.append(str(message(N_("Matrix inputs need values, as in X=[[1, 2], [3, 4]]."))))
        raise CommandError("\n".join(errors))
    for file in files:
        echo(message(N_("Created: {path}"), path=file))
    for finding in findings:
        echo(finding, err=True)
    echo(message(N_("To see it: backprop-tutor play {path} --watch"), path=files[-1]))
    return 0


def _create_exercise(
    path: Path, graph: str, inputs: Mapping[str, Value], *, exam: bool
) -> tuple[list[Path], list[Diagnostic]]:
    """Create an exercise by the recipe for its numbers that has the fewest flaws; return its files and the findings."""

    def create(recipe: Recipe) -> tuple[list[Path], list[Diagnostic]]:
        files = new_exercise(path.parent, path.name, graph, inputs, recipe, exam=exam)
        return files, check_packs(files)

    fewest_flaws, best = None, RECIPES[0]
    for recipe in RECIPES:
        files, findings = create(recipe)
        if not findings:
            return files, findings
        severities = [finding.severity for finding in findings]
        flaws = [severities.count("error"), severities.count("warning"), severities.count("note")]
        if fewest_flaws is None or flaws < fewest_flaws:
            fewest_flaws, best = flaws, recipe
        files[0].unlink()
    return create(best)


def _prompt(question: str, default: str, yes: bool) -> str:
    if yes:
        return default
    # A closed stream is None; Python's `input` needs all three.
    if None in (sys.stdin, sys.stdout, sys.stderr):
        raise CommandError(
            message(N_("Standard input or output is closed, so you can't be asked. Use --yes for the defaults."))
        )
    return str(click.prompt(question, default=default))


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _languages_question() -> str:
    return str(message(N_("Languages ({codes})"), codes=", ".join(LANGUAGES)))


def _parse_languages(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(word.strip() for word in text.replace(",", " ").split()))
    unknown = [code for code in codes if code not in LANGUAGES]
    if unknown or not codes:
        known = ", ".join(LANGUAGES)
        raise CommandError(
            message(
                N_("“{language}” is not a language of this program. The languages are {known}."),
                language=text,
                known=known,
            ),
            2,
        )
    return codes
