"""The style `gradient-check`: a numerical gradient and the comparison with it, tried on functions that stay hidden."""

from __future__ import annotations

import ast
import math
import random
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.coding import check_diagnosis as diagnosis
from tutor.coding.check_texts import CHECK_PARTS
from tutor.coding.faults import ending_fault, error_fault
from tutor.coding.mistakes import ABSOLUTE, EXACT, ZERO
from tutor.coding.sandbox import run_file
from tutor.coding.source import parse_source
from tutor.coding.verdict import FileResult, GradientResult
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tutor.coding.part_texts import CodeHint
    from tutor.coding.sandbox import Run
    from tutor.i18n import Message

NUMERICAL, AGREES = "numerical_gradient", "agrees"
#: The shapes of the points at which functions are differentiated. All entries are of ordinary size.
_SHAPES = ((3,), (5,), (1,), (2, 3), (3, 2), (1, 4))
#: How large the functions are with which a comparison is tried.
_SMALL, _LARGE = 1e-6, 1e6

_NUMERICAL_TITLE = N_("Return the gradient of f at x. f takes an array like x and returns a number.")
_NUMERICAL_TASK = N_("Change this entry a little in both directions. How much does f change per unit of x?")
_AGREES_TITLE = N_("Return True if gradient(x) is the gradient of f at x, and False if it is not.")
_AGREES_TASK = N_("How large is the difference from the numerical gradient, relative to the gradients themselves?")
_NO_FUNCTION = N_("This file no longer has the function {name}.")
_NOT_WRITTEN = N_("You haven't written {name} yet.")
_NOT_REACHED = N_("The code didn't get this far.")
_REFUSED = N_("agrees rejects a right gradient. How exact can a numerical gradient be?")
_ACCEPTED = N_("agrees accepts a wrong gradient: {fault}. How does this error show in your comparison?")
_FAULTS = (
    N_("one with the opposite sign"),
    N_("one that is twice as large as it should be"),
    N_("one with a single entry that is 5% too large"),
    N_("one with two wrong entries whose errors cancel"),
)
_NOT_BOOLEAN = N_("agrees must return True or False, but it returned a value of type {kind}.")


@dataclass(frozen=True)
class HiddenFunction:
    """The function scale · Σ (a sin x + b x² + c x x′), where x′ is the next entry, and a point."""

    shape: tuple[int, ...]
    point: tuple[float, ...]
    a: tuple[float, ...]
    b: tuple[float, ...]
    c: tuple[float, ...]
    scale: float = 1.0

    @cached_property
    def gradient(self) -> NDArray[np.float64]:
        """The gradient at the point."""
        x = self.point
        cells = [a * math.cos(cell) + 2 * b * cell for a, b, cell in zip(self.a, self.b, x, strict=True)]
        for at, c in enumerate(self.c):
            cells[at] += c * x[at + 1]
            cells[at + 1] += c * x[at]
        return self.scale * np.array(cells).reshape(self.shape)

    def data(self) -> Mapping[str, Any]:
        """Return the function as the process reads it."""
        coefficients = {"a": self.a, "b": self.b, "c": self.c, "scale": self.scale}
        return {"shape": self.shape, "entries": self.point, **coefficients}


@dataclass(frozen=True)
class Claim:
    """A gradient that is claimed for a function: is it right? `part` is the part of the file that it is about."""

    function: int
    gradient: NDArray[np.float64]
    right: bool
    part: str
    is_zero: bool = False
    fault: int = 0


