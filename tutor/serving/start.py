"""The start of a session, as data that crosses from the server to the session's process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """The start of a session: its learner, what is open, the language and the size.

    `home` is the learner's folder, empty for that of this account. `packs` are the folders of the packs to list.
    `exercise` is the name of one, or empty. `plain` works in lines instead of on a screen.
    """

    home: str
    packs: str
    exercise: str
    language: str
    width: int
    height: int
    plain: bool = False
