"""Generated NumPy and PyTorch programs, run many at a time in their own Python process."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra.ops import is_vector_shape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: A program that runs the files in its arguments and prints their outputs as JSON, with all digits.
_DRIVER = """
import contextlib, io, json, runpy, sys
import numpy
numpy.set_printoptions(precision=17, floatmode="unique", threshold=sys.maxsize)
if sys.argv[1] == "torch":
    import torch
    torch.set_printoptions(precision=17, sci_mode=True, threshold=sys.maxsize)
outputs = []
for file in sys.argv[2:]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(file, run_name="__main__")
    outputs.append(printed.getvalue())
print(json.dumps(outputs))
"""
_NUMBER_PATTERN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
#: The only built-in functions that a program may call.
_ALLOWED_CALLS = {"print", "abs", "range", "int", "float"}
_MODULE_NAMES = {"np", "torch", "F", "math"}


def run_programs(folder: Path, programs: Sequence[list[str]], library: str = "numpy") -> list[str]:
    """Return the output of each program. Warnings of NumPy and anything on standard error fail the test."""
    files = []
    for n, lines in enumerate(programs):
        files.append(folder / f"program{n}.py")
        files[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", _DRIVER, library, *map(str, files)]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert process.returncode == 0, process.stderr
    assert not process.stderr
    outputs: list[str] = json.loads(process.stdout)
    return outputs


def printed_value(output: str, label: str, shape: tuple[int, int] | None) -> Any:
    """Return the value after a label in the output of a program. A line that begins with a letter is the next label."""
    lines = output.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(f"{label} "))
    texts = [lines[first][len(label) :]]
    for line in lines[first + 1 :]:
        if not line.startswith((" ", "[", "]")):
            break
        texts.append(line)
    text = "".join(texts).replace("dtype=torch.float64", "")
    brackets = re.match(r" ?(?:tensor\()?(\[*)", text)
    assert brackets
    assert len(brackets[1]) == (0 if shape is None else 1 if is_vector_shape(shape) else 2), text
    cells = [float(cell) for cell in _NUMBER_PATTERN.findall(text)]
    return np.array(cells).reshape(shape or ())


def parse_safe_program(lines: list[str]) -> ast.Module:
    """Parse a program, and assert that it holds only arithmetic on its own names and known calls."""
    tree = ast.parse("\n".join(lines))
    own_functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    own_functions |= {
        line.partition(" = ")[0] for line in lines if re.fullmatch(r"(\w+) = np\.vectorize\(math\.\1\)", line)
    }
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Lambda | ast.Delete | ast.Global | ast.ClassDef | ast.JoinedStr)
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= {"numpy", "torch", "torch.nn.functional", "math"}
        assert not isinstance(node, ast.ImportFrom)
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                assert function.id in own_functions | _ALLOWED_CALLS
            else:
                assert isinstance(function, ast.Attribute)
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
            inner = node.value
            if isinstance(inner, ast.Name) and inner.id in _MODULE_NAMES:
                assert node.attr in _ALLOWED_MODULE_ATTRIBUTES, node.attr
            else:
                assert node.attr in _ALLOWED_METHODS, node.attr
    return tree


_ALLOWED_MODULE_ATTRIBUTES = {
    *(
        "einsum",
        "inf",
        "cumsum",
        "trace",
        "eye",
        "linalg",
        "conv2d",
        "lib",
        "delete",
        "moveaxis",
        "empty",
        "ndindex",
        "pad",
    ),
    *(
        "array",
        "ones",
        "full",
        "ones_like",
        "full_like",
        "broadcast_to",
        "where",
        "tensor",
        "float64",
        "nn",
        "functional",
    ),
    *("exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "sign", "maximum", "minimum", "logaddexp", "pi"),
    *("outer", "add", "zeros", "zeros_like", "s_", "reshape", "concatenate", "cat", "stack"),
    *("sigmoid", "relu", "softplus", "softmax", "silu", "gelu", "erf", "vectorize"),
}
_ALLOWED_METHODS = {
    *(
        "prod",
        "min",
        "amax",
        "amin",
        "flatten",
        "masked_fill",
        "det",
        "inv",
        "stride_tricks",
        "sliding_window_view",
        "shape",
    ),
    *("T", "sum", "mean", "max", "grad", "backward", "item", "detach", "expand", "reshape", "squeeze", "at"),
    *("astype", "long", "bool", "double"),
}
