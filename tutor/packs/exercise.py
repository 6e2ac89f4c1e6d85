"""An exercise, and the same exercise with one set of numbers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import ONE, Apply, Expr, Num, Sym, postorder
from tutor.engine.graph import CompositeOperation
from tutor.grading.problem import AuthorMistake, AuthorNotes, Problem
from tutor.i18n import LocalizedText
from tutor.packs.random_inputs import RandomInputs
from tutor.packs.templates import TemplateContext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.engine.operation import Operation
    from tutor.engine.passes import Passes
    from tutor.grading.question import Question
    from tutor.packs.conditions import Condition
    from tutor.packs.number_selection import NumberSelector
    from tutor.packs.questions import QuestionTemplate

#: How many sets of numbers are drawn for a seed at most.
MAX_ATTEMPTS = 40


@dataclass(frozen=True, eq=False)
class Exercise:
    """An exercise as its author wrote it, checked. `pack` is empty for a formula from the command line.

    `inputs` are the author's values; `drawing` says where fresh ones come from. `id` is unique in its pack.
    An `exam` gives no help and tells at the end. `stages` are what is asked on one variant after the other, `constants` numbers that only texts and questions use.
    """

    id: str
    pack: str
    title: LocalizedText
    graph: Graph
    inputs: Mapping[str, Value]
    random_inputs: RandomInputs = field(default_factory=RandomInputs)
    start: Value = ONE
    wrt: tuple[str, ...] | None = None
    asked: tuple[str, ...] | None = None
    given: tuple[str, ...] = ("start",)
    author_notes: Mapping[str, AuthorNotes] = field(default_factory=dict)
    level: int | None = None
    minutes: int | None = None
    needs: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    stages: tuple[tuple[str, ...] | None, ...] = ()
    forward: tuple[str, ...] = ()
    questions: tuple[QuestionTemplate, ...] = ()
    constants: Mapping[str, Value] = field(default_factory=dict)
    labels: Mapping[str, LocalizedText] = field(default_factory=dict)
    text: LocalizedText = field(default_factory=lambda: LocalizedText({}))
    after: LocalizedText = field(default_factory=lambda: LocalizedText({}))
    path: Path | None = None
    conditions: tuple[Condition, ...] = ()
    exam: bool = False

    @property
    def has_variants(self) -> bool:
        """Whether there are fresh numbers to be had."""
        return bool(self.random_inputs)

    def variant(self, seed: int | None = None, stage: int = 0) -> Variant:
        """The exercise with the numbers of a seed, or the author's; what lacks a value has it from seed 0.

        `stage` says which of the stages is asked, where there are some.
        """
        if stage and self.stages:
            return replace(self, asked=self.stages[stage]).variant(seed)._at_stage(self, stage)
        if seed is None:
            return self._author_variant
        if not self.random_inputs:
            return Variant(self, seed, self._with_author_content(self._author_variant.problem, seed))
        return Variant(
            self, seed, self._with_author_content(self._choose_problem(seed, self._author_variant.problem), seed)
        )

    @cached_property
    def _author_variant(self) -> Variant:
        if all(name in self.inputs for name in self.graph.inputs):
            return Variant(self, None, self._with_author_content(self.make_problem(self.inputs), None))
        missing = {name: draw for name, draw in self.random_inputs.draws.items() if name not in self.inputs}
        drawn = replace(self, random_inputs=replace(self.random_inputs, draws=missing))._choose_problem(0, None)
        return Variant(self, None, self._with_author_content(drawn, None))

    @cached_property
    def number_selector(self) -> NumberSelector:
        """What chooses fresh numbers."""
        return self._make_number_selector(self._author_variant.problem, True)

    def _make_number_selector(self, problem: Problem, has_author_numbers: bool) -> NumberSelector:
        from tutor.packs.number_selection import NumberSelector

        return NumberSelector(
            self.id,
            self._with_author_notes(problem, texts=False),
            self.random_inputs,
            self.conditions,
            has_author_numbers,
        )

    def make_problem(self, inputs: Mapping[str, Value]) -> Problem:
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

    def _choose_problem(self, seed: int, authored: Problem | None) -> Problem:
        """The problem with the numbers of a seed; the author's where none of them gives a finite value."""
        first = self.make_problem(self._draw_inputs(seed, 0))
        if first.symbolic or not first.graph.nodes:
            return first
        (pick,) = (self.number_selector if authored else self._make_number_selector(first, False)).choose([seed])
        if pick is None:
            return authored or first
        assert pick.attempt is not None
        return self.make_problem(self._draw_inputs(seed, pick.attempt))

    def _draw_inputs(self, seed: int, attempt: int) -> dict[str, Value]:
        return {**self.inputs, **self.random_inputs.draw(self.id, seed, attempt)}

    def _with_author_content(self, problem: Problem, seed: int | None) -> Problem:
        """The problem with all that its author added, in the numbers of this variant."""
        problem = self._with_author_notes(problem)
        if not self.questions:
            return problem
        fill = TemplateContext(problem, lenient=True, constants=self.constants)
        asked = tuple(question.instantiate(fill, seed, self.id) for question in self.questions)
        return replace(problem, questions=asked)

    def _with_author_notes(self, problem: Problem, texts: bool = True) -> Problem:
        """The problem with the author's hints and mistakes, their texts filled in for its numbers."""
        if not self.author_notes:
            return problem
        fill = (
            TemplateContext(problem, lenient=True, constants=self.constants).fill_texts
            if texts
            else (lambda text: text)
        )
        advice = {
            blank: replace(
                own,
                hints=tuple(map(fill, own.hints)),
                mistakes=tuple(
                    AuthorMistake(mistake.id, mistake.answer, fill(mistake.feedback)) for mistake in own.mistakes
                ),
                praise=fill(own.praise),
            )
            for blank, own in self.author_notes.items()
        }
        return replace(problem, author_notes=advice)


