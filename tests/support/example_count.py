"""Number of examples that a property test draws.

The suite draws the same few examples in every run. With BACKPROP_TUTOR_RANDOM in the environment, each run draws
other examples, and as many as a test asks for.
"""

from __future__ import annotations

import os


def num_examples(requested: int) -> int:
    """Return `requested`, or a third of it (at least 10) if every run draws the same examples."""
    return requested if os.environ.get("BACKPROP_TUTOR_RANDOM") else max(requested // 3, 10)
