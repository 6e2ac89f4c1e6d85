"""`--torch` without PyTorch: one sentence, and nothing is written. With it, see `oracles/test_torch_code.py`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tutor.coding import library
from tutor.coding.header import Header, read_header
from tutor.coding.library import TORCH
from tutor.coding.new_file import exercise_file, place_file
from tutor.packs import library as packs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run


def test_without_pytorch_it_is_said_where_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "find_spec", lambda _name: None)
    assert "PyTorch is not installed for" in str(library.torch_error())
    monkeypatch.setattr(library, "find_spec", lambda name: name)
    assert library.torch_error() is None


@pytest.mark.skipif(find_spec("torch") is not None, reason="PyTorch is installed")
def test_the_option_writes_nothing_without_it(run_tutor: Run, tmp_path: Path) -> None:
    refused = run_tutor("code", "basics/two-roads", "--torch", "--to", str(tmp_path / "here"))
    assert refused.returncode == 2
    assert "pip install torch" in refused.stderr
    assert not (tmp_path / "here").exists()


def test_a_file_remembers_its_library_and_lies_beside_that_in_numpy(home: Path, tmp_path: Path) -> None:
    exercise = packs.find_exercise("matrices/sigma-xw")
    torch, _is_new = place_file(exercise_file(exercise, library=TORCH), tmp_path)
    numpy, _is_new = place_file(exercise_file(exercise), tmp_path)
    assert (torch.name, numpy.name) == ("matrices-sigma-xw-torch.py", "matrices-sigma-xw.py")
    assert read_header(torch) == Header("steps", exercise="matrices/sigma-xw", library="torch")
    assert read_header(numpy).library == "numpy"
    assert "S = torch.sigmoid(A)" in torch.read_text()
