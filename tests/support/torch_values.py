"""Values and operations in PyTorch, which only the oracle tests install."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from tests.support.reference_functions import REFERENCES

torch = pytest.importorskip("torch", reason="PyTorch is installed for this part of the suite only")

TORCH_FUNCTIONS = {op: partial(reference.torch, torch) for op, reference in REFERENCES.items()}


def to_tensor(value: Any) -> Any:
    """Return numbers as a tensor in float64."""
    return torch.tensor(np.array(value, dtype=float), dtype=torch.float64)
