"""`backprop-tutor new`: a pack to begin with, or one more exercise in a pack."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import TEXT, common_options, parse_inputs
from tutor.i18n import LANGUAGES, N_, _, current_language, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.commands.launch import RunOptions
    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.scaffold import Recipe


@click.command(cls=LocalizedCommand, help=_("Make a new pack, or with --graph a new exercise in one (PACK/NAME)."))
@click.argument("place", type=click.Path(path_type=Path), metavar="PACK[/NAME]")
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@click.option("--graph", help=_("The calculation of the new exercise."))
@click.option("--title", help=_("The title of the new pack."))
@click.option("--author", "authors", multiple=True, help=_("Who writes the pack."))
@click.option("--languages", help=_("The languages of the pack, such as en,ko."))
@click.option("--yes", is_flag=True, help=_("Ask nothing and take what is usual."))
@common_options
def new(
    settings: RunOptions,
    place: Path,
    inputs: tuple[str, ...],
    graph: str | None,
    title: str | None,
    authors: tuple[str, ...],
    languages: str | None,
    yes: bool,
) -> int:
    from tutor.packs.checks.runner import check_packs
    from tutor.packs.diagnostics import PackError
    from tutor.packs.scaffold import ensure_new_pack_dir, new_pack

    place = place.expanduser()
    if graph is None and inputs:
        raise CommandError(message(N_("Inputs belong to an exercise. Give its graph with --graph.")), 2)
    try:
        if graph is not None:
            made, findings = _create_exercise(place, graph, parse_inputs(inputs))
        else:
            ensure_new_pack_dir(place)
            title = title or _prompt(_("Title"), place.name, yes)
            names = authors or tuple(filter(None, [_prompt(_("Author"), _user_name(), yes)]))
            written = _parse_languages(languages or _prompt(_languages_question(), current_language(), yes))
            made = new_pack(place, title, names, written)
            findings = check_packs([place])
    except PackError as error:
        raise CommandError(error) from None
    faults = [str(finding) for finding in findings if finding.is_error]
    if faults:
        made[0].unlink()
        if graph and "@" in graph and not inputs:
            faults.append(str(message(N_("Inputs that are matrices need values, as in X=[[1, 2], [3, 4]]."))))
        raise CommandError("\n".join(faults))
    for path in made:
        click.echo(message(N_("Made: {path}"), path=path))
    for finding in findings:
        click.echo(str(finding), err=True)
    click.echo(message(N_("See it with: backprop-tutor play {path} --watch"), path=made[-1]))
    return 0


def _create_exercise(place: Path, graph: str, inputs: Mapping[str, Value]) -> tuple[list[Path], list[Diagnostic]]:
    """An exercise with the numbers that suit its graph best, and what there is still to say of it."""
    from tutor.packs.checks.runner import check_packs
    from tutor.packs.scaffold import RECIPES, new_exercise

    def tried(manner: Recipe) -> tuple[list[Path], list[Diagnostic]]:
        made = new_exercise(place.parent, place.name, graph, inputs, manner)
        return made, check_packs(made)

    least, best = None, RECIPES[0]
    for manner in RECIPES:
        made, found = tried(manner)
        if not found:
            return made, found
        severities = [one.severity for one in found]
        flaws = [severities.count("error"), severities.count("warning"), severities.count("note")]
        if least is None or flaws < least:
            least, best = flaws, manner
        made[0].unlink()
    return tried(best)


def _prompt(question: str, usual: str, yes: bool) -> str:
    return usual if yes else str(click.prompt(question, default=usual))


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _languages_question() -> str:
    return str(message(N_("Languages ({codes})"), codes=", ".join(LANGUAGES)))


def _parse_languages(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word.strip() for word in text.replace(",", " ").split()))
    unknown = [word for word in found if word not in LANGUAGES]
    if unknown or not found:
        known = ", ".join(LANGUAGES)
        raise CommandError(
            message(N_("“{language}” is no language here. Texts are written in {known}."), language=text, known=known),
            2,
        )
    return found
