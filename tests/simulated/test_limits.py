"""A sample of simulated learners: how often the tutor says something untrue stays under its limits.

`report.py` tries everything and prints the figures.
"""

from __future__ import annotations

import pytest

from tests.simulated.populations import sample_units
from tests.simulated.report import SAMPLE_SHARE, measure


@pytest.mark.takes_long
def test_untrue_statements_stay_under_their_limits() -> None:
    tally = measure(sample_units(), SAMPLE_SHARE)
    beyond = tally.beyond_limits()
    assert not beyond, "\n\n".join([str(tally), *map(tally.kinds, beyond)])
    assert all(row.tried.total() > 300 for row in tally.rows.values()), str(tally)
