"""Code judged in this process, for tests that judge thousands of files which they have made themselves."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from tutor.coding import autograd_judge, gradient_check, judge, training
from tutor.coding.child import run_job
from tutor.coding.sandbox import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.coding.styles import CodeStyle
    from tutor.coding.verdict import FileResult


class _Events:
    """What a file sends, as the judge reads it."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []

    def send(self, **message: Any) -> None:
        self.sent.append(json.loads(json.dumps(message)))


def _run(path: Path, job: Mapping[str, Any]) -> Run:
    events = _Events()
    run_job({**json.loads(json.dumps(job)), "path": str(path)}, events)  # type: ignore[arg-type]
    return Run(tuple(events.sent), "", "done", 0)


def judge_text(style: CodeStyle, text: str) -> FileResult:
    """Return the verdict on a file with this text. It must be one that tests have made: it runs in this process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "learner.py")
        path.write_text(text, encoding="utf-8")
        with ExitStack() as stack:
            for module in (judge, autograd_judge, gradient_check, training):
                stack.enter_context(patch.object(module, "run_file", _run))
            return style.judge(path)