@dataclass(frozen=True, eq=False)
class Variant:
    """An exercise with one set of numbers; `seed` is None for the author's."""

    exercise: Exercise
    seed: int | None
    problem: Problem
    stage: int = 0

    def text(self) -> str:
        """The exercise's text in the language in use, with the numbers filled in."""
        return self._fill_text(str(self.exercise.text))

    def after(self) -> str:
        """What is said when all is solved, in the language in use, with the numbers filled in."""
        return self._fill_text(str(self.exercise.after))

    @cached_property
    def _fill_text(self) -> Callable[[str], str]:
        # The screen asks for the text at every key.
        return cache(TemplateContext(self.problem, lenient=True, constants=self.exercise.constants))

    def _at_stage(self, exercise: Exercise, stage: int) -> Variant:
        """The same as a stage of `exercise`."""
        return replace(self, exercise=exercise, stage=stage)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that answers depend on: graph, start, blanks, values. Texts and hints may change."""
        from hashlib import sha256

        problem = self.problem
        parts = [
            " ".join(problem.graph.text.split()),
            _canonical_text(problem.start),
            " ".join(blank.id for blank in problem.blanks),
            " ".join(problem.given),
            "all" if problem.wrt is None else " ".join(problem.wrt),
            *(_question_key(question) for question in problem.questions),
            *(f"{name}={_canonical_text(value)}" for name, value in sorted(problem.inputs.items())),
            *(
                f"{node.id}:{_composite_key(node.custom_operation)}"
                for node in problem.graph.nodes
                if node.custom_operation
            ),
            # Work that had hints is no exam.
            *(["exam"] if self.exercise.exam else []),
        ]
        return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _same_inputs(some: Mapping[str, Value], others: Mapping[str, Value]) -> bool:
    """Whether two sets of inputs have the same values."""
    return all(_canonical_text(value) == _canonical_text(others[name]) for name, value in some.items())


def _question_key(question: Question) -> str:
    """What a question's answers depend on."""
    right = "" if question.answer is None else _canonical_text(question.answer)
    choices = "|".join(f"{choice.right}:{sorted(choice.text.texts.items())}" for choice in question.choices)
    return f"{question.id}?{right}|{' '.join(question.names)}|{choices}"


def _composite_key(operation: Operation) -> str:
    """What a composite operation computes, written the same for ever."""
    assert isinstance(operation, CompositeOperation)
    written = []
    for node in operation.body.nodes:
        inside = _composite_key(node.custom_operation) if node.custom_operation else node.op
        written.append(f"{inside} {node.args} {'' if node.const is None else _canonical_text(node.const)}")
    return f"({'; '.join(written)})"


def _canonical_text(value: Value) -> str:
    """An exact value written the same for ever, however values are shown to people."""
    if ops.is_matrix(value):
        return "[" + ";".join(",".join(_canonical_text(cell) for cell in row) for row in value) + "]"
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


def drop_typed_text(value: Value) -> Value:
    """An exact value without the way it was typed: 0.50 in a file is a half and no measured number."""
    return ops.map_cells(lambda cell: Num(cell.value) if isinstance(cell, Num) else cell, value)


def compute_passes(problem: Problem) -> tuple[Passes, Passes]:
    """Both passes in floats and exactly, which stay with the problem. Raises `NonFiniteError`."""
    return problem.passes, problem.exact_passes
