"""The help page of the home screen: what the highlighted row or the search is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, _
from tutor.tui.content import from_markup, styled
from tutor.tui.home_rows import PLACEMENT, PLAYGROUND, PROGRESS, REVIEW, START

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from textual.content import Content

    from tutor.glyphs import Glyphs
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.tui.home_rows import ActionRow

_ROW_HELP: Mapping[str, str] = {
    START: N_("Watch one small backward pass, then fill in one gradient, then two, then all of them."),
    PLACEMENT: N_("At most 12 graphs, chosen by your answers. At the end you see what you know and where to start."),
    REVIEW: N_("The rules that are due, with new numbers. A review takes ten minutes at most."),
    PROGRESS: N_(
        "How well you know each rule, your progress in each pack, the days you practised, and your most "
        "frequent mistakes."
    ),
    PLAYGROUND: N_("Type any formula with its values. You can solve it as an exercise, see it worked out, or save it."),
}
_SEARCH_HELP = N_("Search for words of a title or name, in either language. The list below shows the matches.")
_STATE_LABELS: Mapping[str, str] = {
    "new": N_("new"),
    "begun": N_("in progress"),
    "solved": N_("solved"),
    "revealed": N_("values shown"),
}


def describe_search(glyphs: Glyphs) -> Content:
    """Return what the search is for."""
    return styled(glyphs, _(_SEARCH_HELP))


def describe_action(row: ActionRow, has_unfinished: bool, glyphs: Glyphs) -> Iterator[Content]:
    """Yield what a row is for that leads elsewhere."""
    if row.id in _ROW_HELP:
        yield styled(glyphs, (row.name, "bold"), f"\n{_(_ROW_HELP[row.id])}")
    elif has_unfinished:
        yield styled(glyphs, _("You worked on this exercise last. It is not solved yet."))


def describe_exercise(pack: Pack, entry: ExerciseEntry, state: str, glyphs: Glyphs) -> Iterator[Content]:
    """Yield an exercise with its state and the command that opens it, and what its pack is about."""
    head = styled(glyphs, (str(entry.title), "bold"), f"   {pack.title}   {_(_STATE_LABELS[state])}\n")
    yield head + styled(glyphs, (f"backprop-tutor play {pack.id}/{entry.id}", "$muted"))
    description = str(pack.description).strip()
    if description:
        yield from_markup(glyphs, description)
