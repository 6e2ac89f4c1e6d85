"""The bindings of the home screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

KEYS: Sequence[BindingType] = [
    Binding("enter", "open", N_("open"), tooltip=N_("open the exercise"), id="home.open"),
    Binding(
        "slash,ctrl+f",
        "search",
        N_("search"),
        tooltip=N_("find exercises by words of their titles or names, in either language"),
        id="home.search",
    ),
    Binding("escape", "clear_search", N_("all"), tooltip=N_("end the search, show all"), id="home.clear"),
    Binding("space", "fold", N_("fold"), tooltip=N_("fold or unfold the pack"), id="home.fold"),
    Binding("right", "unfold", N_("unfold"), tooltip=N_("unfold the pack"), show=False, id="home.unfold"),
    Binding(
        "left", "fold_up", N_("to the pack"), tooltip=N_("to the pack, or fold it"), show=False, id="home.up-level"
    ),
    Binding("down", "move_cursor('down')", N_("down"), tooltip=N_("the next one"), show=False, id="home.down"),
    Binding("up", "move_cursor('up')", N_("up"), tooltip=N_("the one before"), show=False, id="home.up"),
    Binding("f5", "progress", N_("progress"), tooltip=N_("how far you have come"), id="home.progress"),
    Binding("f4", "glossary", N_("rules"), tooltip=N_("all rules and words"), id="home.glossary"),
    Binding(
        "f9",
        "playground",
        N_("playground"),
        tooltip=N_("any formula of your own: the playground"),
        id="home.playground",
    ),
    Binding(
        "f6",
        "replay",
        N_("replay"),
        tooltip=N_("watch the exercise in focus worked out, with other numbers"),
        show=False,
        id="home.replay",
    ),
    Binding("f1", "help", N_("help"), tooltip=N_("all keys"), id="home.help"),
    Binding(
        "delete",
        "reset",
        N_("reset"),
        tooltip=N_("reset the exercise in focus"),
        show=False,
        id="home.reset",
    ),
    Binding("ctrl+z", "undo", N_("undo"), tooltip=N_("undo the last reset"), show=False, id="home.undo"),
]
