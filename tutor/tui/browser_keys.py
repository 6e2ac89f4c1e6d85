"""Second keys for those that a browser keeps for itself, such as F5 and Ctrl+N. The key bar shows the second ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.tui.keymap import is_taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.binding import Binding

#: Keys with which browsers open and close tabs, print, search, reload, or leave; for each one that they leave alone.
SECOND_KEYS: Mapping[str, str] = {
    "f1": "f10",
    "f3": "ctrl+r",
    "f5": "ctrl+g",
    "f6": "ctrl+l",
    "ctrl+n": "ctrl+x",
    "ctrl+p": "ctrl+backslash",
    "ctrl+q": "ctrl+c",
    "ctrl+t": "ctrl+b",
}


def browser_keymap(keymap: Mapping[str, str], available: Iterable[Binding]) -> dict[str, str]:
    """Return the keys for a browser by the id of their binding: those that the learner has changed, and second keys.

    A second key comes before the others of its binding, unless another binding on the same screen has it.
    """
    bindings = {binding.id: binding for binding in available if binding.id is not None}
    found = dict(keymap)
    for id, binding in bindings.items():
        keys = keymap.get(id, binding.key).split(",")
        if keys[0] not in SECOND_KEYS:
            continue
        others = [key for key in keys if key not in SECOND_KEYS]
        kept = [key for key in keys if key in SECOND_KEYS]
        second = SECOND_KEYS[keys[0]]
        # Bindings that have one key together are never in use at the same time, and may have the second one together.
        rivals = {other: each for other, each in bindings.items() if other == id or keys[0] not in each.key.split(",")}
        if second not in others and not is_taken(id, second, found, rivals):
            others.insert(0, second)
        found[id] = ",".join([*others, *kept])
    return found
