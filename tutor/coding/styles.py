"""The styles of code exercises under one interface: how a file begins, how it is judged, and what help there is."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from tutor.algebra import ops
from tutor.algebra.expr import Expr, Num, as_expr, number
from tutor.coding import autograd
from tutor.coding.autograd_judge import judge_autograd
from tutor.coding.judge import judge_file
from tutor.coding.part_texts import CodeHint, PartText
from tutor.coding.task import describe_value
from tutor.grading.hints.ladder import hint_at, num_rungs
from tutor.grading.mistakes.equivalence import FloatProblem
from tutor.grading.problem import Problem
from tutor.grading.wording import BRANCH_RULE
from tutor.i18n import N_, message
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.rule_ids import rule_id_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tutor.coding.task import AskedValue, Task
    from tutor.coding.verdict import FileResult
    from tutor.grading.problem import Blank


class CodeStyle(Protocol):
    """A kind of code exercise. Its parts, such as gradients, have names that verdicts and hints use."""

    @property
    def part_names(self) -> Sequence[str]: ...

    def code(self) -> list[str]:
        """Return the lines of a new file below its head."""

    def judge(self, path: Path) -> FileResult:
        """Run a file and judge it. Raise OSError."""

    def describe(self, name: str) -> str:
        """Return what a part is about, in a few words."""

    def hint(self, name: str, rung: int) -> CodeHint:
        """Return a hint at a part; a number beyond the last rung means the last."""

    def place_and_rule(self, name: str) -> tuple[str, str]:
        """Return the id of a part's place in the exercise, and the rule that it practises; empty if there is none."""

    def rules_of(self, names: Sequence[str]) -> Sequence[str]:
        """Return the ids of the rules that are used right if these parts are right, sorted."""


