"""Sentences that several operations say."""

from __future__ import annotations

from tutor.i18n import N_

UNDO = N_(
    "You ran the calculation back to where it came from. The backward pass asks something else: "
    "if only this line moves a little, how much does the output move?"
)
SPLIT = N_(
    "A gradient isn't shared out like money. Raise only this line by 1: by how much does {node} rise? "
    "Now the other one."
)
WRONG_ORDER = N_("Looks as if the two factors stand in the wrong order. Whose rows are the rows of the answer?")
