"""The judge of a class of numbers: each rule on graphs with nothing else, then the walk back on graphs with branches."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.coding.arrays import SentValue
from tutor.coding.autograd import CLASS, OPERATIONS
from tutor.coding.autograd_programs import gradients, programs, values_of
from tutor.coding.diagnosis import explain
from tutor.coding.faults import ending_fault, error_fault
from tutor.coding.mistakes import NOT_RESET, OVERWRITTEN, RECURSION, START_NOT_SET, START_OTHER, WRONG_ORDER
from tutor.coding.observation import Observation
from tutor.coding.sandbox import run_file
from tutor.coding.source import parse_source
from tutor.coding.task import AskedValue
from tutor.coding.variants import Trial
from tutor.coding.verdict import FileResult, GradientResult
from tutor.engine.builder import parse_graph
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.mistakes.equivalence import FloatProblem
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tutor.coding.autograd_programs import Program
    from tutor.coding.sandbox import Run
    from tutor.grading.mistakes.candidate import GeneralMistake
    from tutor.i18n import Message

#: The length of the chain on which a recursive `backward` fails.
CHAIN = 3_000
_TOLERANCE = 1e-7

_NOT_WRITTEN = N_("You haven't written the rule of {name} yet.")
_WRONG_RULE = N_("The rule of {name} doesn't give the right gradient yet.")
_WRONG_VALUE = N_(
    "The forward value of {name} is wrong, but it was right in the new file. Did you change the forward calculation?"
)
_WALK_NOT_WRITTEN = N_("You haven't written backward() yet.")
_UNKNOWN = N_("The code didn't get this far.")
_WRONG_WALK = N_("The gradients are wrong in graphs where a value is used more than once.")
_WALK = ("start", "sums", "order", "chain", "again")


def judge_autograd(path: Path) -> FileResult:
    """Run a learner's class on small and random graphs, and tell what fails apart. Raise OSError."""
    source = path.read_text(encoding="utf-8-sig", errors="replace")
    tried = programs({op: 1 + ("y" in formula) for op, (_method, formula) in OPERATIONS.items()})
    run = run_file(path, {"autograd": CLASS, "programs": [program.data() for program in tried], "chain": CHAIN})
    fault, line = _fault(run, source) or (None, None)
    return FileResult(tuple(_Judge(tried, run, source).results()), fault, line, run.output, source=source)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A program, and what the class gave for it; None if the code did not come that far."""

    program: Program
    sent: Mapping[str, Any] | None

    def gives(self, expected: Sequence[float], key: str = "grads") -> bool:
        grads = self.sent.get(key) if self.sent is not None else None
        if not isinstance(grads, list) or len(grads) != len(expected):
            return False
        return all(_is_number(grad) and _is_same(grad, right) for grad, right in zip(grads, expected, strict=True))

    @property
    def is_right(self) -> bool:
        return self.gives(gradients(self.program))

    @property
    def has_right_value(self) -> bool:
        value = self.sent.get("value") if self.sent is not None else None
        return isinstance(value, int | float) and _is_same(value, values_of(self.program)[-1])

    def grad(self, slot: int) -> SentValue | None:
        """Return the gradient of a leaf as the judge of arrays takes it."""
        grads = self.sent.get("grads") if self.sent is not None else None
        if not isinstance(grads, list) or slot >= len(grads) or not _is_number(grads[slot]):
            return None
        return SentValue.from_data({"shape": [], "entries": [grads[slot]]})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < 1e300


def _is_same(a: float, b: float) -> bool:
    return is_close(a, b, _TOLERANCE) or abs(a - b) < 1e-9


class _Judge:
    """The verdicts on one class, from what it gave for each program."""

    def __init__(self, tried: Sequence[Program], run: Run, source: str) -> None:
        sent: dict[int, Mapping[str, Any]] = {}
        for event in run.events:
            if event["event"] == "graph" and isinstance(event.get("at"), int):
                sent[event["at"]] = event
        self.attempts = [_Attempt(program, sent.get(at)) for at, program in enumerate(tried)]
        self.run = run
        methods = _methods(source)
        self.lines = {method.name: method.lineno for method in methods}
        self.open_lines = _open_lines(methods)

    def results(self) -> list[GradientResult]:
        """Return the verdicts on the rules, then on the walk."""
        walk_fault = self._walk_fault()
        if walk_fault is not None:
            rules = [
                GradientResult(method, "right", line=self.lines.get(method)) for method, _text in OPERATIONS.values()
            ]
            return [*rules, *self._with_walk_fault(*walk_fault)]
        rules = [self._judge_rule(op) for op in OPERATIONS]
        return [*rules, *self._judge_walk(blocked=any(result.verdict != "right" for result in rules))]

    # --- rules ---

    def _judge_rule(self, op: str) -> GradientResult:
        """Judge the rule of one operation on graphs with nothing else, or with one operation more if that is right."""
        method, formula = OPERATIONS[op]
        line = self.lines.get(method)
        if method in self.open_lines:
            text = message(_NOT_WRITTEN, name=method)
            return GradientResult(method, "missing", message=text, line=self.open_lines[method])
        alone = self._rule_attempts(op, alone=True)
        if any(attempt.sent is None for attempt in alone):
            return _unknown(method, line)
        if not all(attempt.has_right_value for attempt in alone):
            return GradientResult(method, "wrong", message=message(_WRONG_VALUE, name=method), line=line)
        if all(attempt.gives([0.0] * len(attempt.program.leaves)) for attempt in alone):
            # Nothing arrives: that is for the walk to explain.
            return _unknown(method, line)
        used = self._rule_attempts(op, alone=False)
        helper = used[0].program.helper
        can_use = all(attempt.is_right for attempt in self._rule_attempts(helper, alone=True))
        return self._explain_rule(method, formula, [*alone, *used] if can_use else alone)

    def _rule_attempts(self, op: str, *, alone: bool) -> list[_Attempt]:
        """Return the attempts at graphs for one operation, `alone` or with its result used by another one."""
        return [
            attempt
            for attempt in self.attempts
            if (attempt.program.purpose, attempt.program.op) == ("rule", op) and alone == (not attempt.program.helper)
        ]

    def _explain_rule(self, method: str, formula: str, attempts: Sequence[_Attempt]) -> GradientResult:
        line = self.lines.get(method)
        for slot, name in enumerate("xy" if "y" in formula else "x"):
            observation = _observe(formula, name, slot, attempts)
            if any(value is None for value in observation.values):
                return GradientResult(method, "wrong", message=message(_WRONG_RULE, name=method), line=line)
            if observation.wrong_trials():
                found = explain(observation)
                text = found.text if found.mistake else message(_WRONG_RULE, name=method)
                return GradientResult(method, "wrong", found.mistake, found.is_certain, text, line)
        return GradientResult(method, "right", line=line)

    # --- the walk ---

    def _walk_fault(self) -> tuple[str, GeneralMistake, str] | None:
        """Return the part of the walk that alone explains all gradients, its mistake, and the method with the line."""
        if self.open_lines or any(attempt.sent is None for attempt in self.attempts) or self._all_right():
            return None
        faults: list[tuple[tuple[str, GeneralMistake, str], dict[str, Any]]] = [
            (("start", START_OTHER, "backward"), {"starts_at_value": True}),
            (("sums", OVERWRITTEN, "backward"), {"overwrites": OPERATIONS}),
            *((("sums", OVERWRITTEN, method), {"overwrites": (op,)}) for op, (method, _formula) in OPERATIONS.items()),
            *(
                (("order", WRONG_ORDER, "backward"), {"order": order})
                for order in ("breadth-first", "from the leaves", "every path")
            ),
        ]
        for fault, how in faults:
            if all(attempt.gives(gradients(attempt.program, **how)) for attempt in self.attempts):
                return fault
        return None

    def _all_right(self) -> bool:
        return all(attempt.is_right for attempt in self.attempts)

    def _with_walk_fault(self, part: str, mistake: GeneralMistake, method: str) -> list[GradientResult]:
        line = self.lines.get("backward")
        wrong = GradientResult(part, "wrong", mistake.id, True, message(mistake.feedback), self.lines.get(method))
        before = [GradientResult(name, "right", line=line) for name in _WALK[: _WALK.index(part)]]
        after = [_unknown(name, line) for name in _WALK[_WALK.index(part) + 1 : 3]]
        return [*before, wrong, *after, self._judge_chain(), self._judge_again()]

    def _judge_walk(self, *, blocked: bool) -> list[GradientResult]:
        """Judge `backward`: the start, sums, the order, a long chain, a second call."""
        line = self.lines.get("backward")
        if "backward" in self.open_lines:
            text = message(_WALK_NOT_WRITTEN)
            return [GradientResult(name, "missing", message=text, line=self.open_lines["backward"]) for name in _WALK]
        done = [attempt for attempt in self.attempts if attempt.sent is not None]
        short = [attempt for attempt in done if len(attempt.program.steps) == 1]
        if done and all(attempt.gives([0.0] * len(attempt.program.leaves)) for attempt in short):
            first = GradientResult("start", "wrong", START_NOT_SET.id, True, message(START_NOT_SET.feedback), line)
            return [first, *(_unknown(name, line) for name in _WALK[1:])]
        start = GradientResult("start", "right" if done else "unknown", line=line)
        return [start, *self._judge_sharing(blocked=blocked), self._judge_chain(), self._judge_again()]

    def _judge_sharing(self, *, blocked: bool) -> list[GradientResult]:
        line = self.lines.get("backward")
        if self._all_right():
            return [GradientResult("sums", "right", line=line), GradientResult("order", "right", line=line)]
        if blocked or any(attempt.sent is None for attempt in self.attempts):
            return [_unknown(name, line) for name in ("sums", "order")]
        simple = [attempt for attempt in self.attempts if attempt.program.purpose == "used again"]
        if all(attempt.is_right for attempt in simple):
            text = message(WRONG_ORDER.feedback)
            order = GradientResult("order", "wrong", WRONG_ORDER.id, False, text, line)
            return [GradientResult("sums", "right", line=line), order]
        return [GradientResult("sums", "wrong", message=message(_WRONG_WALK), line=line), _unknown("order", line)]

    def _judge_chain(self) -> GradientResult:
        line = self.lines.get("backward")
        event = next((event for event in self.run.events if event["event"] == "chain"), None)
        if event is None:
            return _unknown("chain", line)
        if event.get("recursion"):
            return GradientResult("chain", "wrong", RECURSION.id, True, message(RECURSION.feedback, n=CHAIN), line)
        # A chain of sums passes the start on.
        right = _is_number(event.get("grad")) and _is_same(event["grad"], 1.0)
        return GradientResult("chain", "right") if right else _unknown("chain", line)

    def _judge_again(self) -> GradientResult:
        line = self.lines.get("backward")
        again = [
            attempt
            for attempt in self.attempts
            if attempt.sent is not None and attempt.program.purpose in ("used again", "diamond")
        ]
        if not again:
            return _unknown("again", line)
        if all(attempt.gives((attempt.sent or {}).get("grads", ()), "again") for attempt in again):
            return GradientResult("again", "right", line=line)
        return GradientResult("again", "wrong", NOT_RESET.id, True, message(NOT_RESET.feedback), line)


def _observe(formula: str, name: str, slot: int, attempts: Sequence[_Attempt]) -> Observation:
    """Return what a rule gave for one operand, as the observation of a graph with one node."""
    trials = []
    for attempt in attempts:
        program = attempt.program
        inputs = dict(zip("xy" if "y" in formula else "x", program.leaves, strict=False))
        trials.append(Trial(FloatProblem(parse_graph(formula, inputs), inputs, program.upstream)))
    line = AskedValue(name, trials[0].problem.place(name), name)
    values = [attempt.grad(slot) for attempt in attempts]
    return Observation(line, trials, values, [{name: value} for value in values], {})


def _unknown(name: str, line: int | None) -> GradientResult:
    return GradientResult(name, "unknown", message=message(_UNKNOWN), line=line)


# --- the file ---


def _fault(run: Run, source: str) -> tuple[Message, int | None] | None:
    if run.ending != "done":
        return ending_fault(run), None
    error = next((event for event in run.events if event["event"] == "error"), None)
    if error is not None:
        return error_fault(error.get("error"), source)
    if any(event["event"] == "no entry" for event in run.events):
        return message(N_("This file no longer has the class {name}."), name=CLASS), None
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
