"""Fixtures of the tests of practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a progress file that does not exist yet."""
    return tmp_path / "progress.sqlite3"
