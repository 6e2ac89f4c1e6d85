"""The learner's editor: `$VISUAL`, `$EDITOR`, or what the system opens a file with."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Editor:
    """The command of an editor, and whether it needs the terminal while it runs."""

    command: tuple[str, ...]
    needs_terminal: bool

    def run(self, path: Path) -> int:
        """Open a file, and wait if the editor runs in the terminal. Return the exit code. Raise OSError."""
        command = [*self.command, str(path)]
        if self.needs_terminal:
            return subprocess.run(command, check=False).returncode
        with open(os.devnull, "r+b") as nothing:  # noqa: PTH123 - a device, not a file of ours
            subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
        return 0


def find_editor(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Editor | None:
    """Return the learner's editor, None if none is found. A variable may hold options, as in `code --wait`."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(variable, ""))
        except ValueError:
            words = []
        if words:
            return Editor(tuple(words), True)
    if platform == "win32":
        return Editor(("notepad",), False)
    if platform == "darwin":
        return Editor(("open", "-t"), False)
    has_display = bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    if has_display and shutil.which("xdg-open"):
        return Editor(("xdg-open",), False)
    found = next((name for name in ("sensible-editor", "nano", "vim", "vi") if shutil.which(name)), None)
    return Editor((found,), True) if found else None
