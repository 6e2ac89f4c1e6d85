"""Build hook: the README for the package index, with pictures and links that lead to the project's address.

The index shows no relative ones. They become absolute as soon as `[project.urls]` has a `Source`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_RELATIVE_LINK = re.compile(r"(?P<image>!?)(?P<text>\[[^\]]*\])\((?!https?://|#)(?P<path>[^)]+)\)")


class ReadmeHook(MetadataHookInterface):
    """Sets `readme`, which pyproject.toml calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        source = metadata.get("urls", {}).get("Source", "").rstrip("/")
        metadata["readme"] = {"content-type": "text/markdown", "text": with_absolute_links(text, source)}


def with_absolute_links(text: str, source: str) -> str:
    """Return a page whose relative links lead below the address of a repository; unchanged without an address."""
    if not source:
        return text

    def absolute(link: re.Match[str]) -> str:
        # GitHub, GitLab and Gitea have both of these paths.
        return f"{link['image']}{link['text']}({source}/{'raw' if link['image'] else 'blob'}/HEAD/{link['path']})"

    return _RELATIVE_LINK.sub(absolute, text)
