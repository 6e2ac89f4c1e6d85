"""`backprop-tutor new`: a pack to begin with, or one more exercise in a pack."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import Refused
from tutor.commands.help import Command
from tutor.commands.options import TEXT, common, read_inputs
from tutor.commands.start import Settings
from tutor.i18n import LANGUAGES, N_, _, language, message

if TYPE_CHECKING:
    from tutor.algebra.values import Value
    from tutor.packs.checks.finding import Finding
    from tutor.packs.scaffold import Manner


@click.command(cls=Command, help=_("Make a new pack, or with --graph a new exercise in one (PACK/NAME)."))
@click.argument("place", type=click.Path(path_type=Path), metavar="PACK[/NAME]")
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@click.option("--graph", help=_("The calculation of the new exercise."))
@click.option("--title", help=_("The title of the new pack."))
@click.option("--author", "authors", multiple=True, help=_("Who writes the pack."))
@click.option("--languages", help=_("The languages of the pack, such as en,ko."))
@click.option("--yes", is_flag=True, help=_("Ask nothing and take what is usual."))
@common
def new(
    settings: Settings,
    place: Path,
    inputs: tuple[str, ...],
    graph: str | None,
    title: str | None,
    authors: tuple[str, ...],
    languages: str | None,
    yes: bool,
) -> int:
    from tutor.packs import PackError
    from tutor.packs.checks.run import check_places
    from tutor.packs.scaffold import check_free, new_pack

    place = place.expanduser()
    if graph is None and inputs:
        raise Refused(message(N_("Inputs belong to an exercise. Give its graph with --graph.")), 2)
    try:
        if graph is not None:
            made, findings = _exercise(place, graph, read_inputs(inputs))
        else:
            check_free(place)
            title = title or _ask(_("Title"), place.name, yes)
            names = authors or tuple(filter(None, [_ask(_("Author"), _user(), yes)]))
            written = _languages(languages or _ask(_("Languages (en, ko)"), language(), yes))
            made = new_pack(place, title, names, written)
            findings = check_places([place])
    except PackError as error:
        raise Refused(error) from None
    faults = [str(finding) for finding in findings if finding.fault]
    if faults:
        made[0].unlink()
        if graph and "@" in graph and not inputs:
            faults.append(str(message(N_("Inputs that are matrices need values, as in X=[[1, 2], [3, 4]]."))))
        raise Refused("\n".join(faults))
    for path in made:
        click.echo(message(N_("Made: {path}"), path=path))
    for finding in findings:
        click.echo(str(finding), err=True)
    click.echo(message(N_("See it with: backprop-tutor play {path} --watch"), path=made[-1]))
    return 0


def _exercise(place: Path, graph: str, inputs: Mapping[str, Value]) -> tuple[list[Path], list[Finding]]:
    """An exercise with the numbers that suit its graph best, and what there is still to say of it."""
    from tutor.packs.checks.run import check_places
    from tutor.packs.scaffold import MANNERS, new_exercise

    def tried(manner: Manner) -> tuple[list[Path], list[Finding]]:
        made = new_exercise(place.parent, place.name, graph, inputs, manner)
        return made, check_places(made)

    least, best = None, MANNERS[0]
    for manner in MANNERS:
        made, found = tried(manner)
        if not found:
            return made, found
        flaws = [sum(kind) for kind in zip(*((one.fault, one.warning, one.note) for one in found), strict=True)]
        if least is None or flaws < least:
            least, best = flaws, manner
        made[0].unlink()
    return tried(best)


def _ask(question: str, usual: str, yes: bool) -> str:
    return usual if yes else str(click.prompt(question, default=usual))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _languages(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word.strip() for word in text.replace(",", " ").split()))
    unknown = [word for word in found if word not in LANGUAGES]
    if unknown or not found:
        known = ", ".join(LANGUAGES)
        raise Refused(
            message(N_("“{language}” is no language here. Texts are written in {known}."), language=text, known=known),
            2,
        )
    return found
