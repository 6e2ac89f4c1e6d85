"""An exercise, and the same exercise with one set of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.algebra import Apply, Expr, Num, Sym, values
from tutor.algebra.tree import ONE, postorder
from tutor.algebra.values import Value
from tutor.engine import Graph, Operation, Passes
from tutor.grading.problem import Advice, OwnMistake, Problem
from tutor.grading.question import Question
from tutor.i18n import Text
from tutor.packs.questions import AuthoredQuestion
from tutor.packs.templates import Filling
from tutor.packs.variants import Drawing

if TYPE_CHECKING:
    from tutor.packs.conditions import Condition
    from tutor.packs.sampling import Sampler

#: How many sets of numbers are drawn for a seed at most.
ATTEMPTS = 40


@dataclass(frozen=True, eq=False)
class Exercise:
    """An exercise as its author wrote it, checked. `pack` is empty for a formula from the command line.

    `inputs` are the author's values; `drawing` says where fresh ones come from. `id` is unique in its pack.
    An `exam` gives no help and tells at the end. `stages` are what is asked on one variant after the other, `constants` numbers that only texts and questions use.
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
    stages: tuple[tuple[str, ...] | None, ...] = ()
    forward: tuple[str, ...] = ()
    questions: tuple[AuthoredQuestion, ...] = ()
    constants: Mapping[str, Value] = field(default_factory=dict)
    labels: Mapping[str, Text] = field(default_factory=dict)
    text: Text = field(default_factory=lambda: Text({}))
    after: Text = field(default_factory=lambda: Text({}))
    path: Path | None = None
    where: tuple[Condition, ...] = ()
    exam: bool = False

    @property
    def varies(self) -> bool:
        """Whether there are fresh numbers to be had."""
        return bool(self.drawing)

    def variant(self, seed: int | None = None, stage: int = 0) -> Variant:
        """The exercise with the numbers of a seed, or the author's; what lacks a value has it from seed 0.

        `stage` says which of the stages is asked, where there are some.
        """
        if stage and self.stages:
            return replace(self, asked=self.stages[stage]).variant(seed)._at(self, stage)
        if seed is None:
            return self._authored
        if not self.drawing:
            return Variant(self, seed, self._complete(self._authored.problem, seed))
        return Variant(self, seed, self._complete(self._drawn(seed, self._authored.problem), seed))

    @cached_property
    def _authored(self) -> Variant:
        if all(name in self.inputs for name in self.graph.inputs):
            return Variant(self, None, self._complete(self.problem(self.inputs), None))
        missing = {name: draw for name, draw in self.drawing.draws.items() if name not in self.inputs}
        drawn = replace(self, drawing=replace(self.drawing, draws=missing))._drawn(0, None)
        return Variant(self, None, self._complete(drawn, None))

    @cached_property
    def sampler(self) -> Sampler:
        """What chooses fresh numbers."""
        return self._sampler(self._authored.problem, True)

    def _sampler(self, problem: Problem, has_own: bool) -> Sampler:
        from tutor.packs.sampling import Sampler

        return Sampler(self.id, self._advised(problem, texts=False), self.drawing, self.where, has_own)

    def problem(self, inputs: Mapping[str, Value]) -> Problem:
        """What is asked with these values, without the author's hints and mistakes."""
        ordered = {name: inputs[name] for name in self.graph.inputs}
        return Problem(
            self.graph,
            ordered,
            self.start,
            self.wrt,
            self.asked,
            self.given,
            forward=self.forward,
            labels=self.labels,
        )

    def _drawn(self, seed: int, authored: Problem | None) -> Problem:
        """The problem with the numbers of a seed; the author's where none of them gives a finite value."""
        first = self.problem(self._numbers(seed, 0))
        if first.symbolic or not first.graph.nodes:
            return first
        (pick,) = (self.sampler if authored else self._sampler(first, False)).picks([seed])
        if pick is None:
            return authored or first
        assert pick.attempt is not None
        return self.problem(self._numbers(seed, pick.attempt))

    def _numbers(self, seed: int, attempt: int) -> dict[str, Value]:
        return {**self.inputs, **self.drawing.draw(self.id, seed, attempt)}

    def _complete(self, problem: Problem, seed: int | None) -> Problem:
        """The problem with all that its author added, in the numbers of this variant."""
        problem = self._advised(problem)
        if not self.questions:
            return problem
        fill = Filling(problem, lenient=True, constants=self.constants)
        asked = tuple(question.with_numbers(fill, seed, self.id) for question in self.questions)
        return replace(problem, questions=asked)

    def _advised(self, problem: Problem, texts: bool = True) -> Problem:
        """The problem with the author's hints and mistakes, their texts filled in for its numbers."""
        if not self.advice:
            return problem
        fill = Filling(problem, lenient=True, constants=self.constants).texts if texts else (lambda text: text)
        advice = {
            blank: replace(
                own,
                hints=tuple(map(fill, own.hints)),
                mistakes=tuple(OwnMistake(mistake.id, mistake.answer, fill(mistake.says)) for mistake in own.mistakes),
                after=fill(own.after),
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
    stage: int = 0

    def text(self) -> str:
        """The exercise's text in the language in use, with the numbers filled in."""
        return self._fill(str(self.exercise.text))

    def after(self) -> str:
        """What is said when all is solved, in the language in use, with the numbers filled in."""
        return self._fill(str(self.exercise.after))

    @cached_property
    def _fill(self) -> Callable[[str], str]:
        # The screen asks for the text at every key.
        return cache(Filling(self.problem, lenient=True, constants=self.exercise.constants))

    def _at(self, exercise: Exercise, stage: int) -> Variant:
        """The same as a stage of `exercise`."""
        return replace(self, exercise=exercise, stage=stage)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that answers depend on: graph, start, blanks, values. Texts and hints may change."""
        from hashlib import sha256

        problem = self.problem
        parts = [
            " ".join(problem.graph.text.split()),
            _canonical(problem.start),
            " ".join(blank.id for blank in problem.blanks),
            " ".join(problem.given),
            "all" if problem.wrt is None else " ".join(problem.wrt),
            *(_asked(question) for question in problem.questions),
            *(f"{name}={_canonical(value)}" for name, value in sorted(problem.inputs.items())),
            *(f"{node.id}:{_made_of(node.own)}" for node in problem.graph.nodes if node.own),
            # Work that had hints is no exam.
            *(["exam"] if self.exercise.exam else []),
        ]
        return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _same(some: Mapping[str, Value], others: Mapping[str, Value]) -> bool:
    """Whether two sets of inputs have the same values."""
    return all(_canonical(value) == _canonical(others[name]) for name, value in some.items())


def _asked(question: Question) -> str:
    """What a question's answers depend on."""
    right = "" if question.answer is None else _canonical(question.answer)
    choices = "|".join(f"{choice.right}:{sorted(choice.text.texts.items())}" for choice in question.choices)
    return f"{question.id}?{right}|{' '.join(question.names)}|{choices}"


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
    return problem.passes, problem.exact
