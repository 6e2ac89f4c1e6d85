"""Python functions as formulas: what is taken, what is refused line by line, and that no line is run."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.example_count import num_examples
from tests.support.parsed_values import exact_values
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import number
from tutor.engine.python_source.errors import PythonError
from tutor.engine.python_source.source import PythonCode, PythonSource, is_python
from tutor.engine.python_source.translation import translate
from tutor.engine.standard_functions import with_standard_functions
from tutor.packs.builder.formula import problem_from_formula

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.python_source.translation import PythonFormula


def read(source: str, function: str = "", name: str = "", **values: str) -> PythonFormula:
    given_values = exact_values(**values)
    return translate(PythonCode(PythonSource(source, name), function), given_values, with_standard_functions())


def refusals(source: str, **values: str) -> list[str]:
    """Return the sentences of an error, each with its line."""
    with pytest.raises(PythonError) as caught:
        read(source, name="m.py", **values)
    return str(caught.value).splitlines()


LOSS = '''
import numpy as np

EPS = 1e-5
T = 0.5
scale = np.array([1, 2])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def loss(w: float, x, b=0.5, *, y=1_000):
    """Squared error."""
    a = sigmoid(w * x + b)  # one neuron
    print("a =", a)
    unused = a * 2
    d = a - y
    return d**2
'''
NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, hidden=3):
        super().__init__()
        self.fc = nn.Linear(2, hidden)
        self.act = nn.Tanh()
        self.out = nn.Sequential(nn.Linear(hidden, 1, bias=False), nn.Sigmoid())
        self.scale = nn.Parameter(torch.tensor(2.0))

    def features(self, x):
        return self.act(self.fc(x))

    def forward(self, x):
        x = self.features(x)
        return self.out(x).sum() * self.scale
"""


