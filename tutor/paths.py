"""Where the learner's own files are kept."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """The folder `BACKPROP_TUTOR_HOME`, or else the user's data folder. It need not exist yet."""
    home = os.environ.get("BACKPROP_TUTOR_HOME")
    if home:
        return Path(home)
    from platformdirs import user_data_path

    return user_data_path("backprop-tutor", appauthor=False)
