"""The code in the last texts of the pack `training` that isn't the backward pass of a graph, and the figures of its lessons.

Such a text ends in a line `NumPy, …:` with lines of code below it, and in a line `PyTorch, …:` with others. Each is run
with the numbers of its lesson.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.torch_values import to_tensor, torch
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.oracle

_BLOCK = re.compile(r"^(NumPy|PyTorch), [^\n]+:\n((?:`[^`\n]+`\n?)+)", re.MULTILINE)
MOST_LINES, WIDEST = 4, 76


def blocks_of(name: str, language: str = "en") -> dict[str, list[str]]:
    """Return the lines of code that an exercise ends with, by library."""
    text = library.find_exercise(f"training/{name}").after.texts[language]
    return {
        library_name: [line.strip("`") for line in lines.splitlines()] for library_name, lines in _BLOCK.findall(text)
    }


def parameter(value: Any, grad: Any = None) -> Any:
    """Return a tensor that gets a gradient, or has this one."""
    tensor = to_tensor(value).requires_grad_()
    tensor.grad = None if grad is None else to_tensor(grad)
    return tensor


def neuron(w: float, x: float, t: float) -> dict[str, Any]:
    """Return a weight, its data, and the loss (w·x − t)²."""
    weight = parameter(w)
    loss = (weight * x - t) ** 2
    return {"w": weight, "x": x, "t": t, "loss": loss, "error": loss}


def numpy_names() -> dict[str, dict[str, Any]]:
    """Return the numbers of each lesson."""
    return {
        "ten-steps": {"w": 7.0, "x": 5, "t": 15},
        "mean-of-means": {"a": np.array([2.0, 4, 6]), "b": np.array([8.0])},
        "clip-by-norm": {"dw": np.array([20.0, 30]), "dv": 60.0},
        "momentum": {"w": 5.0, "g": 18.0, "v": -30.0},
        "adam": {"w": 6.0, "g": 40.0, "m": 0.0, "v": 0.0, "k": 1},
        "adam-and-weight-decay": {"w": 5.0, "mhat": 18.0, "vhat": 324.0},
        "initialisation": {"n": 512, "m": 4000, "rng": np.random.default_rng(1)},
        "loss-scaling": {},
        "master-weights": {"w32": np.float32(256), "g": -40.0},
        "forward-mode": {"x": 3, "y": 5, "xdot": 4, "ydot": 7},
    }


def torch_names() -> dict[str, dict[str, Any]]:
    """Return the same as tensors, where they are tensors."""
    ten = neuron(7, 5, 15)
    scaled = neuron(5, 3, 12)
    return {
        "ten-steps": ten | {"opt": torch.optim.SGD([ten["w"]], lr=0.01)},
        "mean-of-means": {"a": parameter([2.0, 4, 6]), "b": parameter([8.0])},
        "clip-by-norm": {"w": parameter([4.0, -3], [20, 30]), "v": parameter(7.0, 60)},
        "momentum": neuron(5, 3, 12),
        "adam": neuron(6, 5, 26),
        "adam-and-weight-decay": neuron(5, 3, 12),
        "initialisation": {"n": 512, "m": 4000},
        "loss-scaling": scaled | {"opt": torch.optim.SGD([scaled["w"]], lr=0.1)},
        "master-weights": {"w32": torch.tensor(256.0), "g": -40.0},
        "forward-mode": {name: to_tensor(value) for name, value in {"x": 3, "y": 5, "xdot": 4, "ydot": 7}.items()},
    }


def execute(lines: list[str], names: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a scaler without CUDA, and of a schedule without steps
        exec("\n".join(lines), names)  # noqa: S102 - our own exercises


def by_name(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda names: names[name]


def entries_and_number(names: dict[str, Any]) -> list[Any]:
    return [*names["w"].grad, names["v"].grad]


#: What the lines compute, what that is in the lesson, and how near it must come; by exercise and library.
RESULTS: dict[tuple[str, str], tuple[Callable[[dict[str, Any]], Any], float | list[float], float]] = {
    ("ten-steps", "NumPy"): (by_name("w"), 3 + 4 / 1024, 1e-12),
    ("ten-steps", "PyTorch"): (by_name("w"), 3 + 4 / 1024, 1e-12),
    ("mean-of-means", "NumPy"): (by_name("loss"), 5, 1e-12),
    ("mean-of-means", "PyTorch"): (lambda names: [*names["a"].grad, *names["b"].grad], [1 / 4] * 4, 1e-12),
    ("clip-by-norm", "NumPy"): (lambda names: [*names["dw"], names["dv"]], [4, 6, 12], 1e-12),
    # PyTorch adds a millionth to the norm before it divides.
    ("clip-by-norm", "PyTorch"): (entries_and_number, [4, 6, 12], 1e-6),
    ("momentum", "NumPy"): (by_name("w"), 5.9, 1e-12),
    # A new optimizer begins without a velocity.
    ("momentum", "PyTorch"): (by_name("w"), 3.2, 1e-12),
    ("adam", "NumPy"): (by_name("w"), 5.7, 1e-8),
    ("adam", "PyTorch"): (by_name("w"), 5.7, 1e-8),
    ("adam-and-weight-decay", "NumPy"): (by_name("w"), 4.7, 1e-8),
    ("adam-and-weight-decay", "PyTorch"): (by_name("w"), 4.7, 1e-8),
    ("initialisation", "NumPy"): (lambda names: names["W"].std(), 1 / 16, 0.005),
    ("initialisation", "PyTorch"): (lambda names: names["W"].std(), 1 / 16, 0.005),
    ("loss-scaling", "NumPy"): (by_name("g"), 344 * 2.0**-34, 0),
    ("loss-scaling", "PyTorch"): (by_name("w"), 3.2, 1e-12),
    ("master-weights", "NumPy"): (by_name("w32"), 257, 0),
    ("master-weights", "PyTorch"): (lambda names: [names["w32"], names["w"]], [257, 256], 0),
    ("forward-mode", "NumPy"): (lambda names: [names["f"], names["fdot"]], [45, 183], 0),
    ("forward-mode", "PyTorch"): (lambda names: [names["f"], names["fdot"]], [45, 183], 0),
}


@pytest.mark.parametrize(("name", "library_name"), RESULTS)
def test_the_lines_give_the_figures_of_the_lesson(name: str, library_name: str) -> None:
    names: dict[str, Any]
    names = {"np": np, **numpy_names()[name]} if library_name == "NumPy" else {"torch": torch, **torch_names()[name]}
    execute(blocks_of(name)[library_name], names)
    result, expected, tolerance = RESULTS[name, library_name]
    with torch.no_grad():
        found = result(names)
        floats = [float(each) for each in found] if isinstance(found, list) else float(found)
    np.testing.assert_allclose(floats, expected, rtol=tolerance)


def test_every_exercise_ends_in_code() -> None:
    pack = next(pack for pack in library.all_packs() if pack.id == "training")
    for entry in pack.entries:
        text = pack.open(entry.id).after.texts["en"]
        assert "\nNumPy:\n" in text or (entry.id, "NumPy") in RESULTS or entry.id == "learning-rate-schedule", entry.id


def test_the_schedule_warms_up_and_cools_down() -> None:
    blocks = blocks_of("learning-rate-schedule")
    for k, expected in ((150, 0.00225), (1400, 0.0015), (1150, 0.003)):
        names: dict[str, Any] = {"np": np, "k": k}
        execute(blocks["NumPy"], names)
        assert names["lr"] == pytest.approx(expected)
    optimizer = torch.optim.SGD([parameter(5.0)], lr=0.006)
    names = {"opt": optimizer, **vars(torch.optim.lr_scheduler)}
    execute(blocks["PyTorch"], names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rates = [optimizer.param_groups[0]["lr"]]
        for _step in range(1900):
            names["lr"].step()
            rates.append(optimizer.param_groups[0]["lr"])
    assert [rates[150], rates[1400], rates[1900]] == pytest.approx([0.00225, 0.0015, 0], rel=1e-4, abs=1e-12)


@pytest.mark.parametrize("name", [*numpy_names(), "learning-rate-schedule"])
def test_both_languages_end_in_the_same_few_lines(name: str) -> None:
    blocks = blocks_of(name)
    assert blocks.keys() == {"NumPy", "PyTorch"}
    assert blocks_of(name, "ko") == blocks
    assert all(len(lines) <= MOST_LINES and max(map(len, lines)) <= WIDEST for lines in blocks.values())


def test_small_numbers_in_half_precision() -> None:
    for half in (np.float16, lambda value: torch.tensor(value).half().item()):
        assert half(2e-8) == 0
        assert half(1024 * 2e-8) == 344 * 2.0**-24
        assert half(2.0**-24) > 0
        assert half(2.0**-25) == 0
        assert half(65504.0) == 65504
    assert torch.tensor(3 * 65536.0).half() == np.inf


def test_steps_that_are_lost_in_bfloat16() -> None:
    def rounded(value: float) -> float:
        return float(torch.tensor(value).bfloat16())

    assert [rounded(value) for value in (257.0, 258.0, 255.0, 266.0)] == [256, 258, 255, 266]
    w, copy = torch.tensor(256.0, dtype=torch.bfloat16), torch.tensor(256.0)
    for _step in range(10):
        w, copy = w + 1, copy + 1
    assert (w.item(), copy.bfloat16().item()) == (256, 266)


def test_adam_drops_a_penalty_that_goes_through_its_moments() -> None:
    names = neuron(5, 3, 12)
    optimizer = torch.optim.Adam([names["w"]], lr=0.1, weight_decay=0.4)
    names["loss"].backward()
    optimizer.step()
    assert names["w"].item() == pytest.approx(4.9, rel=1e-8)


def test_momentum_in_the_form_of_pytorch() -> None:
    weight = parameter(5.0)
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    velocities = []
    for gradient in (-30.0, 18.0):
        weight.grad = to_tensor(gradient)
        optimizer.step()
        velocities.append(optimizer.state[weight]["momentum_buffer"].item())
    assert velocities == pytest.approx([-30, -9])
    for gradients, factor in (([7.0] * 300, 10), ([7.0, -7.0] * 150, -1 / 1.9)):
        optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
        for gradient in gradients:
            weight.grad = to_tensor(gradient)
            optimizer.step()
        assert optimizer.state[weight]["momentum_buffer"].item() == pytest.approx(7 * factor)


def test_where_the_nan_comes_from() -> None:
    def slope(function: Any) -> float:
        x = parameter(0.0)
        function(x).backward()
        return float(x.grad)

    assert np.isnan(slope(lambda x: torch.where(x > 0, x.sqrt(), 0.0)))
    assert slope(lambda x: torch.where(x > 0, torch.where(x > 0, x, 4.0).sqrt(), 0.0)) == 0
    assert np.isfinite(slope(lambda x: (x + 1e-8).sqrt()))
    assert np.isinf(slope(lambda x: x.sqrt() + 1e-8))
    assert np.isinf(slope(lambda x: x.sqrt().nan_to_num()))


@pytest.mark.parametrize(("factor", "left"), [(1, 0.5**10), (2, 1.0)])
def test_variance_through_ten_relu_layers(factor: int, left: float) -> None:
    rng, n = np.random.default_rng(3), 512
    ratios = []
    for _network in range(20):
        first = values = rng.normal(0, 1, n)
        for _layer in range(10):
            values = np.maximum(rng.normal(0, np.sqrt(factor / n), (n, n)) @ values, 0)
        ratios.append(np.mean(values**2) / np.mean(first**2))
    assert np.mean(ratios) == pytest.approx(left, rel=0.2)


def test_the_loop_and_its_derivative() -> None:
    x = parameter(np.log(2) - 0.3)
    z = to_tensor(0.6)
    assert torch.tanh(z / 2 + x).item() == pytest.approx(0.6)
    z = to_tensor(0.0)
    for _turn in range(200):
        z = torch.tanh(z / 2 + x)
    z.backward()
    assert z.item() == pytest.approx(0.6)
    assert x.grad.item() == pytest.approx(16 / 17)
    assert f"{16 / 17:.3f}" == "0.941"


def test_the_rounding_error_is_the_gradient_of_the_step() -> None:
    x, s = parameter(1.3), parameter(0.5)
    v = x / s
    (s * (v + (v.round() - v).detach())).backward(to_tensor(5))
    assert [x.grad.item(), s.grad.item()] == pytest.approx([5, 5 * (3 - 2.6)])
