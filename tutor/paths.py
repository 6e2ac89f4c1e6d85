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
        return _expand_home(home)
    from platformdirs import user_data_path

    with suppress(RuntimeError):  # by newer versions of platformdirs, for an unknown home folder
        folder = user_data_path("backprop-tutor", appauthor=False)
        if folder.parts[0] != "~":
            return folder
    # Without HOME, for a user of whom the system knows nothing, as in a container.
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"backprop-tutor-{os.getuid()}"


def _expand_home(path: str) -> Path:
    """Return a path with `~` and `~name` replaced by the home folder, or as it is if there is no such user."""
    with suppress(RuntimeError):
        return Path(path).expanduser()
    return Path(path)
