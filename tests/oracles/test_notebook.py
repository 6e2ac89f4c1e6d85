"""The lines of the guide in a notebook that is run by a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test_api import lines_of_the_guide

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

pytestmark = pytest.mark.oracle


def test_a_notebook_runs_the_lines_of_the_readme_and_shows_the_graph(
    run_tutor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_tutor("new", "week-1", "--yes")
    shown, rest = lines_of_the_guide().split("sheet = ")
    cells = [nbformat.v4.new_code_cell(text) for text in (shown, f"sheet = {rest}", "sheet")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    pictures = [output.data["image/svg+xml"] for output in outputs if output.output_type == "execute_result"]
    assert len(pictures) == 2
    assert all("<title" in picture for picture in pictures)
