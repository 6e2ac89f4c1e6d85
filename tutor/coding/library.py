"""The libraries in which a backward pass can be written: NumPy, and PyTorch if it is installed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tutor.coding.arrays import input_argument, to_argument
from tutor.engine.codegen.to_numpy import numpy_forward
from tutor.engine.codegen.to_torch import needs_functional, torch_forward
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.coding.header import LibraryId
    from tutor.coding.variants import Trial
    from tutor.engine.codegen.scope import ForwardLines
    from tutor.i18n import Message

#: Trials on which PyTorch finds the gradients by itself.
_NUM_COMPARED = 3
_NO_TORCH = N_(
    "PyTorch is not installed for {python}. Install it there with `pip install torch`, or leave out --torch to write NumPy."
)


@dataclass(frozen=True, slots=True)
class Library:
    """A library, its name as people write it, and the function that writes a forward pass in it."""

    id: LibraryId
    title: str
    forward: Callable[..., ForwardLines]

    def imports(self, lines: Sequence[str]) -> list[str]:
        """Return the lines that import what other lines use."""
        head = ["import math"] if any("math." in line for line in lines) else []
        if self.id == "numpy":
            return [*head, "import numpy as np"]
        return [*head, "import torch", *(["import torch.nn.functional as F"] if needs_functional(lines) else [])]

    def job(self, trials: Sequence[Trial]) -> Mapping[str, Any]:
        """Return what the process needs for this library: of PyTorch, a forward pass to differentiate for comparison."""
        if self.id == "numpy" or not trials:
            return {}
        return {"library": self.id, "compared": [_comparison(trial) for trial in trials[:_NUM_COMPARED]]}


def _comparison(trial: Trial) -> Mapping[str, Any]:
    """Return the forward pass of a trial's graph as a function of its inputs, with their values and the start."""
    problem = trial.problem
    graph, start = problem.graph, problem.places[0]
    forward = torch_forward(graph, taken=("forward",))
    arguments = [forward.names[graph.position[name]] for name in graph.inputs]
    lines = [
        *TORCH.imports((*forward.definitions, *forward.lines)),
        *forward.definitions,
        f"def forward({', '.join(arguments)}):",
        *(f"    {line}" for line in forward.lines),
        f"    return {forward.names[graph.output_position]}",
    ]
    return {
        "source": "\n".join(lines),
        "inputs": [input_argument(problem, name) for name in graph.inputs],
        "start": to_argument(problem.truth(start), start.shape),
        "names": list(graph.inputs),
        "asked": [name for name in graph.differentiable_inputs(problem.wrt) if problem.has_place(name)],
    }


NUMPY = Library("numpy", "NumPy", numpy_forward)
TORCH = Library("torch", "PyTorch", torch_forward)
LIBRARIES: Mapping[LibraryId, Library] = {"numpy": NUMPY, "torch": TORCH}


def torch_error() -> Message | None:
    """Return why nothing can be written in PyTorch here; None if it is installed."""
    return None if find_spec("torch") is not None else message(_NO_TORCH, python=sys.executable)
