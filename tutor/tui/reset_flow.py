"""Starting over with an exercise, a pack or everything; each reset can be undone until the program is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, _, message
from tutor.practice.exam import reset_warning

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.practice.storage.store import Store
    from tutor.tui.host import Host


class ResetFlow:
    """Ask before a reset, and undo it. Every outcome is a sentence that is passed to a `report` function."""

    def __init__(self, host: Host, store: Store) -> None:
        self._host = host
        self._store = store
        #: Ids and titles of the resets that can be undone, the last one last.
        self._undoable: list[tuple[str, str]] = []

    @property
    def can_undo(self) -> bool:
        """Return whether there is a reset to undo."""
        return bool(self._undoable)

    def confirm_reset(self, pack: str, exercise: str, title: str, report: Callable[[str], None], undo_key: str) -> None:
        """Ask whether to reset an exercise; without its id the pack, without both everything.

        `title` names it to the learner; `undo_key` is the id of the binding that undoes it.
        """
        states = self._store.states()
        count = sum(pack in ("", name[0]) and exercise in ("", name[1]) for name in states)
        if not count:
            report(_("There is nothing to reset, because you haven't started any of it."))
            return

        def on_answer(agreed: bool | None) -> None:
            if agreed:
                report(self._reset(pack, exercise, title, undo_key))

        template = N_("Reset {what}? Exercises affected: {n}.")
        warning = reset_warning(self._store.begun_exams(), pack, exercise)
        question = str(message(template, what=title, n=count))
        self._host.confirm(f"{question} {warning}" if warning else question, on_answer)

    def _reset(self, pack: str, exercise: str, title: str, undo_key: str) -> str:
        done = self._store.reset(pack, exercise)
        if done is None:
            return self._save_error()
        self._undoable.append((done.id, title))
        key = self._host.glyphs.key_label(undo_key, "^Z")
        return str(message(N_("Reset: {what}. Press {key} to undo."), what=title, key=key))

    def undo(self, report: Callable[[str], None]) -> None:
        """Undo the last reset."""
        if not self._undoable:
            report(_("There is nothing to undo."))
            return
        id, title = self._undoable[-1]
        if not self._store.restore(id):
            report(self._save_error())
            return
        self._undoable.pop()
        report(str(message(N_("Restored: {what}."), what=title)))

    def _save_error(self) -> str:
        return str(self._store.notice or _("not saved"))