class GradientCheckStyle:
    """Two functions: a numerical gradient, and whether a gradient agrees with it."""

    @property
    def part_names(self) -> Sequence[str]:
        return list(CHECK_PARTS)

    def code(self) -> list[str]:
        return [
            "import numpy as np",
            "",
            "",
            f"def {NUMERICAL}(f, x):",
            f'    """{_(_NUMERICAL_TITLE)}"""',
            "    gradient = np.zeros_like(x)",
            "    for index in np.ndindex(x.shape):",
            f"        # {_(_NUMERICAL_TASK)}",
            "        gradient[index] = ...",
            "    return gradient",
            "",
            "",
            f"def {AGREES}(f, gradient, x):",
            f'    """{_(_AGREES_TITLE)}"""',
            f"    # {_(_AGREES_TASK)}",
            "    return ...",
        ]

    def judge(self, path: Path) -> FileResult:
        source = path.read_text(encoding="utf-8-sig", errors="replace")
        functions, claims = _functions(), _claims()
        run = run_file(
            path,
            {
                "check": [NUMERICAL, AGREES],
                "functions": [function.data() for function in functions],
                "claims": [
                    {"function": claim.function, "gradient": claim.gradient.ravel().tolist()} for claim in claims
                ],
            },
        )
        return _judge_run(run, source, functions, claims)

    def describe(self, name: str) -> str:
        return str(message(CHECK_PARTS[name].about))

    def hint(self, name: str, rung: int) -> CodeHint:
        return CHECK_PARTS[name].hint(name, rung)

    def place_and_rule(self, name: str) -> tuple[str, str]:
        return "", CHECK_PARTS[name].rule

    def rules_of(self, names: Sequence[str]) -> Sequence[str]:
        return sorted({rule for name in names if (rule := CHECK_PARTS[name].rule)})


# --- functions and claims ---


def _functions() -> list[HiddenFunction]:
    """Return the functions to differentiate, then those for claims: ordinary, small, large, with a gradient of 0."""
    functions = [_random_function(shape, 1.0, f"{number}") for number, shape in enumerate(_SHAPES)]
    functions += [_random_function((2, 2), scale, f"claim {scale}") for scale in (1.0, _SMALL, _LARGE)]
    zeros = (0.0,) * 3
    return [*functions, HiddenFunction((3,), zeros, zeros, (1.0, 0.5, 2.0), (0.5, 0.3))]


def _random_function(shape: tuple[int, ...], scale: float, seed: str) -> HiddenFunction:
    source = random.Random(f"gradient-check:{seed}")
    count = math.prod(shape)

    def draw(low: float, high: float, number: int) -> tuple[float, ...]:
        return tuple(round(source.uniform(low, high), 2) for _entry in range(number))

    return HiddenFunction(
        shape, draw(0.3, 1.4, count), draw(0.5, 1.5, count), draw(0.5, 1.5, count), draw(0.2, 0.8, count - 1), scale
    )


def _claims() -> list[Claim]:
    functions = _functions()
    first = len(_SHAPES)
    claims = [Claim(each, functions[each].gradient, True, "accepted") for each in (0, 3, first)]
    claims.append(Claim(first + 3, functions[first + 3].gradient, True, "accepted", is_zero=True))
    for each in (0, 3, first):
        wrong_ones = _wrong(functions[each].gradient)
        claims += [Claim(each, wrong, False, "refused", fault=number) for number, wrong in enumerate(wrong_ones)]
    for each in (first + 1, first + 2):
        right = functions[each].gradient
        claims += [Claim(each, right, True, "scale"), *(Claim(each, wrong, False, "scale") for wrong in _wrong(right))]
    return claims


