"""The folder of the learner's own files."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """Return the folder `BACKPROP_TUTOR_HOME`, or else the user's data folder. It may not exist yet."""
    home = os.environ.get("BACKPROP_TUTOR_HOME")
    if home:
        return Path(home)
    from platformdirs import user_data_path

    return user_data_path("backprop-tutor", appauthor=False)