@pytest.mark.parametrize(
    ("source", "formula"),
    [
        ("def f(x, y):\n    return (x + y) * -x ** 2", "f = (x + y) * -x**2"),
        ("def f(x):\n    return (-x) ** 2 - (x - (x - 1))", "f = (-x)**2 - (x - (x - 1))"),
        ("lambda x, y: x * y + 1", "x * y + 1"),
        ("g = lambda x, y: x * y", "g = x * y"),
        (LOSS, "z = w * x + b; a = 1 / (1 + np.exp(-z)); d = a - y; loss = d**2"),
        # A name that is assigned again is a new version.
        ("def f(c, d):\n    c += d\n    c = c * d\n    return c", "c₂ = c + d; c₃ = c₂ * d"),
        ("def f(x1, d):\n    x1 *= d\n    return x1 + d", "x1_2 = x1 * d; f = x1_2 + d"),
        ("def f(a, b):\n    a, b = b, a\n    return a - 2 * b", "f = b - 2 * a"),
        ("def f(a, b):\n    u, v = a + b, a * b\n    return u / v", "u = a + b; v = a * b; f = u / v"),
        ("def f(x):\n    y: float = x * 2\n    return y - x", "y = x * 2; f = y - x"),
        # Names that mean something in formulas.
        ("def f(mean, e, q1):\n    return mean * e + q1", "f = mean_ * e_ + q1_"),
        ("def sigmoid(x):\n    return 1 / (1 + x)", "1 / (1 + x)"),
        # Loops over a known range, helpers, lambdas, closures.
        ("def f(x):\n    for i in range(2):\n        x = x * (i + 2)\n    return x", "x₂ = x * (0 + 2); x₃ = x₂ * (1 + 2)"),
        ("def f(x, y):\n    s = 0.5\n    for a, b in zip((x, y), (y, x)):\n        s += a * b\n    return s",
         "s = 0.5; s₂ = s + x * y; s₃ = s₂ + y * x"),
        ("def f(x):\n    return sum(x**k for k in range(1, 4))", "f = x**1 + x**2 + x**3"),
        ("def f(x):\n    sq = lambda v: v * v\n    return sq(x) + sq(x + 1)", "v = x + 1; f = x * x + v * v"),
        ("def f(x, w):\n    def h(v, k=3):\n        return w * v**k\n    return h(x) - h(v=w, k=2)", "f = w * x**3 - w * w**2"),
        ("def f(x):\n    a, b = g(x)\n    return a * b\ndef g(x):\n    return x + 1, x * 2", "a = x + 1; b = x * 2; f = a * b"),
        ("def f(x, bias=None):\n    if bias is not None:\n        x = x + bias\n    return x * 2", "f = x * 2"),
        ("def f(x, mode='sum'):\n    return x * 2 if mode == 'sum' else x / 2", "f = x * 2"),
        # Libraries keep their prefix; other names of them get it.
        ("import numpy as xyz\nimport torch.nn.functional as Fn\ndef f(x):\n    return xyz.exp(x) + Fn.relu(x)",
         "f = np.exp(x) + F.relu(x)"),
        ("from math import exp, pi as p\ndef f(x):\n    return exp(x) * p", "f = math.exp(x) * math.pi"),
        ("import torch\ndef f(x):\n    return torch.tanh(x).clone().to(torch.float32).relu()", "f = torch.tanh(x).relu()"),
        ("import torch\ndef f(x):\n    return x.var(dim=0) + x.std(unbiased=False)",
         "f = torch.var(x, dim=0) + x.std(unbiased=False)"),
        ("def f(Q, K):\n    return (Q @ K.T).sum(axis=0).mean()", "f = (Q @ K.T).sum(axis=0).mean()"),
        ("def f(K, dim=1):\n    return sum(K.sum(dim=dim, dtype=None))", "f = sum((K).sum(dim=1))"),
        ("def f(x):\n    hs = []\n    for k in range(2):\n        hs.append(x * k)\n    return np.sum(hs)",
         "hs_0 = x * 0; hs_1 = x * 1; f = np.sum([hs_0, hs_1])"),
        ("def f(x):\n    # a comment\n    assert x > 0\n    if x > 3:\n        print(x)\n    return x * 2\n    x = 3", "f = x * 2"),
        ("    def f(self, x):\n        return self.w * x", "f = w * x"),
        (NET, "x₂ = tanh(x @ fc_weight.T + fc_bias); sigmoid(x₂ @ out_0_weight.T).sum() * scale"),
        ("from torch import nn\nloss_fn = nn.MSELoss()\ndef f(p, t):\n    return loss_fn(p, t)", "f = F.mse_loss(p, t)"),
        ("def f(x):\n    with torch.no_grad():\n        acc = x.mean()\n    return x * 2", "f = x * 2"),
    ],
)  # fmt: skip
def test_a_function_is_read_as_a_formula(source: str, formula: str) -> None:
    try:
        assert read(source).text == formula
    except PythonError as error:
        pytest.fail(str(error))


def test_the_source_gives_values_of_its_own() -> None:
    formula = read(LOSS)
    assert {name: nearest_float(value) for name, value in formula.inputs.items()} == {"b": 0.5, "y": 1000}
    assert nearest_float(read(LOSS, y="3").inputs["y"]) == 3
    arrays = read(
        "import numpy as np\nV = np.array([[1, 2]])\nw = 2.5\nRATE = 0.1\ndef f():\n    return np.sum(V * w) * RATE"
    )
    assert arrays.text == "RATE = 0.1; f = np.sum(V * w) * RATE"
    assert set(arrays.inputs) == {"V", "w"}


def test_sizes_come_from_the_values() -> None:
    source = "def f(x, Y):\n    n, d = Y.shape\n    r = Y @ x\n    return r.sum() / len(r) + n * Y.shape[1] * x.size(0)"
    formula = read(source, x="[1, 2]", Y="[[1, 2], [3, 4], [5, 6]]")
    assert formula.text == "r = Y @ x; f = r.sum() / 3 + 3 * 2 * 2"
    assert refusals(source)[0].startswith("m.py:2: ")
    assert read(
        "def f(x, n):\n    for k in range(n):\n        x = x * 2\n    return x", n="2", x="3"
    ).inputs.keys() == {"x"}


def test_what_is_left_out_is_noted_with_its_line() -> None:
    notes = [str(note) for note in read(LOSS, name="m.py").notes]
    assert notes == [
        "m.py:16: print(…) is left out, because the returned value doesn't depend on it.",
        "m.py:17: “unused” is left out, because the returned value doesn't depend on it.",
    ]


