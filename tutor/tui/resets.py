"""Beginning anew with an exercise, a pack or everything: asked first, and able to be taken back until one quits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from tutor.i18n import Message
    from tutor.practice.store import Store
    from tutor.tui.choosing import Choosing


class Resets:
    """The new beginnings of one sitting. What came of it is told to `tell`, which shows it and looks again."""

    def __init__(self, app: Choosing, store: Store) -> None:
        self._app = app
        self._store = store
        #: Ids and names of those that can be taken back, the last one last.
        self._held: list[tuple[str, str]] = []

    @property
    def any(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._held)

    def ask(self, pack: str, exercise: str, called: str, tell: Callable[[str], None], undo: str) -> None:
        """Ask whether to begin anew, and do it. Without an exercise it is the pack, without a pack everything.

        `called` is what that is called, `undo` the id of the key that takes it back.
        """
        from tutor.tui.screens.confirm import ConfirmScreen

        states = self._store.states()
        number = sum(pack in ("", name[0]) and exercise in ("", name[1]) for name in states)
        if not number:
            tell(_("There is nothing to reset: none of it has been begun."))
            return

        def answered(agreed: bool | None) -> None:
            if agreed:
                tell(self._reset(pack, exercise, called, undo))

        question = message(
            N_("Begin anew with this: {what}? Exercises that were begun or solved: {n}."), what=called, n=number
        )
        self._app.push_screen(ConfirmScreen(str(question), self._app.signs), answered)

    def _reset(self, pack: str, exercise: str, called: str, undo: str) -> str:
        from tutor.practice.resetting import reset

        done = reset(self._store, pack, exercise)
        if done is None:
            return self._unsaved()
        self._held.append((done.id, called))
        key = self._app.signs.key(undo, "^Z")
        return str(message(N_("Begun anew: {what}. {key} takes it back."), what=called, key=key))

    def undo(self, tell: Callable[[str], None]) -> None:
        """Take the last new beginning back."""
        from tutor.practice.resetting import restore

        if not self._held:
            tell(_("There is nothing to take back."))
            return
        id, called = self._held[-1]
        if not restore(self._store, id):
            tell(self._unsaved())
            return
        self._held.pop()
        tell(str(message(N_("Back again: {what}."), what=called)))

    def _unsaved(self) -> str:
        notice: Message | None = self._store.notice
        return str(notice) if notice is not None else _("not saved")
