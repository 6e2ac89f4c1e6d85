"""The signs the screens draw with, in Unicode and in ASCII."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.ascii import to_ascii

if TYPE_CHECKING:
    from tutor.practice.worksheet import State


@dataclass(frozen=True)
class Signs:
    """One set of signs. `text` turns any text into what this set can show."""

    right: str
    wrong: str
    near: str
    fault: str
    shown: str
    noted: str
    given: str
    open: str
    dot: str
    more: str
    begun: str
    new: str
    point: str
    text: Callable[[str], str]
    #: How the arrow keys are written; in ASCII by their names.
    arrows: Mapping[str, str] = field(default_factory=dict)
    #: How keys that were changed are written, by the id of what they do.
    keys: Mapping[str, str] = field(default_factory=dict)

    def key(self, id: str, usual: str) -> str:
        """The key that does something, as people write it; `usual` where it was not changed."""
        return self.keys.get(id, usual)

    def of_state(self, state: State) -> str:
        """The mark beside a place; empty where nothing stands in it."""
        marks: Mapping[State, str] = {
            "right": self.right,
            "wrong": self.wrong,
            "near": self.near,
            "revealed": self.shown,
            "noted": self.noted,
        }
        return marks.get(state, "")

    def of_mark(self, mark: str) -> str:
        """A verdict's mark in this set."""
        return {"✓": self.right, "✗": self.wrong}.get(mark, mark)


UNICODE = Signs(
    right="✓",
    wrong="✗",
    near="~",
    fault="!",
    shown="=",
    noted="*",
    given="◆",
    open="◇",
    dot="·",
    more="…",
    begun="▸",
    new="·",
    point="›",
    text=str,
    arrows={"left": "←", "right": "→", "up": "↑", "down": "↓"},
)
ASCII = Signs(
    right="v",
    wrong="X",
    near="~",
    fault="!",
    shown="=",
    noted="*",
    given="#",
    open="?",
    dot=".",
    more="~",
    begun=">",
    new=".",
    point=">",
    text=to_ascii,
)
