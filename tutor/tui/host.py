"""The interface through which screens and parts of the app use the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import App
    from textual.worker import Worker

    from tutor.drawing.model import Density
    from tutor.glyphs import Glyphs


class Host(Protocol):
    """The part of the app that screens use."""

    @property
    def app(self) -> App[Any]:
        """Return the Textual app, for the stack of screens and for workers."""

    @property
    def glyphs(self) -> Glyphs:
        """Return the glyph set in use."""

    @property
    def keymap(self) -> Mapping[str, str]:
        """Return the keys that the learner changed, by the id of their binding."""

    @property
    def density(self) -> Density | None:
        """Return the density that graphs open in; None for the one that fits."""

    def asks_for(self, what: Literal["predictions", "reasons"]) -> bool:
        """Return whether predictions or reasons are asked for."""

    def show_notification(self, text: object, *, warning: bool = False) -> None:
        """Show a short message in the corner."""

    def report_worker(self, worker: Worker[Any]) -> None:
        """Report work in the background if it has failed."""

    def confirm(self, question: str, on_answer: Callable[[bool | None], None]) -> None:
        """Ask a yes-or-no question over the screen."""

    def show_glossary(self, selected_title: str = "") -> None:
        """Show all rules, with the cursor at the card of this title."""


@runtime_checkable
class Redrawable(Protocol):
    """A screen that can be drawn again: every screen of the tutor."""

    async def redraw(self) -> None:
        """Show everything with the glyphs, keys and language in use; the state of the screen stays."""
