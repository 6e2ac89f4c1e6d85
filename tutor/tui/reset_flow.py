"""Beginning anew with an exercise, a pack or everything: asked first, and able to be taken back until one quits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.i18n import Message
    from tutor.practice.storage.store import Store
    from tutor.tui.preferences import Preferences


class ResetFlow:
    """The new beginnings of one sitting. What came of it is told to `tell`, which shows it and looks again."""

    def __init__(self, app: Preferences, store: Store) -> None:
        self._app = app
        self._store = store
        #: Ids and names of those that can be taken back, the last one last.
        self._undoable: list[tuple[str, str]] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._undoable)

    def confirm_reset(self, pack: str, exercise: str, title: str, report: Callable[[str], None], undo_key: str) -> None:
        """Ask whether to begin anew, and do it. Without an exercise it is the pack, without a pack everything.

        `called` is what that is called, `undo` the id of the key that takes it back.
        """
        from tutor.tui.screens.confirm import ConfirmScreen

        states = self._store.states()
        number = sum(pack in ("", name[0]) and exercise in ("", name[1]) for name in states)
        if not number:
            report(_("There is nothing to reset: none of it has been begun."))
            return

        def answered(agreed: bool | None) -> None:
            if agreed:
                report(self._reset(pack, exercise, title, undo_key))

        question = message(
            N_("Begin anew with this: {what}? Exercises that were begun or solved: {n}."), what=title, n=number
        )
        self._app.push_screen(ConfirmScreen(str(question), self._app.glyphs), answered)

    def _reset(self, pack: str, exercise: str, title: str, undo_key: str) -> str:
        done = self._store.reset(pack, exercise)
        if done is None:
            return self._save_error()
        self._undoable.append((done.id, title))
        key = self._app.glyphs.key_label(undo_key, "^Z")
        return str(message(N_("Begun anew: {what}. {key} takes it back."), what=title, key=key))

    def undo(self, report: Callable[[str], None]) -> None:
        """Take the last new beginning back."""
        if not self._undoable:
            report(_("There is nothing to take back."))
            return
        id, called = self._undoable[-1]
        if not self._store.restore(id):
            report(self._save_error())
            return
        self._undoable.pop()
        report(str(message(N_("Back again: {what}."), what=called)))

    def _save_error(self) -> str:
        notice: Message | None = self._store.notice
        return str(notice) if notice is not None else _("not saved")
