"""The style `autograd`: a class `Value` that records a calculation and sends gradients back through it."""

from __future__ import annotations

import ast
import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tutor.coding.faults import ending_fault, error_fault, parse_source
from tutor.coding.mistakes import NOT_RESET, OVERWRITTEN, RECURSION, START_NOT_SET, WRONG_ORDER
from tutor.coding.sandbox import run_file
from tutor.coding.verdict import FileResult, GradientResult
from tutor.engine.builder import parse_graph
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.mistakes.equivalence import FloatProblem
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.wording import template_values
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tutor.coding.sandbox import Run
    from tutor.i18n import Message

CLASS = "Value"
#: The length of the chain on which a recursive `backward` fails.
CHAIN = 3_000
_NUM_GRAPHS = 30
#: In front of the purpose of a program in which an operation's result is multiplied by the last leaf.
_SCALED = "scaled "
_TOLERANCE = 1e-7

#: The operations to be written: the method, and the formula of a graph with one node, for its mistakes.
OPERATIONS: Mapping[str, tuple[str, str]] = {
    "add": ("__add__", "z = x + y"),
    "mul": ("__mul__", "z = x * y"),
    "pow": ("__pow__", "z = x^3"),
    "exp": ("exp", "z = exp(x)"),
    "tanh": ("tanh", "z = tanh(x)"),
    "relu": ("relu", "z = relu(x)"),
}

Order = Literal["right", "overwritten", "breadth-first", "every path"]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a program: its operands are earlier values; `power` is the exponent of pow."""

    op: str
    operands: tuple[int, ...]
    power: float = 0.0


@dataclass(frozen=True, slots=True)
class Program:
    """A calculation from leaves to its last value, and what it is there for."""

    purpose: str
    leaves: tuple[float, ...]
    steps: tuple[Step, ...]

    def data(self) -> Mapping[str, Any]:
        """Return the program as the process reads it."""
        return {"leaves": self.leaves, "steps": [[step.op, list(step.operands), step.power] for step in self.steps]}


def code() -> list[str]:
    """Return the lines of a new file below its head."""
    add = _(N_("add what comes back to each operand's grad"))
    walk = _(
        N_("Set all gradients on the way to 0 and this one to 1, then call _backward from the output to the leaves.")
    )
    lines = [
        "import math",
        "",
        "",
        f"class {CLASS}:",
        f'    """{_(N_("A number that remembers how it was computed."))}"""',
        "",
        "    def __init__(self, data, parents=()):",
        "        self.data = data",
        "        self.grad = 0.0",
        "        self._parents = parents",
        "        self._backward = lambda: None",
    ]
    for method, arguments, value, parents in (
        ("__add__", "self, other", "self.data + other.data", "self, other"),
        ("__mul__", "self, other", "self.data * other.data", "self, other"),
        ("__pow__", "self, exponent", "self.data ** exponent", "self,"),
        ("exp", "self", "math.exp(self.data)", "self,"),
        ("tanh", "self", "math.tanh(self.data)", "self,"),
        ("relu", "self", "max(self.data, 0.0)", "self,"),
    ):
        wrap = ["        other = other if isinstance(other, Value) else Value(other)"] if "other" in arguments else []
        lines += [
            "",
            f"    def {method}({arguments}):",
            *wrap,
            f"        out = Value({value}, ({parents}))",
            "",
            "        def _backward():",
            f"            ...  # {add}",
            "",
            "        out._backward = _backward",
            "        return out",
        ]
    return [
        *lines,
        "",
        "    def backward(self):",
        f"        # {walk}",
        "        ...",
    ]


def judge_autograd(path: Path) -> FileResult:
    """Run a learner's class on small and random graphs, and tell what fails apart. Raise OSError."""
    source = path.read_text(encoding="utf-8-sig", errors="replace")
    programs = _programs()
    run = run_file(path, {"autograd": CLASS, "programs": [program.data() for program in programs], "chain": CHAIN})
    methods = _methods(source)
    lines = {method.name: method.lineno for method in methods}
    fault = _fault(run, source)
    sent = {event.get("at"): event for event in run.events if event["event"] == "graph"}
    open_lines = _open_lines(methods)
    results = [_judge_operation(op, programs, sent, lines, open_lines) for op in OPERATIONS]
    blocked = any(result.verdict != "right" for result in results)
    results += _judge_walk(programs, sent, lines.get("backward"), open_lines, run, blocked=blocked)
    text, line = fault or (None, None)
    return FileResult(tuple(results), text, line, run.output)


# --- programs ---


