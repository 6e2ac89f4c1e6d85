"""Exercises, and their variants with one set of numbers each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import ONE, Num
from tutor.engine.passes import NonFiniteError
from tutor.grading.problem import AuthorMistake, AuthorNotes, Problem
from tutor.i18n import N_, LocalizedText, message, translate
from tutor.packs.assessment import Assessment
from tutor.packs.boundary import exercise_boundary
from tutor.packs.canonical_text import canonical_text, composite_keys
from tutor.packs.code_settings import CodeSettings
from tutor.packs.fading import filled_places
from tutor.packs.random_inputs import MAX_ATTEMPTS, RandomInputs
from tutor.packs.templates import TemplateContext

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.engine.passes import Passes
    from tutor.grading.prediction import Prediction
    from tutor.grading.question import Question
    from tutor.i18n import Message
    from tutor.packs.conditions import Condition
    from tutor.packs.number_selection import NumberSelector
    from tutor.packs.questions import QuestionTemplate


_NO_GRAPH = N_("{name} has no graph, so there is nothing to write in code.")
_SYMBOLS = N_("{name} has symbols instead of numbers. Code needs numbers.")
_FILLED_IN = N_("The gradients marked ◆ are already filled in. Find the others.")
_EXAM = N_("{name} is an exam. You answer it in backprop-tutor, not in code.")


@dataclass(frozen=True, eq=False)
class Exercise:
    """An exercise as its author wrote it, checked.

    `id` is unique in its pack; `pack` is empty for a formula from the command line. `inputs` are the author's values,
    `random_inputs` say how fresh ones are drawn, `constants` are numbers that only texts and questions use. `stages`
    are the blanks that are asked for on one variant after the other; the last stage is the whole exercise, so `asked`
    are its blanks. An `exam` gives no help and asks no predictions. `assessment` is when it is open and due, and what it
    is worth. `code` is how it is written in code.
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
    assessment: Assessment = field(default_factory=Assessment)
    code: CodeSettings = field(default_factory=CodeSettings)
    predictions: tuple[Prediction, ...] = ()

    @property
    def has_variants(self) -> bool:
        """Whether fresh numbers can be drawn."""
        return bool(self.random_inputs)

    @property
    def code_refusal(self) -> Message | None:
        """Why the backward pass can't be written in code; None if it can."""
        problem = self.variant().problem
        name = f"{self.pack}/{self.id}" if self.pack else str(self.title)
        if self.exam:
            return message(_EXAM, name=name)
        if (refusal := self.assessment.opening_refusal(name)) is not None:
            return refusal
        if not self.code.needs_graph:
            return None
        if not problem.graph.nodes:
            return message(_NO_GRAPH, name=name)
        return message(_SYMBOLS, name=name) if problem.symbolic or problem.has_matrix_symbols else None

    @property
    def last_stage(self) -> int:
        """The number of the stage that is the whole exercise, from 0."""
        return max(len(self.stages) - 1, 0)

    def variant(self, seed: int | None = None, stage: int | None = None) -> Variant:
        """Return the exercise with the numbers of a seed, or the author's if it is None.

        Inputs for which the author gives no value have the numbers of seed 0 then. A `stage` before the last one asks
        for a part of the blanks; None is the whole exercise. Raises `PackError` if texts or questions can't be made
        with these numbers.
        """
        with exercise_boundary(self.path):
            if stage is None or stage >= self.last_stage:
                return self._make_variant(seed)
            part = self._part(self.stages[stage], self.given, forward=self.forward)
            return replace(part.variant(seed), exercise=self, stage=stage)

    def without_stages(self) -> Exercise:
        """Return the exercise without the stages before the whole one."""
        return replace(self, stages=()) if self.stages else self

    def cut(self, blanks: Sequence[str], seed: int | None = None) -> Variant:
        """Return the exercise with only these blanks asked, and what leads up to them filled in."""
        with exercise_boundary(self.path):
            kinds = {place: self._author_variant.problem.place(place) for place in blanks}
            nodes = self.graph.nodes
            part = self._part(
                tuple(place for place, blank in kinds.items() if blank.is_backward),
                questions=tuple(place for place, blank in kinds.items() if blank.kind == "question"),
                forward=tuple(nodes[blank.node].id for blank in kinds.values() if blank.kind == "forward"),
            )
            return replace(part.variant(seed), exercise=self, stage=self.last_stage, is_cut=True)

    def _part(
        self,
        asked: tuple[str, ...] | None,
        given: tuple[str, ...] = (),
        questions: tuple[str, ...] = (),
        forward: tuple[str, ...] = (),
    ) -> Exercise:
        """Return the exercise with only these blanks asked, None for all gradients, and the rest of the pass filled in.

        `given` is filled in even if it follows from what is asked.
        """
        key = asked, given, questions, forward
        if key not in self._parts:
            whole = self._author_variant.problem
            kept = {*questions, *(place.id for place in (*whole.places, *whole.forward_blanks))}
            self._parts[key] = replace(
                self,
                stages=(),
                asked=asked,
                # Gradients would give away the forward values that are asked first.
                given=self.given if asked is None or forward else (*given, *filled_places(whole, asked)),
                forward=forward,
                questions=tuple(question for question in self.questions if question.id in questions),
                author_notes={name: notes for name, notes in self.author_notes.items() if whole.place(name).id in kept},
            )
        return self._parts[key]

    @cached_property
    def _parts(self) -> dict[tuple[object, ...], Exercise]:
        # Each computes what numbers may be drawn for its blanks, which takes longer than drawing them.
        return {}

    def _make_variant(self, seed: int | None) -> Variant:
        if seed is None:
            return self._author_variant
        problem = self._author_variant.problem
        if self.random_inputs:
            problem = self._choose_problem(seed, problem)
        return Variant(self, seed, self._with_author_content(problem, seed), self.last_stage)

    @cached_property
    def _author_variant(self) -> Variant:
        if all(name in self.inputs for name in self.graph.inputs):
            problem = self.make_problem(self.inputs)
        else:
            missing = {name: draw for name, draw in self.random_inputs.draws.items() if name not in self.inputs}
            problem = replace(self, random_inputs=replace(self.random_inputs, draws=missing))._choose_problem(0, None)
        return Variant(self, None, self._with_author_content(problem, None), self.last_stage)

    @cached_property
    def number_selector(self) -> NumberSelector:
        """The selector of fresh numbers."""
        return self._make_number_selector(self._author_variant.problem, True)

    def _make_number_selector(self, problem: Problem, has_author_numbers: bool) -> NumberSelector:
        # It needs NumPy, which a formula from the command line does without.
        from tutor.packs.number_selection import NumberSelector

        return NumberSelector(
            self.id,
            self._with_author_notes(problem, lambda text: text),
            self.random_inputs,
            self.conditions,
            has_author_numbers,
        )

    def make_problem(self, inputs: Mapping[str, Value]) -> Problem:
        """Return the problem with these values, without the author's questions, hints and mistakes."""
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
        """Return the problem with the numbers of a seed; the author's if no numbers give a finite value."""
        first = self.make_problem(self._draw_inputs(seed, 0))
        if not first.graph.nodes:
            return first
        if first.symbolic:
            return self.first_finite(seed) or authored or first
        if authored and seed in self._attempts:
            return self.make_problem(self._draw_inputs(seed, self._attempts[seed]))
        (chosen,) = (self.number_selector if authored else self._make_number_selector(first, False)).choose([seed])
        if chosen is None:
            return authored or first
        assert chosen.attempt is not None
        return self.make_problem(self._draw_inputs(seed, chosen.attempt))

    def choose_numbers(self, seeds: Collection[int]) -> None:
        """Choose the numbers of many seeds, whose variants are then made in a quarter of the time."""
        with exercise_boundary(self.path):
            if not self.random_inputs or not self.graph.nodes or self._author_variant.problem.symbolic:
                return
            for seed, chosen in zip(seeds, self.number_selector.choose(list(seeds)), strict=True):
                if chosen is not None and chosen.attempt is not None:
                    self._attempts[seed] = chosen.attempt

    @cached_property
    def _attempts(self) -> dict[int, int]:
        # The numbers of each seed: which of those that are drawn for it were chosen.
        return {}

    def first_finite(self, seed: int) -> Problem | None:
        """Return the first problem that can be drawn for a seed and has finite values in both passes, None if none."""
        problems = (self.make_problem(self._draw_inputs(seed, attempt)) for attempt in range(MAX_ATTEMPTS))
        return next(filter(_has_values, problems), None)

    def _draw_inputs(self, seed: int, attempt: int) -> dict[str, Value]:
        return {**self.inputs, **self.random_inputs.draw(self.id, seed, attempt)}

    def _with_author_content(self, problem: Problem, seed: int | None) -> Problem:
        """Return the problem with the author's questions and hints, filled with its numbers."""
        if not self.questions and not self.author_notes:
            return problem
        template = TemplateContext(problem, lenient=True, constants=self.constants)
        problem = self._with_author_notes(problem, template.fill_texts)
        questions = tuple(question.instantiate(template, seed, self.id) for question in self.questions)
        return replace(problem, questions=questions) if questions else problem

    def _with_author_notes(self, problem: Problem, fill: Callable[[LocalizedText], LocalizedText]) -> Problem:
        """Return the problem with the author's hints and mistakes, their texts passed through `fill`."""
        if not self.author_notes:
            return problem
        author_notes = {
            blank: replace(
                notes,
                hints=tuple(map(fill, notes.hints)),
                mistakes=tuple(
                    AuthorMistake(mistake.id, mistake.answer, fill(mistake.feedback)) for mistake in notes.mistakes
                ),
                praise=fill(notes.praise),
            )
            for blank, notes in self.author_notes.items()
        }
        return replace(problem, author_notes=author_notes)


