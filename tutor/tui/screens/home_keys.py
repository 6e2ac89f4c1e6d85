"""The bindings of the home screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

KEYS: Sequence[BindingType] = [
    Binding("enter", "open", N_("open"), tooltip=N_("Open the exercise"), id="home.open"),
    Binding(
        "slash,ctrl+f",
        "search",
        N_("search"),
        tooltip=N_("Find exercises by title or name"),
        id="home.search",
    ),
    Binding(
        "escape",
        "clear_search",
        N_("clear search"),
        tooltip=N_("End the search and show all exercises"),
        id="home.clear",
    ),
    Binding("space", "fold", N_("fold"), tooltip=N_("Fold or unfold the pack"), id="home.fold"),
    Binding("right", "unfold", N_("unfold"), tooltip=N_("Unfold the pack"), show=False, id="home.unfold"),
    Binding(
        "left", "fold_up", N_("go to pack"), tooltip=N_("Go to the pack, or fold it"), show=False, id="home.up-level"
    ),
    Binding("down", "move_cursor('down')", N_("down"), tooltip=N_("Go to the next row"), show=False, id="home.down"),
    Binding("up", "move_cursor('up')", N_("up"), tooltip=N_("Go to the previous row"), show=False, id="home.up"),
    Binding("f5", "progress", N_("progress"), tooltip=N_("Show your progress"), id="home.progress"),
    Binding("f4", "glossary", N_("rules"), tooltip=N_("Show all rules and terms"), id="home.glossary"),
    Binding(
        "f9",
        "playground",
        N_("playground"),
        tooltip=N_("Open the playground and try any formula"),
        id="home.playground",
    ),
    Binding(
        "f6",
        "replay",
        N_("replay"),
        tooltip=N_("Watch the selected exercise solved with other numbers"),
        show=False,
        id="home.replay",
    ),
    Binding("f1", "help", N_("help"), tooltip=N_("List all keys"), id="home.help"),
    Binding(
        "delete",
        "reset",
        N_("reset"),
        tooltip=N_("Reset the selected exercise"),
        show=False,
        id="home.reset",
    ),
    Binding("ctrl+z", "undo", N_("undo"), tooltip=N_("Undo the last reset"), show=False, id="home.undo"),
]
