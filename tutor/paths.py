"""The folders of the learner's own files: data, settings, and what can be made again."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Literal

_APP = "backprop-tutor"
#: Files that earlier versions kept in the data folder, and the folder that each belongs in.
_MOVED_FILES: dict[str, Literal["config", "cache"]] = {
    "settings.toml": "config",
    "titles.json": "cache",
    "atlas.json": "cache",
}


def data_folder() -> Path:
    """Return the folder `BACKPROP_TUTOR_HOME`, or else the user's data folder. It may not exist yet."""
    return _folder("data")


def config_folder() -> Path:
    """Return the folder of the settings; with `BACKPROP_TUTOR_HOME` that one. It may not exist yet."""
    return _folder("config")


def cache_folder() -> Path:
    """Return the folder of files that can be made again; with `BACKPROP_TUTOR_HOME` that one. It may not exist yet."""
    return _folder("cache")


def _folder(kind: Literal["data", "config", "cache"]) -> Path:
    home = os.environ.get("BACKPROP_TUTOR_HOME")
    if home:
        # The shell expands a `~` only at the start of an unquoted word, not in a `.env` file or a service's settings.
        return _expand_home(home)
    import platformdirs

    with suppress(RuntimeError):  # by newer versions of platformdirs, for an unknown home folder
        folder: Path = getattr(platformdirs, f"user_{kind}_path")(_APP, appauthor=False)
        if folder.parts[0] != "~":
            return folder
    # Without HOME, for a user of whom the system knows nothing, as in a container.
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"{_APP}-{os.getuid()}"


def _expand_home(path: str) -> Path:
    """Return a path with `~` and `~name` replaced by the home folder, or as it is if there is no such user."""
    with suppress(RuntimeError):
        return Path(path).expanduser()
    return Path(path)


def move_old_files() -> None:
    """Move the files that an earlier version kept in the data folder to the folders they belong in, once.

    A file that can't be moved stays, and so does one whose place is taken. Never raises.
    """
    if os.environ.get("BACKPROP_TUTOR_HOME"):
        return
    data = data_folder()
    for name, kind in _MOVED_FILES.items():
        old, new = data / name, _folder(kind) / name
        with suppress(OSError, shutil.Error):
            if new != old and old.is_file() and not new.exists():
                new.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.move(old, new)
