"""Exercises of courses, papers and tutorials, typed as printed, with their figures or those that follow from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tutor.cli import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Published:
    """A formula as printed, its values, the published output and gradients, and how many decimals these have."""

    source: str
    text: str
    values: str
    output: Any
    gradients: Mapping[str, Any]
    decimals: int = 6
    options: tuple[str, ...] = ()


EXERCISES = [
    Published(
        "CS231n, Backpropagation: compound expressions",
        "f(x,y,z) = (x + y) z",
        "x=-2 y=5 z=-4",
        -12,
        {"x": -4, "y": -4, "z": 3},
    ),
    Published(
        "CS231n, Backpropagation: the sigmoid neuron",
        "dot = w[0]*x[0] + w[1]*x[1] + w[2]\nf = 1.0 / (1 + math.exp(-dot)) # sigmoid function",
        "w=[2,-3,-3] x=[-1,-2]",
        0.73,
        {"x": [0.39, -0.59], "w": [-0.20, -0.39, 0.20]},
        2,
    ),
    Published(
        "CS231n, Backpropagation: staged computation",
        "sigy = 1.0 / (1 + math.exp(-y)) # sigmoid in numerator\nnum = x + sigy\nsigx = 1.0 / (1 + math.exp(-x))\n"
        "xpy = x + y\nxpysqr = xpy**2\nden = sigx + xpysqr\ninvden = 1.0 / den\nf = num * invden",
        "x=3 y=-4",
        1.545645,
        {"x": 2.059570, "y": 1.592233},
        5,
    ),
    Published(
        "CS231n, Backpropagation: patterns in backward flow",
        "f = 2*(x*y + max(z, w))",
        "x=3 y=-4 z=2 w=-1",
        -20,
        {"x": -8, "y": 6, "z": 2, "w": 0},
    ),
    Published(
        "Olah, Calculus on computational graphs",
        "c = a + b\nd = b + 1\ne = c ∗ d",
        "a=2 b=1",
        6,
        {"a": 2, "b": 5},
    ),
    Published(
        "Saito, Deep learning from scratch: apples, oranges and tax",
        "(apple * apple_num + orange * orange_num) * tax",
        "apple=100 apple_num=2 orange=150 orange_num=3 tax=1.1",
        715,
        {"apple": 2.2, "apple_num": 110, "orange": 3.3, "orange_num": 165, "tax": 650},
    ),
    Published(
        "micrograd, README",
        "c = a + b\nd = a * b + b**3\nc += c + 1\nc += 1 + c + (-a)\nd += d * 2 + (b + a).relu()\n"
        "d += 3 * d + (b - a).relu()\ne = c - d\nf = e**2\ng = f / 2.0\ng += 10.0 / f",
        "a=-4.0 b=2.0",
        24.7041,
        {"a": 138.8338, "b": 645.5773},
        4,
    ),
    Published(
        "Karpathy, micrograd lecture: a neuron",
        "x1w1 = x1*w1; x2w2 = x2*w2\nx1w1x2w2 = x1w1 + x2w2\nn = x1w1x2w2 + b\no = n.tanh()",
        "x1=2 x2=0 w1=-3 w2=1 b=6.8813735870195432",
        0.7071,
        {"x1": -1.5, "x2": 0.5, "w1": 1.0, "w2": 0.0, "b": 0.5},
        4,
    ),
    Published(
        "Mazur, A step by step backpropagation example",
        "h1 = sigmoid(w1*i1 + w2*i2 + b1); h2 = sigmoid(w3*i1 + w4*i2 + b1)\n"
        "o1 = sigmoid(w5*h1 + w6*h2 + b2); o2 = sigmoid(w7*h1 + w8*h2 + b2)\n"
        "E = 1/2(t1 - o1)^2 + 1/2(t2 - o2)^2",
        "i1=0.05 i2=0.10 w1=0.15 w2=0.20 w3=0.25 w4=0.30 w5=0.40 w6=0.45 w7=0.50 w8=0.55 b1=0.35 b2=0.60 t1=0.01 t2=0.99",
        0.298371109,
        {"w5": 0.082167041, "w1": 0.000438568},
        9,
    ),
    Published(
        "PyTorch, A gentle introduction to torch.autograd",
        "Q = 3*a**3 - b**2",
        "a=[2,3] b=[6,4]",
        [-12, 65],
        {"a": [36, 81], "b": [-12, -8]},
    ),
    Published(
        "PyTorch, Autograd: automatic differentiation",
        "y = x + 2\nz = y * y * 3\nout = z.mean()",
        "x=[[1,1],[1,1]]",
        27,
        {"x": [[4.5, 4.5], [4.5, 4.5]]},
    ),
    Published(
        "CS224n: naive softmax, (ŷ − y) through the outside vectors",
        "y_hat = softmax(U @ v_c)\nJ = -log(y_hat[o])",
        "U=[[0,1],[1,0],[1,1]] v_c=[0,0] o=1",
        1.098612,
        {"U": [[0, 0], [0, 0], [0, 0]], "v_c": [-1 / 3, 2 / 3]},
    ),
    Published(
        "CS224n: negative sampling with two negative samples",
        "J = -log(sigmoid(u_o @ v_c)) - sum(log(sigmoid(-(U[k] @ v_c))))",
        "u_o=[1,0] v_c=[1,1] U=[[0,1],[2,0],[0,-1]] k=[0,2]",
        1.939785,
        {"u_o": [-0.268941, -0.268941], "v_c": [-0.268941, 0.462117]},
        5,
    ),
]


def _close(found: Any, published: Any, decimals: int) -> bool:
    if isinstance(published, list):
        return len(found) == len(published) and all(map(_close, found, published, [decimals] * len(published)))
    return bool(abs(found - published) <= 0.5001 * 10**-decimals)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda each: each.source)
def test_a_published_exercise_is_solved_as_printed(
    exercise: Published, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    assert run(["solve", exercise.text, *exercise.values.split(), "--json"]) == 0
    solved = json.loads(capsys.readouterr().out)
    assert _close(solved["value"], exercise.output, exercise.decimals)
    gradients = {node["id"]: node["gradient"] for node in solved["nodes"]}
    for name, published in exercise.gradients.items():
        assert _close(gradients[name], published, exercise.decimals), (name, gradients[name])
