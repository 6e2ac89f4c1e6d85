"""The style `training`: a network of two layers, judged by its gradients and its updates, and trained on XOR."""

from __future__ import annotations

import ast
import random
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
from tutor.coding.arrays import SentValue, input_argument, is_equal, to_argument, to_array
from tutor.coding.faults import error_fault
from tutor.coding.judge import judge_run
from tutor.coding.layer_task import ClassTask, LayerForm
from tutor.coding.mistakes import NO_RATE, SAME_PARAMETERS, UPHILL
from tutor.coding.part_texts import PartText
from tutor.coding.sandbox import run_file
from tutor.coding.source import parse_source
from tutor.coding.styles import TaskStyle
from tutor.coding.variants import Trial
from tutor.coding.verdict import FileResult, GradientResult
from tutor.engine.builder import parse_graph
from tutor.grading.mistakes.equivalence import FloatProblem
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tutor.coding.part_texts import CodeHint
    from tutor.coding.sandbox import Run
    from tutor.coding.task import AskedValue, Task

_CLASS = "Network"
_GRAPH = "H = tanh(X @ W1 + b1); Y = sigmoid(H @ W2 + b2)"
_PARAMETERS = ("W1", "b1", "W2", "b2")
#: Rows, inputs, hidden neurons and outputs, XOR's first.
_SIZES = ((4, 2, 3, 1), (3, 3, 2, 2), (1, 2, 4, 1))
#: XOR, and the numbers with which it is learnt.
_INPUTS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
_TARGETS = ((0.0,), (1.0,), (1.0,), (0.0,))
_RATE, _STEPS, _EVERY = 0.8, 600, 6
#: The loss below which XOR is learnt: every output is on its own side of ½.
_LEARNT = 0.02

_TITLE = N_("Two layers: H = tanh(X @ W1 + b1), Y = sigmoid(H @ W2 + b2).")
_RETURN_OUTPUT = N_("Return Y, and store what backward needs.")
_KEEP = N_("Store the gradients of the parameters. Return nothing, because X is data.")
_MOVE = N_("Update W1, b1, W2 and b2 by one step of gradient descent.")
_NOT_WRITTEN = N_("You haven't written {name} yet.")
_NOT_REACHED = N_("The code didn't get this far.")
_WAITS = N_("This is checked once the gradients are right.")
_AFTER_UPDATE = N_("This is checked once the update is right.")
_WRONG_UPDATE = N_("These parameters aren't right after one update: {names}.")
_STILL_HIGH = N_("After {n} updates the loss is {loss}. It should be below {limit}.")

PARTS: Mapping[str, PartText] = {
    "update": PartText(
        N_("one step of gradient descent"),
        (
            N_("In which direction does the loss fall, along the gradient or against it?"),
            N_("Each parameter changes by its own gradient times the learning rate."),
            N_("The new value is the old one minus rate times the gradient. Change the attributes that forward reads."),
            N_(
                "With W = 3, dW = 2 and rate = 0.1, the new W is 2.8. All four parameters change, not only the weights."
            ),
        ),
    ),
    "loss": PartText(
        N_("the network learns XOR"),
        (
            N_("Does the loss of your network fall at all, or does it stay at 0.25?"),
            N_("A network that outputs ½ for every input has a loss of 0.25. It hasn't learnt anything yet."),
            N_("Each update needs new gradients. Run forward, backward and update, then repeat all three."),
            N_("If the gradients and the update are right, the loss falls below 0.02 within 600 updates."),
        ),
    ),
}