class TaskStyle:
    """A file whose parts are gradients of one graph: a function, or a layer."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._by_name: Mapping[str, AskedValue] = {asked.name: asked for asked in task.values}

    @property
    def part_names(self) -> Sequence[str]:
        return list(self._by_name)

    def code(self) -> list[str]:
        return self.task.code()

    def judge(self, path: Path) -> FileResult:
        return judge_file(self.task, path)

    def describe(self, name: str) -> str:
        return describe_value(self.task.problem, self._by_name[name])

    def hint(self, name: str, rung: int) -> CodeHint:
        asked = self._by_name[name]
        # What comes before it in the backward pass may be mentioned.
        before = list(self._by_name).index(name)
        known = {each.place.id for each in self.task.values[:before]} | {"start"}
        return _hint(self._exact_problem, asked.place, name, rung, known)

    @cached_property
    def _exact_problem(self) -> Problem:
        """The example in exact numbers, which hints show and calculate with."""
        problem = self.task.problem
        if not isinstance(problem, FloatProblem):
            return problem
        inputs = {name: ops.map_cells(_as_typed, value) for name, value in problem.inputs.items()}
        start = ops.map_cells(_as_typed, problem.start)
        return Problem(problem.graph, inputs, start, problem.wrt, forward=problem.forward, labels=problem.labels)

    def place_and_rule(self, name: str) -> tuple[str, str]:
        place = self._by_name[name].place
        return place.id, rule_id_at(self.task.problem, place)

    def rules_of(self, names: Sequence[str]) -> Sequence[str]:
        if len(names) < len(self._by_name):
            return _rules_of(self, names)
        # A layer has no lines for what is inside, and all of it is right.
        problem = self.task.problem
        return sorted({rule for place in problem.places[1:] if (rule := rule_id_at(problem, place))})


_WALK_PARTS: Mapping[str, PartText] = {
    "start": PartText(
        N_("the start of the backward pass"),
        (
            N_("Which gradient does the output start with?"),
            N_("∂z/∂z = 1, because when z changes by 1, z changes by 1."),
            N_("Before it sends anything back, backward() sets the gradient of the value it is called on."),
            N_("Print self.grad before the first _backward call. If it is 0 there, every later product is 0 too."),
        ),
        "start",
    ),
    "sums": PartText(
        N_("a value that is used more than once"),
        (
            N_("How many times does a gradient come back to a value that is used twice?"),
            BRANCH_RULE,
            N_(
                "An assignment replaces the gradient that came back before. Each _backward must add to the "
                "existing grad."
            ),
            N_("Try y = x * x at x = 3. Its gradient is 3 + 3 = 6, but an assignment leaves only 3."),
        ),
        "branch",
    ),
    "order": PartText(
        N_("the order of the nodes"),
        (
            N_("When is a node's gradient complete, so that the node can send it back?"),
            N_(
                "Visit each node after all nodes that use it: from the output to the leaves, in reverse "
                "topological order."
            ),
            N_("Make a list in which each node comes after its parents. Then go through the list from its end."),
            N_(
                "Draw the graph of d = a * b; e = d * d * b. Number its nodes so that no arrow leads to a "
                "smaller number."
            ),
        ),
    ),
    "chain": PartText(
        N_("a chain of 3,000 nodes"),
        (
            N_("How deep does the recursion go in a long chain?"),
            N_("Python stops a recursion at about 1,000 calls. A loop has no such limit."),
            N_("Keep the waiting nodes in a list of your own, and process them in a loop."),
            N_(
                "Put each node on the list twice. The first time it comes up, add its parents to the "
                "list; the second time, they are done."
            ),
        ),
    ),
    "again": PartText(
        N_("backward() called twice"),
        (
            N_("What do the gradients contain when backward() starts the second time?"),
            N_("Gradients add up, so those of the first pass are still there."),
            N_("Before anything is sent back, the gradients of all nodes in the graph must be set to 0."),
            N_("Call backward() twice and print a leaf's grad each time. Both values must be the same."),
        ),
    ),
}
_METHOD = N_("the rule of {node}")


class AutogradStyle:
    """A class of numbers: the rule of each operation, and the walk back through the graph."""

    @property
    def part_names(self) -> Sequence[str]:
        return [*(method for method, _formula in autograd.OPERATIONS.values()), *_WALK_PARTS]

    def code(self) -> list[str]:
        return autograd.code()

    def judge(self, path: Path) -> FileResult:
        return judge_autograd(path)

    def describe(self, name: str) -> str:
        if name in _WALK_PARTS:
            return str(message(_WALK_PARTS[name].about))
        problem = self._problem(name)
        return str(message(_METHOD, node=problem.graph.nodes[problem.graph.output_position].symbol))

    def hint(self, name: str, rung: int) -> CodeHint:
        if name in _WALK_PARTS:
            return _WALK_PARTS[name].hint(name, rung)
        problem = self._problem(name)
        return _hint(problem, problem.place("x"), name, rung, {"start"})

    def place_and_rule(self, name: str) -> tuple[str, str]:
        if name in _WALK_PARTS:
            return "", _WALK_PARTS[name].rule
        problem = self._problem(name)
        return "", rule_id_at(problem, problem.place("x"))

    def rules_of(self, names: Sequence[str]) -> Sequence[str]:
        return _rules_of(self, names)

    @staticmethod
    def _problem(method: str) -> Problem:
        formula = next(formula for name, formula in autograd.OPERATIONS.values() if name == method)
        values: dict[str, Num] = {"x": number(2)}
        if "y" in formula:
            values["y"] = number(5)
        return exercise_from_formula(formula, values, number(3)).variant().problem


def _as_typed(cell: float) -> Expr:
    """Return a float as the number that it is written as."""
    return as_expr(Fraction(repr(float(cell))))


def _rules_of(style: CodeStyle, names: Sequence[str]) -> Sequence[str]:
    return sorted({rule for name in names if (rule := style.place_and_rule(name)[1])})


def _hint(problem: Problem, place: Blank, name: str, rung: int, known: set[str]) -> CodeHint:
    hint = hint_at(problem, place, min(rung, num_rungs(problem, place)), known)
    return CodeHint(name, hint.rung, hint.of, hint.text)
