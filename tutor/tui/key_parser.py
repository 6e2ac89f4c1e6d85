"""Keys from what is typed, whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message


class KeyParser:
    """Textual's parser of a terminal's input, which begins again if a text confuses it; each message goes to `post`."""

    def __init__(self, post: Callable[[Message], None], debug: bool) -> None:
        self._post, self._debug = post, debug
        self._parser = XTermParser(debug)

    def feed(self, text: str) -> None:
        """Read keys from what was typed."""
        if not text:
            # The parser takes an empty text for the end.
            return
        try:
            for message in self._parser.feed(text):
                self._post(message)
        except Exception:
            self._parser = XTermParser(self._debug)

    def tick(self) -> None:
        """Take a sequence whose rest has not come for keys."""
        for message in self._parser.tick():
            self._post(message)
