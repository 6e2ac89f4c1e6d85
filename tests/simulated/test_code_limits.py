"""A sample of right and wrong code: what the judge says of it stays within its limits.

`code_report.py` tries everything and prints the figures.
"""

from __future__ import annotations

import os

import pytest

from tests.simulated.code_cases import code_cases, sample_cases
from tests.simulated.code_report import measure

_IS_LONG = bool(os.environ.get("BACKPROP_TUTOR_LONG"))
#: The part of the wrong code that is tried in the sample.
_SHARE = 0.4


@pytest.mark.takes_long
def test_right_code_is_accepted_and_wrong_code_is_told_by_its_mistake() -> None:
    totals = measure(code_cases()) if _IS_LONG else measure(sample_cases(), _SHARE)
    for style, tally in totals.items():
        failures = tally.failures(min_kinds=12 if _IS_LONG else 6)
        assert not failures, "\n".join([*failures, tally.table(style), *tally.shown("other", "unnamed", "refused")])