@dataclass(frozen=True, eq=False)
class Variant:
    """An exercise with one set of numbers; `seed` is None for the author's.

    At a `stage` before the last one, or if it `is_cut`, a part of the pass is filled in.
    """

    exercise: Exercise
    seed: int | None
    problem: Problem
    stage: int = 0
    is_cut: bool = False

    @property
    def stage_name(self) -> Message | None:
        """The number of the stage and of all stages, such as "stage 2 of 3"; None if there is only one, or it is cut."""
        if self.is_cut or not self.exercise.last_stage:
            return None
        return message(N_("stage {n} of {all}"), n=self.stage + 1, all=len(self.exercise.stages))

    @property
    def is_partial(self) -> bool:
        """Whether only a part of the exercise is asked."""
        return self.is_cut or self.stage < self.exercise.last_stage

    def with_seed(self, seed: int | None) -> Variant:
        """Return the same part of the exercise with the numbers of a seed."""
        if self.is_cut:
            return self.exercise.cut([blank.id for blank in self.problem.blanks], seed)
        return self.exercise.variant(seed, self.stage)

    def next_stage(self, seed: int | None) -> Variant:
        """Return the next stage with the numbers of a seed; the same part again if there is none."""
        return self.with_seed(seed) if self.is_cut else self.exercise.variant(seed, self.stage + 1)

    def text(self, with_note: bool = True) -> str:
        """Return the exercise's text in the current language, filled with the numbers.

        Before it is, `with_note`, that some gradients are filled in, if they are.
        """
        text = self._fill_text(str(self.exercise.text))
        if with_note and self.is_partial and any(place.kind != "start" for place in self.problem.given_blanks):
            return f"{translate(_FILLED_IN)}\n\n{text}".strip()
        return text

    def after(self) -> str:
        """Return the text to show when everything is solved, in the current language, filled with the numbers."""
        return self._fill_text(str(self.exercise.after))

    @cached_property
    def _fill_text(self) -> Callable[[str], str]:
        # The screen asks for the text at every key.
        return cache(TemplateContext(self.problem, lenient=True, constants=self.exercise.constants))

    @cached_property
    def predictions(self) -> tuple[Prediction, ...]:
        """The predictions that are asked for, their texts filled with the numbers; none in an exam."""
        if self.exercise.exam or not self.exercise.predictions:
            return ()
        asked = {blank.id for blank in self.problem.blanks}
        template = TemplateContext(self.problem, lenient=True, constants=self.exercise.constants)
        return tuple(
            prediction.with_text(template.fill_texts(prediction.text))
            for prediction in self.exercise.predictions
            if prediction.before in asked
        )

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything that answers depend on: graph, start, blanks, values; not of texts and hints."""
        problem = self.problem
        parts = [
            " ".join(problem.graph.text.split()),
            canonical_text(problem.start),
            " ".join(blank.id for blank in problem.blanks),
            # Not what a stage fills in: it follows from what is asked.
            " ".join(self.exercise.given),
            "all" if problem.wrt is None else " ".join(problem.wrt),
            *(_question_key(question) for question in problem.questions),
            *(f"{name}={canonical_text(value)}" for name, value in sorted(problem.inputs.items())),
            *composite_keys(problem.graph),
            # Work that was done with hints does not count for an exam.
            *(["exam"] if self.exercise.exam else []),
            *([self.exercise.code.key] if self.exercise.code.only else []),
        ]
        return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _question_key(question: Question) -> str:
    answer = "" if question.answer is None else canonical_text(question.answer)
    choices = "|".join(f"{choice.right}:{sorted(choice.text.texts.items())}" for choice in question.choices)
    key = f"{question.id}?{answer}|{' '.join(question.names)}|{choices}"
    # Only what it has, so that tries of earlier versions go on.
    key += "|all" if question.select_all else ""
    return key if question.accepted is None else f"{key}|{sorted(question.accepted)}"


def drop_typed_text(value: Value) -> Value:
    """Return an exact value without the way it was typed: 0.50 in a file is a half and no measured number."""
    return ops.map_cells(lambda cell: Num(cell.value) if isinstance(cell, Num) else cell, value)


def _has_values(problem: Problem) -> bool:
    """Return whether both passes of a problem have finite values everywhere."""
    try:
        compute_passes(problem)
    except NonFiniteError:
        return False
    return True


def compute_passes(problem: Problem) -> tuple[Passes, Passes]:
    """Return both passes in floats and exactly, which stay with the problem. Raises `NonFiniteError`."""
    return problem.passes, problem.exact_passes
