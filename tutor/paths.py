"""The folder of the learner's own files."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def data_folder() -> Path:
    """Return the folder `BACKPROP_TUTOR_HOME`, or else the user's data folder. It may not exist yet."""
    home = os.environ.get("BACKPROP_TUTOR_HOME")
    if home:
        # The shell expands a `~` only at the start of an unquoted word, not in a `.env` file or a service's settings.
        with suppress(RuntimeError):  # the home folder is unknown
            return Path(home).expanduser()
        return Path(home)
    from platformdirs import user_data_path

    return user_data_path("backprop-tutor", appauthor=False)
