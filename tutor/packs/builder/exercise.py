"""Exercises built from files, with every error that only the graph and its numbers can show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.ops import shape_of
from tutor.algebra.typed_text import on_one_line
from tutor.engine.builder import build_from_equations, parse_and_check
from tutor.engine.graph import Graph
from tutor.engine.standard_functions import with_standard_functions
from tutor.grading.problem import Problem
from tutor.grading.question import Question
from tutor.i18n import N_, LocalizedText, message
from tutor.packs.archive import PACK_FILE
from tutor.packs.assessment import NO_TERMS
from tutor.packs.builder.blanks import (
    build_forward_nodes,
    build_points,
    build_questions,
    build_stages,
    check_blanks,
    check_something_to_fill,
)
from tutor.packs.builder.code import build_code
from tutor.packs.builder.context import BuildContext
from tutor.packs.builder.custom_nodes import build_definitions, fold_groups, report_unused_definitions
from tutor.packs.builder.inputs import (
    build_conditions,
    build_inputs,
    build_labels,
    build_random_inputs,
    build_start,
    build_wrt,
    check_constants,
    check_finite,
    check_indexes,
)
from tutor.packs.builder.predictions import build_predictions
from tutor.packs.builder.sizes import build_sizes
from tutor.packs.builder.texts import build_author_notes, check_texts, has_texts
from tutor.packs.diagnostics import Diagnostic, PackError, with_position
from tutor.packs.exercise import Exercise
from tutor.packs.ids import is_valid_id
from tutor.packs.loader import load_pack_file, validate
from tutor.packs.model import ExerciseFile
from tutor.packs.random_inputs import RandomInputs
from tutor.packs.sanitize import clean_title
from tutor.packs.templates import TemplateContext
from tutor.packs.toml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tutor.engine.function_definition import FunctionDefinition
    from tutor.packs.assessment import PackTerms
    from tutor.packs.questions import QuestionTemplate
    from tutor.packs.toml_source import TomlSource

#: Keys of values: if one of these is refused, only names can be checked.
_VALUE_KEYS = ("inputs", "start", "wrt", "vary")
#: Keys that decide which nodes there are: if one of these is refused, nothing about the graph can be checked.
_NODE_KEYS = ("nodes", "fold")
_GRAPH_KEYS = ("inputs", "vary", "where", "labels", "fold", "nodes", "prediction")


def load_exercise(path: Path, folder: Path, pack: str, exercise_id: str, check_pack_file: bool = False) -> Exercise:
    """Return the exercise in a file of the pack in `folder`.

    Raises `PackError` with everything that is wrong with the file or, with `check_pack_file`, with the pack's own.
    """
    terms = load_pack_file(folder / PACK_FILE, folder).terms if check_pack_file else NO_TERMS
    return build_exercise(read_source(path, folder), pack, exercise_id, terms)


def build_exercise(
    source: TomlSource,
    pack: str,
    exercise_id: str,
    terms: PackTerms = NO_TERMS,
    numbers_checked_elsewhere: bool = False,
) -> Exercise:
    """Return the exercise in a file that was read. Raises `PackError` with all its errors.

    `terms` are those of its pack. With `numbers_checked_elsewhere`, it is not an error if none of the fresh numbers has finite values.
    """
    file, errors = validate(ExerciseFile, source)
    if "id" not in source.data and not is_valid_id(exercise_id):
        text = message(
            N_("The file's name gives the id “{id}”. Choose a name such as 01-two-roads.toml."), id=exercise_id
        )
        errors.append(Diagnostic("error", source.path, None, "", text))
    refused_keys = {error.key.partition(".")[0] for error in errors}
    if file and not refused_keys.intersection(_NODE_KEYS):
        exam = terms.exam if file.mode is None else file.mode == "exam"
        has_invalid_values = not refused_keys.isdisjoint(_VALUE_KEYS)
        context = BuildContext(source, file, has_invalid_values, exam, numbers_checked_elsewhere)
        exercise = _build(context, file.id or exercise_id, pack, terms)
        errors += context.errors
        if exercise and not errors:
            return exercise
    raise PackError(errors)


def _build(context: BuildContext, exercise_id: str, pack: str, terms: PackTerms) -> Exercise | None:
    """Return the exercise, or None if something it needs has an error; all errors are in the context."""
    file = context.file
    definitions = build_definitions(context)
    if definitions is None:
        return None
    parts = _without_graph(context) if file.graph is None else _build_graph(context, file.graph, definitions)
    if parts is None:
        return None
    problem, random_inputs = parts
    asked, given, stages, forward = _build_blanks(context, problem)
    questions = build_questions(context)
    named = replace(problem, forward=forward, questions=tuple(Question(each.id, each.prompt) for each in questions))
    blanks = check_blanks(context, named, file.blank, "blank")
    if context.has_invalid_values:
        return None
    check_something_to_fill(context, problem, asked, given)
    exercise = Exercise(
        id=exercise_id,
        pack=pack,
        title=file.title or LocalizedText({"": clean_title(on_one_line(file.graph or exercise_id))}),
        graph=problem.graph,
        inputs=problem.inputs,
        random_inputs=random_inputs,
        start=problem.start,
        wrt=problem.wrt,
        asked=stages[-1] if stages else asked,
        given=given,
        level=file.level,
        minutes=file.minutes,
        needs=file.needs,
        links=file.links,
        stages=stages,
        forward=forward,
        constants=file.values,
        labels=problem.labels,
        text=file.text,
        after=file.after,
        path=context.source.path,
        exam=context.exam,
        code=build_code(context, problem),
        assessment=terms.assessment(exercise_id, file.points, build_points(context, named), file.carried),
        predictions=build_predictions(context, replace(problem, asked=asked, given=given), stages),
    )
    return _add_what_needs_numbers(context, exercise, questions, blanks)


def _without_graph(context: BuildContext) -> tuple[Problem, RandomInputs]:
    for key in _GRAPH_KEYS:
        if getattr(context.file, key):
            context.report(message(N_("This needs a graph, and there is none. Add a graph or remove this.")), key)
    context.sizes = build_sizes(context, ())
    return Problem(Graph((), ""), {}), RandomInputs()


def _build_graph(
    context: BuildContext, text: str, definitions: Mapping[str, FunctionDefinition]
) -> tuple[Problem, RandomInputs] | None:
    """Return the graph with what belongs to it, some inputs perhaps without values; None if it has an error."""
    functions = with_standard_functions(definitions)
    try:
        equations = parse_and_check(text, functions, context.file.inputs)
    except AlgebraError as error:
        context.report(with_position(error, text), "graph")
        return None
    report_unused_definitions(context, definitions, equations)
    inputs = build_inputs(context, equations)
    shapes = {name: shape_of(value) for name, value in inputs.items()}
    try:
        unfolded = build_from_equations(equations, text, shapes, functions)
    except AlgebraError as error:
        # A matrix whose value was refused is taken for a number.
        if not context.has_invalid_values:
            context.report(with_position(error, text), "graph")
        return None
    folded = fold_groups(context, unfolded)
    graph = unfolded if folded is None else folded
    check_constants(context, graph)
    random_inputs = build_random_inputs(context, graph, inputs)
    check_indexes(context, graph, inputs, random_inputs.draws)
    start, wrt = build_start(context, graph, inputs), build_wrt(context, graph)
    problem = Problem(graph, inputs, start, wrt, labels=build_labels(context, graph))
    return None if folded is None else (problem, random_inputs)


def _build_blanks(
    context: BuildContext, problem: Problem
) -> tuple[tuple[str, ...] | None, tuple[str, ...], tuple[tuple[str, ...] | None, ...], tuple[str, ...]]:
    """Return the blanks that are asked for (None for all), given, asked for by stage, and the forward nodes."""
    if not problem.graph.nodes:
        return None, (), (), ()
    file = context.file
    asked = None if file.blanks is None else check_blanks(context, problem, file.blanks, "blanks")
    given = check_blanks(context, problem, file.given, "given")
    return asked, given, build_stages(context, problem), build_forward_nodes(context, problem.graph)


def _add_what_needs_numbers(
    context: BuildContext, exercise: Exercise, questions: tuple[QuestionTemplate, ...], blanks: Iterable[str]
) -> Exercise | None:
    """Return the exercise with its conditions, questions and hints; None if there is any error."""
    if exercise.graph.nodes:
        if not check_finite(context, exercise):
            return None
        conditions = build_conditions(context, exercise)
        # Computed passes stay with an exercise, so it is copied only if there is something to add.
        exercise = replace(exercise, conditions=conditions) if conditions else exercise
    if not questions and not context.file.blank and not has_texts(context):
        return None if context.errors else exercise
    problem = exercise.variant().problem
    template = TemplateContext(problem, constants=exercise.constants)
    notes = {}
    if check_texts(context, template, questions):
        instantiated = tuple(question.instantiate(template, None, exercise.id) for question in questions)
        notes = build_author_notes(context, replace(problem, questions=instantiated), blanks)
    if context.errors:
        return None
    return replace(exercise, questions=questions, author_notes=notes) if questions or notes else exercise