def test_the_function_is_chosen_by_its_name_or_is_the_last_one() -> None:
    several = "def first(x):\n    return x * 2\n\ndef second(x):\n    return x * 3\n"
    assert read(several, "first").text == "first = x * 2"
    last = read(several, name="m.py")
    assert last.text == "second = x * 3"
    assert "This uses “second”, the last of the functions first, second." in str(last.notes[0])
    assert read(NET, "Net.features").text == "features = tanh(x @ fc_weight.T + fc_bias)"
    with pytest.raises(PythonError, match="Choose one of: first, second"):
        read(several, "third")
    with pytest.raises(PythonError, match=r"Class Net has no method “backward”. It has features, forward."):
        read(NET, "Net.backward")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("if x > 0:\n        y = x\n    else:\n        y = -x\n    return y", "Write y = where(x > 0, x, -x)."),
        ("if x > 0:\n        return x\n    return -x", "An “if” can't be a node"),
        ("while x > 1:\n        x = x / 2\n    return x", "A “while” can't be part of a graph"),
        ("for k in steps:\n        x = x * k\n    return x", "The number of passes of this loop isn't known here."),
        ("return [v for v in x]", "The number of passes of this loop isn't known here."),
        ("return sum(v for v in range(3) if v)", "A comprehension can't be a node."),
        ("try:\n        x = 1 / x\n    except ZeroDivisionError:\n        x = 0\n    return x", "A “try” can't be"),
        ("return x if x > 0 else 0", "Write where(c, a, b)."),
        ("return x > 0 and x < 1", "Multiply 0/1 masks instead"),
        ("return (0 < x < 1) * x", "Write two comparisons as a product"),
        ("return x ^ 2", "Write **."),
        ("return x // 2", "Write /."),
        ("return x * unknown(x)", "“unknown” isn't defined here."),
        ("return f(x)", "“f” calls itself."),
        ("return x.detach() * x", ".detach() stops the gradient here."),
        ("return int(x) * x", "int() rounds, so its gradient is 0."),
        ("return x * torch.randn(3)", "torch.randn() is random."),
        ("x[0] = 3\n    return x", "A single entry can't be changed."),
        ("x.add_(1)\n    return x", "add_() changes a value in place."),
        ("y = x\n    y += 1\n    return x * y", "Write y = y + …"),
        ("return x, x * 2", "Two can be added: return a + b."),
        ("y = x * 2", "“f” returns nothing."),
        ("return", "This return has no value."),
        ("return x * z\n    z = 2", "“z” has no value here yet."),
        ("return x.shape[0] * x", "The size of x isn't known yet."),
        ("return x[None] * 2", "Write reshape(x, (3, 1))."),
        ("return f'{x}'", "A text can't be part of a graph."),
        ("return {'a': x}", "A dictionary can't be part of a graph."),
        ("return x * 1j", "Complex numbers aren't supported."),
        ("return x * 1e99", "Exponents go from −30 to 30."),
        ("return np.sinus(x)", "“sinus” can't be used here. Did you mean sin?"),
        ("return x.var()", "Write np.var(x) or torch.var(x)."),
        ("return x.grad", "by hand here"),
        ("with torch.no_grad():\n        y = x * 2\n    return y", "No gradient flows through “with torch.no_grad()”."),
        ("global y\n    y = x\n    return y", "A “global” can't be part of a graph."),
        ("yield x", "Use return."),
        ("return x +", "Python can't read this"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_taken_is_named_with_what_works(body: str, sentence: str) -> None:
    assert sentence in "\n".join(refusals(f"import numpy as np, torch\ndef f(x):\n    {body}\n"))


def test_all_lines_are_reported_at_once_in_their_order() -> None:
    source = (
        "import numpy as np\n"
        "def f(x, *rest):\n"
        "    a = x // 2\n"
        "    if x > 0:\n"
        "        b = foo(x)\n"
        "    c = np.sinus(x)\n"
        "    dead = bar(x)\n"
        "    return a + b + c * (x\n"
        "        ^ 2)\n"
    )
    places = [line.partition(": ")[0] for line in refusals(source)]
    assert places == ["m.py:2", "m.py:3", "m.py:4", "m.py:5", "m.py:6", "m.py:8"]
    many = (
        "def f(x):\n"
        + "".join(f"    y{i} = foo(x)\n" for i in range(60))
        + "    return "
        + "+".join(f"y{i}" for i in range(60))
    )
    shown = refusals(many)
    assert len(shown) == 21
    assert shown[-1] == "… and 40 more lines."


def test_an_error_of_the_graph_points_to_the_python_line() -> None:
    source = "def f(X, w):\n    # 가중치\n    s = X @ (  # two lines\n        w + 1)\n    return s.sum()\n"
    values = exact_values(X="[[1, 2]]", w="[1, 2, 3]")
    with pytest.raises(PythonError, match="Line 3: ") as caught:
        problem_from_formula(source, values)
    assert source[caught.value.position :].startswith("@")
    with pytest.raises(PythonError, match=r"w has no value. Add w=…") as missing:
        problem_from_formula(source.replace("@", "*"), {"X": values["X"]})
    assert source[missing.value.position :].startswith("w + 1")


@pytest.mark.parametrize(
    "text",
    ["def f(x):\n    return x", "lambda x: x", "f = lambda x, y: x*y", "import numpy as np\n\ndef f(x): return x",
     "class A:\n  def f(self, x):\n    return x", "@jit\ndef f(x: int = (1, 2)) -> float:\n  return x"],
)  # fmt: skip
def test_functions_are_told_from_formulas(text: str) -> None:
    assert is_python(text)


@pytest.mark.parametrize(
    "text", ["z = a*b", "default(x) = x", "f(x) = x^2", "lambda*x", "def = 3; z = def*x", "X[1:3]"]
)
def test_formulas_are_no_functions(text: str) -> None:
    assert not is_python(text)


def test_no_line_is_run(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    run = f"open({str(marker)!r}, 'w')"
    source = f"{run}\nX = {run}\ndef d(x, y={run}):\n    return x\n@{run}\ndef f(x, y={run}):\n    {run}\n    return x * len({run})\n"
    assert refusals(source)
    assert refusals(f"def f(x):\n    return x * eval({run!r}) * __import__('os').getpid()\n")
    assert not marker.exists()


HOSTILE = [
    "def f(x):\n    return " + "-" * 3_000 + "x\n",
    "def f(x):\n    return " + "(" * 5_000 + "x\n",
    "def f(x):\n    return x" + ".T" * 900 + "\n",
    "def f(x):\n    return x" + "[0]" * 900 + "\n",
    "def f(x):\n    return " + "x**" * 900 + "x\n",
    "def f(x):\n    return " + "not " * 5_000 + "x\n",
    "def f(x):\n    return " + "lambda: " * 900 + "x\n",
    "def f(x):\n    return x * " + "9" * 5_000 + "\n",
    "def f(x):\n    return x * 0x" + "f" * 5_000 + "\n",
    "def f(x):\n    return x\0\n",
    "def f(x):\n    return x\udcff\n",
    "def f(x):\n" + "".join(" " * (i + 1) + "if x:\n" for i in range(98)) + " " * 99 + "return x\n",
    "def f(x):\n if x: x=1\n" + " elif x: x=2\n" * 900 + " return x\n",
    "def f(x):\n" + " while x: x=foo(x)\n" * 900 + " return x\n",
    "def f(x):\n for i in range(10**9):\n  x = x*2\n return x\n",
    "def f(x):\n for i in range(900):\n  for j in range(900):\n   x = x*2\n return x\n",
    "def a(x):\n return x*x\n"
    + "".join(f"def {chr(98 + i)}(x):\n return {chr(97 + i)}(x)+{chr(97 + i)}(x)\n" for i in range(24)),
    "def f(x):\n return g(x)\ndef g(x):\n return f(x)\n",
    "class A:\n def forward(self, x):\n  return self.forward(x)\n",
    "'''\\" * 100_000 + "\ndef f(x):\n return x*x\n",
    "x = 1\n" * 80_000,
    "",
    "\ufeff",
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_source_gives_a_short_error(source: str) -> None:
    shown = refusals(source)
    assert shown
    assert len(shown) <= 21
    assert all(len(line) < 500 for line in shown)


def test_a_long_file_is_read_where_the_function_needs_it() -> None:
    source = LOSS.replace('"""Squared error."""', "'''def other(x):\ndef loss(x): a'''")
    filler = "".join(f"def other{i}(x):\n    return foo(x) + '''\ndef loss(y): pass\n'''\n\n" for i in range(4_000))
    formula = read(filler + source + filler, "loss")
    assert formula.text == read(LOSS, "loss").text
    with pytest.raises(PythonError) as caught:
        read(filler + source.replace("d**2", "foo(d)") + filler, "loss", name="m.py")
    assert str(caught.value).startswith(f"m.py:{filler.count(chr(10)) + 20}: “foo” isn't defined here.")


# --- the same values as Python ---

ASSIGNED = ("x", "y", "u", "v", "w1")


def _expression(draw: st.DrawFn, names: list[str], depth: int = 0) -> str:
    kind = draw(st.integers(0, 9)) if depth < 4 else draw(st.integers(0, 1))
    if kind <= 1:
        return draw(st.sampled_from([*names, *names, "2", "0.5", "1_0", "HALF", "3e-1"]))

    def part() -> str:
        return _expression(draw, names, depth + 1)

    if kind <= 4:
        return f"{part()} {draw(st.sampled_from('+-*'))} {part()}"
    return [
        lambda: f"({part()} + {part()}) * {part()}",
        lambda: f"{part()} / ({part()}**2 + 1)",
        lambda: f"-{part()}",
        lambda: f"{draw(st.sampled_from(['np.sin', 'math.tanh', 'twice', 'gauss', 'abs']))}({part()})",
        lambda: f"({part()})**{draw(st.sampled_from(['2', '3', '1']))}",
    ][kind - 5]()


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Return the source of a function of p and q with assignments, versions, loops and helpers."""
    lines = [
        "import math",
        "import numpy as np",
        "HALF = 0.5",
        "twice = lambda v: v + v",
        "def gauss(u, width=2):",
        "    u = u / width",
        "    return np.exp(-u * u)",
        "def f(p, q):",
    ]
    names = ["p", "q"]
    for _line in range(draw(st.integers(0, 5))):
        value = _expression(draw, names)
        kind = draw(st.integers(0, 4))
        name = draw(st.sampled_from(ASSIGNED))
        if kind == 0 and name in names:
            lines.append(f"    {name} {draw(st.sampled_from(['+=', '-=', '*=']))} {value}")
        elif kind == 1:
            other = draw(st.sampled_from([each for each in ASSIGNED if each != name]))
            lines.append(f"    {name}, {other} = {value} + 0.25, {_expression(draw, names)} + 0.5")
            names.append(other)
        elif kind == 2 and name in names:
            lines += [f"    for k in range({draw(st.integers(1, 3))}):", f"        {name} = {name} / 2 + k * ({value})"]
        else:
            lines.append(f"    {name} = ({value}) * 1.5")
        names.append(name)
    return "\n".join([*lines, f"    return {_expression(draw, names)} + 0.125 * p - q\n"])


@settings(max_examples=num_examples(200))
@given(programs(), st.integers(0, 10**6))
def test_random_functions_compute_what_python_computes(source: str, seed: int) -> None:
    generator = random.Random(seed)
    point = {name: Fraction(generator.randint(-15, 15), 8) for name in ("p", "q")}
    namespace: dict[str, Any] = {}
    # The source is our own. The program itself never runs any.
    exec(source, namespace)  # noqa: S102
    expected = float(namespace["f"](**{name: float(value) for name, value in point.items()}))
    if not math.isfinite(expected) or abs(expected) > 1e12:
        return
    problem = problem_from_formula(source, {name: number(value) for name, value in point.items()})
    result = problem.float_passes.values[problem.graph.output_position]
    assert np.isclose(float(result), expected, rtol=1e-9, atol=1e-9), f"{source}\n{problem.graph.text}"
