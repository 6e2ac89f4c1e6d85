"""An exercise, and the same exercise with one set of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from tutor.algebra import Apply, Expr, Num, Sym, values
from tutor.algebra.tree import ONE, postorder
from tutor.algebra.values import Value
from tutor.engine import Graph, NotANumber, Operation, Passes
from tutor.grading.problem import Advice, OwnMistake, Problem
from tutor.i18n import Text
from tutor.packs.templates import Filling
from tutor.packs.variants import Drawing

#: How often numbers are drawn anew where they hide a mistake or have no value.
ATTEMPTS = 60
#: What so many draws don't better lies in the graph and not in the numbers.
PATIENCE = 12


@dataclass(frozen=True, eq=False)
class Exercise:
    """An exercise as its author wrote it, checked. `pack` is empty for a formula from the command line.

    `inputs` are the author's values; `drawing` says where fresh ones come from. `id` is unique in its pack.
    """

    id: str
    pack: str
    title: Text
    graph: Graph
    inputs: Mapping[str, Value]
    drawing: Drawing = field(default_factory=Drawing)
    start: Value = ONE
    wrt: tuple[str, ...] | None = None
    asked: tuple[str, ...] | None = None
    given: tuple[str, ...] = ("start",)
    advice: Mapping[str, Advice] = field(default_factory=dict)
    level: int | None = None
    minutes: int | None = None
    needs: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    text: Text = field(default_factory=lambda: Text({}))
    after: Text = field(default_factory=lambda: Text({}))
    path: Path | None = None

    @property
    def varies(self) -> bool:
        """Whether there are fresh numbers to be had."""
        return bool(self.drawing)

    def variant(self, seed: int | None = None) -> Variant:
        """The exercise with the numbers of a seed, or the author's; what lacks a value has it from seed 0."""
        if seed is None:
            return self._authored
        if not self.drawing:
            return Variant(self, seed, self._authored.problem)
        return Variant(self, seed, self._advised(self._drawn(seed, self._authored.problem)))

    @cached_property
    def _authored(self) -> Variant:
        if all(name in self.inputs for name in self.graph.inputs):
            return Variant(self, None, self._advised(self.problem(self.inputs)))
        missing = {name: draw for name, draw in self.drawing.draws.items() if name not in self.inputs}
        drawn = replace(self, drawing=replace(self.drawing, draws=missing))._drawn(0, None)
        return Variant(self, None, self._advised(drawn))

    @cached_property
    def _hidden_by_author(self) -> set[tuple[str, str]]:
        from tutor.grading.mistakes import hidden

        return hidden(self._authored.problem)

    def problem(self, inputs: Mapping[str, Value]) -> Problem:
        """What is asked with these values, without the author's hints and mistakes."""
        ordered = {name: inputs[name] for name in self.graph.inputs}
        return Problem(self.graph, ordered, self.start, self.wrt, self.asked, self.given)

    def _drawn(self, seed: int, authored: Problem | None) -> Problem:
        """The best of a bounded number of draws: finite, new, and with no mistake hidden that needn't be."""
        from tutor.grading.mistakes import hidden

        allowed = self._hidden_by_author if authored else set()
        best: Problem | None = None
        fewest = patience = 0
        for attempt in range(ATTEMPTS):
            problem = self.problem(self._numbers(seed, attempt))
            if authored and _same(problem.inputs, authored.inputs):
                continue
            try:
                problem = self._advised(problem, texts=False)
                flaws = len(hidden(problem) - allowed)
            except NotANumber:
                continue
            if best is None or flaws < fewest:
                best, fewest, patience = problem, flaws, 0
            patience += 1
            if fewest == 0 or patience > PATIENCE:
                break
        return best or authored or self.problem(self._numbers(seed, 0))

    def _numbers(self, seed: int, attempt: int) -> dict[str, Value]:
        return {**self.inputs, **self.drawing.draw(self.id, seed, attempt)}

    def _advised(self, problem: Problem, texts: bool = True) -> Problem:
        """The problem with the author's hints and mistakes, their texts filled in for its numbers."""
        if not self.advice:
            return problem
        fill = Filling(problem, lenient=True).texts if texts else (lambda text: text)
        advice = {
            blank: Advice(
                tuple(map(fill, own.hints)),
                tuple(OwnMistake(mistake.id, mistake.answer, fill(mistake.says)) for mistake in own.mistakes),
            )
            for blank, own in self.advice.items()
        }
        return replace(problem, advice=advice)


@dataclass(frozen=True, eq=False)
class Variant:
    """An exercise with one set of numbers; `seed` is None for the author's."""

    exercise: Exercise
    seed: int | None
    problem: Problem

    def text(self) -> str:
        """The exercise's text in the language in use, with the numbers filled in."""
        return self._fill(str(self.exercise.text))

    def after(self) -> str:
        """What is said when all is solved, in the language in use, with the numbers filled in."""
        return self._fill(str(self.exercise.after))

    @cached_property
    def _fill(self) -> Filling:
        return Filling(self.problem, lenient=True)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that answers depend on: graph, start, blanks, values. Texts and hints may change."""
        problem = self.problem
        parts = [
            " ".join(problem.graph.text.split()),
            _canonical(problem.start),
            " ".join(blank.id for blank in problem.blanks),
            " ".join(problem.given),
            "all" if problem.wrt is None else " ".join(problem.wrt),
            *(f"{name}={_canonical(value)}" for name, value in sorted(problem.inputs.items())),
            *(f"{node.id}:{_made_of(node.own)}" for node in problem.graph.nodes if node.own),
        ]
        return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _same(some: Mapping[str, Value], others: Mapping[str, Value]) -> bool:
    """Whether two sets of inputs have the same values."""
    return all(_canonical(value) == _canonical(others[name]) for name, value in some.items())


def _made_of(operation: Operation) -> str:
    """What a composite operation computes, written the same for ever."""
    assert operation.parts is not None
    written = []
    for node in operation.parts.nodes:
        inside = _made_of(node.own) if node.own else node.op
        written.append(f"{inside} {node.args} {'' if node.const is None else _canonical(node.const)}")
    return f"({'; '.join(written)})"


def _canonical(value: Value) -> str:
    """An exact value written the same for ever, however values are shown to people."""
    if values.is_matrix(value):
        return "[" + ";".join(",".join(_canonical(cell) for cell in row) for row in value) + "]"
    written: dict[int, str] = {}
    for node in postorder(value):
        assert isinstance(node, Expr)
        if isinstance(node, Num):
            written[id(node)] = f"{node.value.numerator}/{node.value.denominator}"
        elif isinstance(node, Sym):
            written[id(node)] = node.name
        elif isinstance(node, Apply):
            written[id(node)] = f"{node.op}({','.join(written[id(arg)] for arg in node.args)})"
    return written[id(value)]


def untyped(value: Value) -> Value:
    """An exact value without the way it was typed: 0.50 in a file is a half and no measured number."""
    return values.each(lambda cell: Num(cell.value) if isinstance(cell, Num) else cell, value)


def compute(problem: Problem) -> tuple[Passes, Passes]:
    """Both passes in floats and exactly, which stay with the problem. Raises `NotANumber`."""
    return problem.floats, problem.exact