def _programs() -> list[Program]:
    source = random.Random(CLASS)
    programs = []
    for op, (_method, formula) in OPERATIONS.items():
        for _number in range(4):
            leaves = [round(source.uniform(0.3, 2.2), 2) for _leaf in range(2 if "y" in formula else 1)]
            if op == "relu" and _number % 2:
                leaves = [-leaf for leaf in leaves]
            step, factor = Step(op, tuple(range(len(leaves))), 3.0), round(source.uniform(1.3, 2.9), 2)
            programs.append(Program(op, tuple(leaves), (step,)))
            # Only an upstream other than 1 shows whether it is used.
            times = Step("mul", (len(leaves) + 1, len(leaves)))
            programs.append(Program(_SCALED + op, (*leaves, factor), (step, times)))
    x = (1.5, 0.7)
    programs += [
        Program("used again", x, (Step("mul", (0, 0)), Step("add", (2, 0)))),
        Program("used again", x, (Step("mul", (0, 1)), Step("mul", (2, 0)), Step("mul", (3, 0)))),
        Program("diamond", x, (Step("add", (0, 1)), Step("exp", (2,)), Step("mul", (2, 3)), Step("add", (4, 2)))),
        Program("diamond", x, (Step("mul", (0, 1)), Step("tanh", (2,)), Step("add", (2, 3)), Step("mul", (4, 3)))),
    ]
    return programs + [_random_program(source) for _number in range(_NUM_GRAPHS)]


def _random_program(source: random.Random) -> Program:
    leaves = tuple(round(source.uniform(0.3, 1.4), 2) for _leaf in range(source.randint(2, 4)))
    steps: list[Step] = []
    for _step in range(source.randint(4, 10)):
        op = source.choice(("add", "add", "mul", "mul", "tanh", "relu", "pow", "exp"))
        # Exponentials of exponentials would overflow.
        if op == "exp" and any(step.op == "exp" for step in steps):
            op = "tanh"
        most = len(leaves) + len(steps)
        recent = [most - 1 if steps else source.randrange(most), source.randrange(most)]
        operands = tuple(recent[: 2 if op in ("add", "mul") else 1])
        steps.append(Step(op, operands, source.choice((2.0, 3.0))))
    return Program("graphs", leaves, tuple(steps))


# --- what is right, and what typical faults give ---


def gradients(program: Program, order: Order = "right") -> list[float]:
    """Return the gradients of the leaves; of a wrong order of the walk, what that gives."""
    values = list(program.leaves)
    for step in program.steps:
        values.append(_forward(step, [values[operand] for operand in step.operands]))
    count = len(program.leaves)
    grads = [0.0] * len(values)
    grads[-1] = 1.0

    def send(position: int) -> None:
        step = program.steps[position - count]
        operands = [values[operand] for operand in step.operands]
        for slot, operand in enumerate(step.operands):
            part = grads[position] * _slope(step, operands, values[position], slot)
            grads[operand] = part if order == "overwritten" else grads[operand] + part

    if order == "every path":
        _send_along_every_path(len(values) - 1, program, send)
    else:
        for position in _visits(program, order):
            send(position)
    return grads[:count]


def _send_along_every_path(position: int, program: Program, send: Callable[[int], None]) -> None:
    count = len(program.leaves)
    if position >= count:
        send(position)
        for operand in program.steps[position - count].operands:
            _send_along_every_path(operand, program, send)


def _visits(program: Program, order: Order) -> list[int]:
    """Return the operations in the order in which they send: from the last to the first, or breadth first."""
    count, last = len(program.leaves), len(program.leaves) + len(program.steps) - 1
    if order != "breadth-first":
        reached = {last}
        for position in range(last, count - 1, -1):
            if position in reached:
                reached.update(program.steps[position - count].operands)
        return [position for position in range(last, count - 1, -1) if position in reached]
    queue, seen = [last], {last}
    for position in queue:
        for operand in program.steps[position - count].operands if position >= count else ():
            if operand not in seen:
                seen.add(operand)
                queue.append(operand)
    return [position for position in queue if position >= count]


def _forward(step: Step, operands: Sequence[float]) -> float:
    x = operands[0]
    match step.op:
        case "add":
            return x + operands[1]
        case "mul":
            return x * operands[1]
        case "pow":
            return float(x**step.power)
        case "exp":
            return math.exp(x)
        case "tanh":
            return math.tanh(x)
        case _:
            return max(x, 0.0)


