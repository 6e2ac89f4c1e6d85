"""Code exercises written in PyTorch: right files are accepted, PyTorch agrees, and wrong lines are told as in NumPy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.code_in_process import judge_text
from tutor.coding.header import HeaderError
from tutor.coding.judge import judge_file
from tutor.coding.layers import LAYERS
from tutor.coding.library import TORCH, torch_error
from tutor.coding.session import exercise_style, layer_style
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tutor.coding.styles import TaskStyle

pytest.importorskip("torch", reason="PyTorch is installed for this part of the suite only")
pytestmark = pytest.mark.oracle

_SIGMA_XW = {"dS": "df * torch.ones_like(S)", "dA": "dS * S * (1 - S)", "dX": "dA @ W.T", "dW": "X.T @ dA"}
#: For each layer: what forward keeps, and the lines of backward.
_LAYERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "relu": ("self.on = x > 0", {"dx": "dy * self.on"}),
    "affine": ("self.X = X", {"self.dW": "self.X.T @ dY", "self.db": "dY.sum(dim=0)", "dX": "dY @ self.W.T"}),
    "softmax-loss": ("self.P, self.T = P, T", {"dA": "dL * (self.P - self.T) / len(self.T)"}),
    "mean-squared-error": ("self.E = Y - T", {"dY": "dL * 2 * self.E / self.E.numel()"}),
    "rms-norm": (
        "self.H, self.s = X / s, s",
        {
            "self.dgamma": "(dY * self.H).sum(dim=0)",
            "dX": "dY * self.gamma\n        dX = (dX - self.H * (dX * self.H).mean(dim=1, keepdim=True)) / self.s",
        },
    ),
    "embedding": ("self.ids = ids", {"self.dW": "torch.zeros_like(self.W).index_add(0, self.ids, dY)"}),
    "dropout": ("self.mask = mask", {"dX": "dY * self.mask / 0.5"}),
    "attention": (
        "self.kept = Q, K, V, P",
        {
            "dQ": "0\n"
            "        Q, K, V, P = self.kept\n"
            "        dP = dO @ V.T\n"
            "        dS = P * (dP - (dP * P).sum(dim=1, keepdim=True)) / Q.shape[1] ** 0.5\n"
            "        dQ = dS @ K",
            "dK": "dS.T @ Q",
            "dV": "P.T @ dO",
        },
    ),
}


def completed(style: TaskStyle, lines: Mapping[str, str]) -> str:
    text = "\n".join(style.code()) + "\n"
    for name, code in lines.items():
        text = re.sub(rf"(\b{re.escape(name)} = )\.\.\.", lambda match, code=code: match[1] + code, text)
    return text


def test_a_file_in_pytorch_is_judged_like_one_in_numpy(tmp_path: Path) -> None:
    assert torch_error() is None
    style = exercise_style(library.find_exercise("matrices/sigma-xw"), library=TORCH)
    text = completed(style, _SIGMA_XW)
    assert "import torch" in text
    assert "numpy" not in text
    path = tmp_path / "learner.py"
    path.write_text(text)
    result = judge_file(style.task, path)
    assert (result.solved, result.agrees) == (True, True), result
    path.write_text(text.replace("X.T @ dA", "dA.T @ X"))
    assert judge_file(style.task, path).results[-1].mistake == "matmul.transposed-result"
    path.write_text(text.replace("dA @ W.T", "dA @ W"))
    assert "dA @ W: 3×2 @ 3×2 can't be multiplied" in str(judge_file(style.task, path).fault)
    path.write_text(text.replace("X.T @ dA", "X.T @ dA; X *= 2"))
    assert "changes its argument X in place" in str(judge_file(style.task, path).fault)


def test_right_files_of_all_exercises_are_written_so_that_pytorch_agrees() -> None:
    agreed = 0
    for pack in library.all_packs(installed=False):
        for entry in pack.entries:
            try:
                style = exercise_style(pack.open(entry.id), library=TORCH)
            except HeaderError:
                continue
            # The forward pass runs as it is written, and the gradients are not there yet.
            result = judge_text(style, completed(style, {}))
            assert result.agrees, f"{pack.id}/{entry.id}"
            assert {each.verdict for each in result.results} == {"missing"}, (entry.id, result.fault)
            agreed += 1
    assert agreed > 90


@pytest.mark.parametrize("name", _LAYERS)
def test_layers_in_pytorch(name: str) -> None:
    style, (keeps, lines) = layer_style(name, TORCH), _LAYERS[name]
    head, _, rest = completed(style, lines).partition("    def backward")
    before, _, returned = head.rpartition("        return ")
    result = judge_text(style, f"{before}        {keeps}\n        return {returned}    def backward{rest}")
    assert (result.solved, result.agrees) == (True, True), result


@pytest.mark.parametrize("name", LAYERS)
def test_the_forward_pass_of_each_layer_is_right_in_pytorch(name: str) -> None:
    style = layer_style(name, TORCH)
    text = completed(style, {}).replace("return output", "return self.output")
    result = judge_text(style, text)
    assert result.fault is None
    assert result.results[0].verdict == "right"
