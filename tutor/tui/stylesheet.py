"""The app's styles: what they cost before the first screen stands."""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class SteadyStylesheet(Stylesheet):
    """Styles that are parsed again only when a theme has other colours.

    Textual parses everything anew whenever a theme is set: also the first one, just after it was parsed.
    """

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._now = variables
        self._stale = False

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._now:
            self._now, self._stale = variables, True
            super().set_variables(variables)

    def reparse(self) -> None:
        if self._stale:
            super().reparse()
            self._stale = False
        else:
            self.parse()