def _slope(step: Step, operands: Sequence[float], value: float, slot: int) -> float:
    match step.op:
        case "add":
            return 1.0
        case "mul":
            return operands[1 - slot]
        case "pow":
            return float(step.power * operands[0] ** (step.power - 1))
        case "exp":
            return value
        case "tanh":
            return 1 - value**2
        case _:
            return float(operands[0] > 0)


# --- verdicts ---


def _is_right(sent: Mapping[str, Any] | None, expected: Sequence[float]) -> bool:
    return _has_grads(sent, "grads", expected)


def _has_grads(sent: Mapping[str, Any] | None, key: str, expected: Sequence[float]) -> bool:
    grads = sent.get(key) if sent is not None else None
    if not isinstance(grads, list) or len(grads) != len(expected):
        return False
    return all(
        isinstance(grad, int | float) and (is_close(grad, right, _TOLERANCE) or abs(grad - right) < 1e-9)
        for grad, right in zip(grads, expected, strict=True)
    )


_NOT_WRITTEN = N_("The rule of {name} is not written yet.")
_WRONG_RULE = N_("The rule of {name} doesn't give the right gradient.")
_WALK_NOT_WRITTEN = N_("backward() is not written yet.")
_UNKNOWN = N_("The code did not come this far.")
_WRONG_WALK = N_("The gradients are wrong in graphs where a value is used more than once.")


def _judge_operation(
    op: str,
    programs: Sequence[Program],
    sent: Mapping[Any, Mapping[str, Any]],
    lines: Mapping[str, int],
    open_lines: Mapping[str, int],
) -> GradientResult:
    """Judge the rule of one operation on graphs with nothing else."""
    method, formula = OPERATIONS[op]
    line = lines.get(method)
    trials = [(program, sent.get(at)) for at, program in enumerate(programs) if program.purpose == op]
    if method in open_lines:
        text = message(_NOT_WRITTEN, name=method)
        return GradientResult(method, "missing", message=text, line=open_lines[method])
    if any(result is None for _program, result in trials):
        return _unknown(method, line)
    if all(_is_right(result, gradients(program)) for program, result in trials):
        scaled = [(program, sent.get(at)) for at, program in enumerate(programs) if program.purpose == _SCALED + op]
        times = [(program, sent.get(at)) for at, program in enumerate(programs) if program.purpose == "mul"]
        can_scale = all(_is_right(result, gradients(program)) for program, result in times)
        mistake = _rule_mistake(formula, scaled) if can_scale else None
        if mistake is not None:
            return GradientResult(method, "wrong", mistake[0], mistake[1], mistake[2], line)
        return GradientResult(method, "right", line=line)
    if all(_has_grads(result, "grads", [0.0] * len(program.leaves)) for program, result in trials):
        # Nothing arrives: that is for the walk to explain.
        return _unknown(method, line)
    mistake = _rule_mistake(formula, trials)
    if mistake is not None:
        return GradientResult(method, "wrong", mistake[0], mistake[1], mistake[2], line)
    return GradientResult(method, "wrong", message=message(_WRONG_RULE, name=method), line=line)


def _rule_mistake(
    formula: str, trials: Sequence[tuple[Program, Mapping[str, Any] | None]]
) -> tuple[str, bool, Message] | None:
    """Return the mistake of the catalogue that an operation's gradients show on all numbers."""
    names = "xy" if "y" in formula else "x"
    for slot, name in enumerate(names):
        common: list[str] | None = None
        first: Message | None = None
        for program, result in trials:
            inputs = dict(zip(names, program.leaves, strict=False))
            start = program.leaves[-1] if program.purpose.startswith(_SCALED) else 1.0
            problem = FloatProblem(parse_graph(formula, inputs), inputs, start)
            place = problem.place(name)
            grads = result.get("grads") if result is not None else None
            if not isinstance(grads, list) or not isinstance(grads[slot], int | float):
                return None
            if is_close(grads[slot], problem.truth(place), _TOLERANCE):
                continue
            found = [
                candidate
                for candidate in candidates_at(problem, place)
                if isinstance(candidate.value, float | int) and is_close(candidate.value, grads[slot], _TOLERANCE)
            ]
            ids = [candidate.id for candidate in found]
            common = ids if common is None else [each for each in common if each in ids]
            if not common:
                break
            if first is None:
                first = found[0].feedback(template_values(problem, place, f"{grads[slot]:g}"))
        if common and first is not None:
            return common[0], len(set(common)) == 1, first
    return None


