"""How many examples a property test draws: in the suite, which draws the same ones in every run, a few.

With BACKPROP_TUTOR_RANDOM in the environment they differ from run to run, and there are as many as a test asks for.
"""

from __future__ import annotations

import os


def num_examples(requested: int) -> int:
    """`count`, or a third of it where every run draws the same."""
    return requested if os.environ.get("BACKPROP_TUTOR_RANDOM") else max(requested // 3, 10)
