"""The guide's reference of the language: every function has an example, and every example its value."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.support.guide import LANGUAGE, read_page
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import FUNCTIONS, parse_value
from tutor.engine.builder import parse_graph
from tutor.engine.passes import forward
from tutor.engine.standard_functions import STANDARD_FUNCTIONS, with_standard_functions

_TABLE = re.compile(r"<!-- every function with one example -->\n(.*?)\n\n", re.DOTALL)
_CODE = re.compile(r"`([^`]*)`")


def rows() -> list[tuple[list[str], str, str]]:
    """Return the names, the example and the value of each row of the table."""
    table = _TABLE.search(read_page(LANGUAGE))
    assert table
    found = []
    for line in table[1].splitlines()[2:]:
        names, example, value = line.strip("| ").split(" | ")
        # What follows a comment in words about one function is no name of the row.
        names = re.sub(r"\(gradient of [^)]*\)|as PyTorch's `[^`]*`", "", names)
        found.append((_CODE.findall(names), _CODE.findall(example)[0], _CODE.findall(value)[0]))
    return found


def test_every_function_is_in_the_reference() -> None:
    listed = [name for names, _, _ in rows() for name in names]
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) == {*FUNCTIONS, *STANDARD_FUNCTIONS}


@pytest.mark.parametrize(("names", "example", "value"), rows(), ids=lambda each: str(each))
def test_an_example_has_its_value(names: list[str], example: str, value: str) -> None:
    graph = parse_graph(f"f = t + ({example})", {"t": 0.0}, with_standard_functions())
    found = forward(graph, {"t": 0.0})[-1]
    stated = ops.map_cells(nearest_float, evaluate(parse_value(value), {}))
    assert np.shape(found) == np.shape(stated)
    assert np.allclose(found, stated, rtol=0, atol=5.1e-5)
    assert any(re.search(rf"(?<![a-z]){re.escape(name)}\(", example) for name in names)