class TrainingTask(ClassTask):
    """The class of a network, whose forward pass is written by the learner, too."""

    def __init__(self) -> None:
        super().__init__(
            LayerForm(
                _CLASS,
                _(_TITLE),
                {name: name for name in _PARAMETERS},
                {"X": "X"},
                (),
                {name: f"d{name}" for name in _PARAMETERS},
                ("Y", "Y"),
                "dY",
                (),
            )
        )

    @property
    def problem(self) -> FloatProblem:
        return self._problems[0]

    @cached_property
    def _problems(self) -> Sequence[FloatProblem]:
        """Two problems for each size, with the same parameters."""
        return [_make_problem(number, turn) for number in range(len(_SIZES)) for turn in range(2)]

    def trials(self) -> Sequence[Trial]:
        return [
            Trial(problem, number > 1, number % 2 == 1, number == 0) for number, problem in enumerate(self._problems)
        ]

    @cached_property
    def values(self) -> tuple[AskedValue, ...]:
        """The output, then the gradients in backward order."""
        output, w1, b1, w2, b2 = super().values
        return output, w2, b2, w1, b1

    def code(self) -> list[str]:
        parameters = ", ".join(_PARAMETERS)
        gradients = ("dW2", "db2", "dW1", "db1")
        return [
            "import numpy as np",
            "",
            "",
            f"class {_CLASS}:",
            f'    """{_(_TITLE)}"""',
            "",
            f"    def __init__(self, {parameters}):",
            *(f"        self.{name} = {name}" for name in _PARAMETERS),
            "",
            "    def forward(self, X):",
            f"        # {_(_RETURN_OUTPUT)}",
            "        Y = ...",
            "        return Y",
            "",
            "    def backward(self, dY):",
            f"        # {_(_KEEP)}",
            *(f"        self.{name} = ..." for name in gradients),
            "",
            "    def update(self, rate):",
            f"        # {_(_MOVE)}",
            "        ...",
        ]

    def job(self, trials: Sequence[Trial]) -> Mapping[str, Any]:
        job = super().job(trials)
        first = _make_problem(0, 0)
        plan = {
            "init": [input_argument(first, name) for name in _PARAMETERS],
            "inputs": to_argument(np.array(_INPUTS), (4, 2)),
            "targets": to_argument(np.array(_TARGETS), (4, 1)),
            "parameters": _PARAMETERS,
            "rate": _RATE,
            "steps": _STEPS,
            "every": _EVERY,
        }
        return {**job, "train": plan}


def _make_problem(number: int, turn: int) -> FloatProblem:
    rows, width, hidden, outputs = _SIZES[number]
    source = random.Random(f"xor:{number + 1}")
    shapes = {"W1": (width, hidden), "b1": (1, hidden), "W2": (hidden, outputs), "b2": (1, outputs)}
    inputs: dict[str, Any] = {}
    for name, shape in shapes.items():
        array = _random_array(source, shape)
        inputs[name] = ops.as_vector(array) if name.startswith("b") else array
    source = random.Random(f"xor:{number + 1}:{turn}")
    inputs["X"] = _random_array(source, (rows, width))
    start = _random_array(source, (rows, outputs))
    graph = parse_graph(_GRAPH, inputs)
    return FloatProblem(graph, inputs, start, _PARAMETERS, forward=("Y",))


def _random_array(source: random.Random, shape: tuple[int, int]) -> NDArray[np.float64]:
    cells = [
        [round(source.uniform(0.3, 1.6), 1) * source.choice((-1, 1)) for _ in range(shape[1])] for _ in range(shape[0])
    ]
    return np.array(cells)


class TrainingStyle(TaskStyle):
    """The gradients of a network, its update, and the loss while it is trained."""

    def __init__(self) -> None:
        super().__init__(TrainingTask())

    @property
    def part_names(self) -> Sequence[str]:
        return [*super().part_names, *PARTS]

    def judge(self, path: Path) -> FileResult:
        source = path.read_text(encoding="utf-8-sig", errors="replace")
        trials = self.task.trials()
        run = run_file(path, self.task.job(trials))
        return _with_training(self.task, run, source, trials)

    def describe(self, name: str) -> str:
        return str(message(PARTS[name].about)) if name in PARTS else super().describe(name)

    def hint(self, name: str, rung: int) -> CodeHint:
        return PARTS[name].hint(name, rung) if name in PARTS else super().hint(name, rung)

    def place_and_rule(self, name: str) -> tuple[str, str]:
        return ("", "") if name in PARTS else super().place_and_rule(name)


def _with_training(task: Task, run: Run, source: str, trials: Sequence[Trial]) -> FileResult:
    """Return the verdicts on the gradients, and those on the update and the loss."""
    trained = [
        event for event in run.events if event["event"] in ("output", "updated") or event.get("at") == "training"
    ]
    events = [event for event in run.events if event not in trained]
    error = next((event.get("error") for event in trained if event["event"] == "error"), None)
    if error is not None:
        events.append({"event": "done"})
    result = judge_run(task, replace(run, events=tuple(events)), source, trials)
    losses = tuple(_losses(trained))
    line = _update_line(source)
    if result.fault is not None or any(each.verdict != "right" for each in result.results):
        waiting = [GradientResult(name, "unknown", message=message(_WAITS), line=line[0]) for name in PARTS]
        return replace(result, results=(*result.results, *waiting), losses=losses)
    update = _judge_update(trained, *line)
    results = (*result.results, update, _judge_loss(losses, line[0], is_right=update.verdict == "right"))
    text, number = error_fault(error, source) if error is not None else (None, None)
    return replace(result, results=results, losses=losses, fault=text, fault_line=number)