def _judge_walk(
    programs: Sequence[Program],
    sent: Mapping[Any, Mapping[str, Any]],
    line: int | None,
    open_lines: Mapping[str, int],
    run: Run,
    *,
    blocked: bool,
) -> list[GradientResult]:
    """Judge `backward`: the start, sums, the order, a long chain, a second call."""
    names = ("start", "sums", "order", "chain", "again")
    if "backward" in open_lines:
        text = message(_WALK_NOT_WRITTEN)
        return [GradientResult(name, "missing", message=text, line=open_lines["backward"]) for name in names]
    trials = [(program, sent.get(at)) for at, program in enumerate(programs)]
    done = [(program, result) for program, result in trials if result is not None]
    nothing = done and all(
        _has_grads(result, "grads", [0.0] * len(program.leaves)) for program, result in done if len(program.steps) == 1
    )
    if nothing:
        first = GradientResult("start", "wrong", START_NOT_SET.id, True, message(START_NOT_SET.feedback), line)
        rest = [_unknown(name, line) for name in names[1:]]
        return [first, *rest]
    results = [GradientResult("start", "right" if done else "unknown", line=line)]
    results += _judge_sharing(trials, line, blocked=blocked)
    results.append(_judge_chain(run, line))
    again = [(program, result) for program, result in done if program.purpose in ("used again", "diamond")]
    is_reset = bool(again) and all(_has_grads(result, "again", result.get("grads", ())) for _program, result in again)
    if is_reset or not again:
        results.append(GradientResult("again", "right" if is_reset else "unknown", line=line))
    else:
        results.append(GradientResult("again", "wrong", NOT_RESET.id, True, message(NOT_RESET.feedback), line))
    return results


def _judge_sharing(
    trials: Sequence[tuple[Program, Mapping[str, Any] | None]], line: int | None, *, blocked: bool
) -> list[GradientResult]:
    shared = [(program, result) for program, result in trials if len(program.steps) > 1]
    if all(_is_right(result, gradients(program)) for program, result in shared):
        return [GradientResult("sums", "right", line=line), GradientResult("order", "right", line=line)]
    if blocked or any(result is None for _program, result in shared):
        return [_unknown(name, line) for name in ("sums", "order")]
    if all(_is_right(result, gradients(program, "overwritten")) for program, result in shared):
        text = message(OVERWRITTEN.feedback)
        return [GradientResult("sums", "wrong", OVERWRITTEN.id, True, text, line), _unknown("order", line)]
    simple = [(program, result) for program, result in shared if program.purpose == "used again"]
    sums_right = all(_is_right(result, gradients(program)) for program, result in simple)
    sums = GradientResult("sums", "right" if sums_right else "unknown", line=line)
    for order in ("breadth-first", "every path"):
        if all(_is_right(result, gradients(program, order)) for program, result in shared):
            return [sums, GradientResult("order", "wrong", WRONG_ORDER.id, True, message(WRONG_ORDER.feedback), line)]
    if sums_right:
        return [sums, GradientResult("order", "wrong", WRONG_ORDER.id, False, message(WRONG_ORDER.feedback), line)]
    return [GradientResult("sums", "wrong", message=message(_WRONG_WALK), line=line), _unknown("order", line)]


def _unknown(name: str, line: int | None) -> GradientResult:
    return GradientResult(name, "unknown", message=message(_UNKNOWN), line=line)


def _judge_chain(run: Run, line: int | None) -> GradientResult:
    event = next((event for event in run.events if event["event"] == "chain"), None)
    if event is None:
        return _unknown("chain", line)
    if event.get("recursion"):
        return GradientResult("chain", "wrong", RECURSION.id, True, message(RECURSION.feedback, n=CHAIN), line)
    # A chain of sums passes the start on.
    right = isinstance(event.get("grad"), int | float) and is_close(event["grad"], 1.0, _TOLERANCE)
    return GradientResult("chain", "right" if right else "unknown", line=line)


# --- the file ---


def _fault(run: Run, source: str) -> tuple[Message, int | None] | None:
    if run.ending != "done":
        return ending_fault(run), None
    error = next((event for event in run.events if event["event"] == "error"), None)
    if error is not None:
        return error_fault(error.get("error"), source)
    if any(event["event"] == "no entry" for event in run.events):
        return message(N_("There is no class {name} in this file any more."), name=CLASS), None
    return None


def _methods(source: str) -> list[ast.FunctionDef]:
    tree = parse_source(source)
    if tree is None:
        return []
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == CLASS]
    return [node for each in classes for node in each.body if isinstance(node, ast.FunctionDef)]


def _open_lines(methods: Sequence[ast.FunctionDef]) -> dict[str, int]:
    """Return the line of a ... that is left in each method."""
    lines = {}
    for method in methods:
        for node in ast.walk(method):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...:
                lines[method.name] = node.lineno
    return lines
