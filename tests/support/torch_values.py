"""Values and operations in PyTorch, which only the oracle tests install."""

from __future__ import annotations

import operator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.reference_functions import REFERENCES

if TYPE_CHECKING:
    from collections.abc import Callable

torch = pytest.importorskip("torch", reason="PyTorch is installed for this part of the suite only")

#: Comparisons by the ids of their operations; they are 1 or 0.
COMPARISONS = {op: getattr(operator, op) for op in ("gt", "ge", "lt", "le", "eq", "ne")}

TORCH_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{op: partial(reference.torch, torch) for op, reference in REFERENCES.items()},
    **{op: lambda a, b, compare=compare: compare(a, b).to(torch.float64) for op, compare in COMPARISONS.items()},
    "where": lambda condition, a, b: torch.where(condition != 0, a, b),
    "detach": lambda a: a.detach(),
}


def to_tensor(value: Any) -> Any:
    """Return numbers as a tensor in float64."""
    return torch.tensor(np.array(value, dtype=float), dtype=torch.float64)
