"""The tutor in JupyterLab's launcher: how jupyter-server-proxy starts the server for one learner."""

from __future__ import annotations

import sys
from typing import Any

from tutor.serving.pages import STATIC

#: Seconds until the server must answer: a machine on which a whole class begins at once is slow.
_TIMEOUT = 60


def proxied_server() -> dict[str, Any]:
    """Return what jupyter-server-proxy needs to know: the entry point `backprop-tutor` of its servers.

    Jupyter has already asked who the learner is, and starts this server for them alone, with their own home folder.
    """
    return {
        # `-P`, because a file tutor.py in the learner's folder is not this program.
        "command": [sys.executable, "-P", "-m", "tutor", "serve", "--single", "--unix-socket", "{unix_socket}"],
        # In a folder that only this user can open, so that other users of the machine can't reach the server.
        "unix_socket": True,
        "timeout": _TIMEOUT,
        "launcher_entry": {"title": "Backprop tutor", "icon_path": str(STATIC / "icon.svg")},
    }