def _losses(trained: Sequence[Mapping[str, Any]]) -> Iterator[float]:
    """Yield the loss at each output that was sent, up to the first that is not a number."""
    for event in trained:
        value = SentValue.from_data(event.get("value")) if event["event"] == "output" else None
        if value is None:
            continue
        if value.array is None or value.array.shape != (4, 1) or not np.isfinite(value.array).all():
            return
        yield float(((value.array - np.array(_TARGETS)) ** 2).mean())


def _judge_update(trained: Sequence[Mapping[str, Any]], line: int | None, open_line: int | None) -> GradientResult:
    if open_line is not None:
        return GradientResult("update", "missing", message=message(_NOT_WRITTEN, name="update"), line=open_line)
    event = next((event for event in trained if event["event"] == "updated"), None)
    if event is None:
        return GradientResult("update", "unknown", message=message(_NOT_REACHED), line=line)
    data = event.get("values")
    sent = {name: SentValue.from_data(data.get(name) if isinstance(data, dict) else None) for name in _PARAMETERS}
    before, gradients = _first_update()
    right = {name: before[name] - _RATE * gradients[name] for name in _PARAMETERS}
    wrong = [name for name in _PARAMETERS if not is_equal(sent[name], right[name])]
    if not wrong:
        return GradientResult("update", "right", line=line)
    unchanged = [name for name in wrong if is_equal(sent[name], before[name])]
    if unchanged:
        text = message(SAME_PARAMETERS.feedback, names=", ".join(unchanged))
        return GradientResult("update", "wrong", SAME_PARAMETERS.id, True, text, line)
    for mistake, factor in ((UPHILL, _RATE), (UPHILL, 1.0), (NO_RATE, -1.0)):
        if all(is_equal(sent[name], before[name] + factor * gradients[name]) for name in wrong):
            return GradientResult("update", "wrong", mistake.id, True, message(mistake.feedback), line)
    return GradientResult("update", "wrong", message=message(_WRONG_UPDATE, names=", ".join(wrong)), line=line)


def _judge_loss(losses: Sequence[float], line: int | None, *, is_right: bool) -> GradientResult:
    if not is_right:
        return GradientResult("loss", "unknown", message=message(_AFTER_UPDATE), line=line)
    if losses and losses[-1] < _LEARNT and len(losses) > _STEPS // _EVERY:
        return GradientResult("loss", "right", line=line)
    shown = f"{losses[-1]:.3f}" if losses else "?"
    return GradientResult("loss", "wrong", message=message(_STILL_HIGH, n=_STEPS, loss=shown, limit=_LEARNT), line=line)


def _first_update() -> tuple[Mapping[str, NDArray[np.float64]], Mapping[str, NDArray[np.float64]]]:
    """Return the parameters before training, and their gradients in the first pass over XOR."""
    first = _make_problem(0, 0)
    inputs = {**first.inputs, "X": np.array(_INPUTS)}
    outputs = FloatProblem(first.graph, inputs, first.start, _PARAMETERS, forward=("Y",))
    out = np.asarray(outputs.truth(outputs.forward_blanks[0]), dtype=float)
    problem = FloatProblem(first.graph, inputs, 2 * (out - np.array(_TARGETS)) / 4, _PARAMETERS)
    places = {name: problem.place(name) for name in _PARAMETERS}
    before = {name: to_array(inputs[name], places[name].shape) for name in _PARAMETERS}
    return before, {name: to_array(problem.truth(place), place.shape) for name, place in places.items()}


def _update_line(source: str) -> tuple[int | None, int | None]:
    """Return the line of `update`, and that of a ... left in it."""
    tree = parse_source(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.FunctionDef) and node.name == "update":
            left = [each.lineno for each in ast.walk(node) if isinstance(each, ast.Constant) and each.value is ...]
            return node.lineno, (left[-1] if left else None)
    return None, None
