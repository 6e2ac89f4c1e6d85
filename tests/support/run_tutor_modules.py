"""Loaded by the server from which `run_tutor` forks, before the first fork."""

from __future__ import annotations

from tests.support.run_tutor import load_modules

load_modules()