def _wrong(right: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return wrong gradients: the sign, a factor, one entry off by 5 %, two entries whose errors cancel."""
    one, two = right.copy(), right.copy()
    one.flat[0] *= 1.05
    two.flat[0] += 0.3 * abs(right.flat[0])
    two.flat[1] -= 0.3 * abs(right.flat[0])
    return [-right, 2 * right, one, two]


# --- verdicts ---


def _judge_run(run: Run, source: str, functions: Sequence[HiddenFunction], claims: Sequence[Claim]) -> FileResult:
    lines, is_open = _function_lines(source)
    fault, fault_line = _fault(run, source)
    trials = [
        diagnosis.CheckTrial.from_event(event, function.gradient, function.point)
        for event, function in zip(
            (event for event in run.events if event["event"] == "gradient"), functions[: len(_SHAPES)], strict=False
        )
    ]
    answers = {
        event["at"]: event for event in run.events if event["event"] == "claim" and isinstance(event.get("at"), int)
    }
    results = diagnosis.judge_numerical(trials, len(_SHAPES), lines.get(NUMERICAL))
    results += _judge_claims(claims, answers, lines.get(AGREES))
    for number, result in enumerate(results):
        function = NUMERICAL if number < len(diagnosis.NUMERICAL_PARTS) else AGREES
        if function in is_open:
            text = message(_NOT_WRITTEN, name=function)
            results[number] = GradientResult(result.name, "missing", message=text, line=is_open[function])
    is_numerical_wrong = any(each.verdict == "wrong" for each in results[: len(diagnosis.NUMERICAL_PARTS)])
    if is_open or (is_numerical_wrong and _stopped_at_claim(run)):
        # What is left open, or a gradient that can't be compared, stops the code: there is no other fault.
        fault = fault_line = None
    return FileResult(tuple(results), fault, fault_line, run.output)


def _fault(run: Run, source: str) -> tuple[Message | None, int | None]:
    if run.ending != "done":
        return ending_fault(run), None
    error = next((event for event in run.events if event["event"] == "error"), None)
    if error is not None:
        return error_fault(error.get("error"), source)
    missing = next((event for event in run.events if event["event"] == "no entry"), None)
    if missing is not None:
        return message(_NO_FUNCTION, name=str(missing.get("name", "?"))), None
    return None, None


def _stopped_at_claim(run: Run) -> bool:
    """Return whether the code stopped where gradients are compared, which a wrong numerical gradient may lead to."""
    error = next((event for event in run.events if event["event"] == "error"), None)
    return error is not None and isinstance(error.get("at"), str)


def _function_lines(source: str) -> tuple[dict[str, int], dict[str, int]]:
    """Return the lines of the two functions, and of the last ... that is left in each."""
    tree = parse_source(source)
    lines: dict[str, int] = {}
    is_open: dict[str, int] = {}
    for function in tree.body if tree is not None else ():
        if isinstance(function, ast.FunctionDef) and function.name in (NUMERICAL, AGREES):
            lines[function.name] = function.lineno
            for node in ast.walk(function):
                if isinstance(node, ast.Constant) and node.value is ...:
                    is_open[function.name] = node.lineno
    return lines, is_open


def _judge_claims(
    claims: Sequence[Claim], answers: Mapping[Any, Mapping[str, Any]], line: int | None
) -> list[GradientResult]:
    """Judge the answers to claims, part by part."""
    results = []
    for part in ("accepted", "refused", "scale"):
        asked = [(claim, answers.get(number)) for number, claim in enumerate(claims) if claim.part == part]
        if any(answer is None for _claim, answer in asked):
            results.append(GradientResult(part, "unknown", message=message(_NOT_REACHED), line=line))
            continue
        other = next((answer for _claim, answer in asked if answer and answer.get("answer") is None), None)
        if other is not None:
            text = message(_NOT_BOOLEAN, kind=str(other.get("kind", "?"))[:40])
            results.append(GradientResult(part, "wrong", message=text, line=line))
            continue
        wrong = [claim for claim, answer in asked if answer is not None and answer.get("answer") is not claim.right]
        if not wrong:
            results.append(GradientResult(part, "right", line=line))
            continue
        mistake, certain, text = _explain_claims(part, wrong, len(asked))
        results.append(GradientResult(part, "wrong", mistake, certain, text, line))
    return results


def _explain_claims(part: str, wrong: Sequence[Claim], count: int) -> tuple[str, bool, Message]:
    """Return the id of the mistake that wrong answers show, whether it is certain, and a sentence."""
    if part == "scale":
        is_small = wrong[0].function == len(_SHAPES) + 1
        return ABSOLUTE.id, True, message(ABSOLUTE.feedback, scale="10⁻⁶" if is_small else "10⁶")
    if part == "refused":
        return "", True, message(_ACCEPTED, fault=message(_FAULTS[wrong[0].fault]))
    if all(claim.is_zero for claim in wrong):
        return ZERO.id, True, message(ZERO.feedback)
    if len(wrong) >= count - 1:
        return EXACT.id, False, message(EXACT.feedback)
    return "", True, message(_REFUSED)
