"""Questions that a command asks before it does something."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tutor.commands.output import echo
from tutor.i18n import parse_reply

if TYPE_CHECKING:
    from tutor.i18n import Message


def is_confirmed(question: Message) -> bool:
    """Ask on standard error, since the answer may come from a pipe, and return whether it is yes, in any language."""
    echo(question, nl=False, err=True)
    return parse_reply(sys.stdin.readline() if sys.stdin is not None else "") is True
