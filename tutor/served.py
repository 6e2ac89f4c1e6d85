"""The tutor in a browser: whether it runs in one, and whether on a computer that is not the learner's."""

from __future__ import annotations

import os

from tutor.i18n import N_

#: The name of the driver that a server gives to the tutor.
DRIVER = "tutor.tui.browser_driver:BrowserDriver"
#: Set by a server for several learners, on whose computer none of them may run code or look for files.
SHARED_VARIABLE = "BACKPROP_TUTOR_SHARED"


def is_in_browser() -> bool:
    """Return whether the screen is a page in a browser, which keeps some keys for itself."""
    return os.environ.get("TEXTUAL_DRIVER", "") == DRIVER


def is_shared() -> bool:
    """Return whether the learner is at another computer, whose browser takes the files."""
    return SHARED_VARIABLE in os.environ


#: Why a learner at another computer writes no code here.
CODE_ELSEWHERE = N_(
    "You write code in your own editor, which isn't available in a browser. To write code, install "
    "backprop-tutor on your computer."
)

#: What is said about a link to an exercise that is not there.
NOT_LISTED = N_("There is no exercise “{name}” here. Choose one from the list.")
