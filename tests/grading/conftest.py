"""Fixtures of the grading tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor import i18n

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.set_language(request.param)
    yield request.param
    i18n.set_language("en")
