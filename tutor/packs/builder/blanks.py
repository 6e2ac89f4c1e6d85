"""Blanks, forward values, stages and questions of an exercise."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.grading.question import Choice, TextMistake
from tutor.i18n import N_, LocalizedText, Message, message
from tutor.packs.questions import QuestionTemplate
from tutor.packs.symbols import MatrixSymbol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.grading.problem import Problem
    from tutor.packs.builder.context import BuildContext
    from tutor.packs.model import QuestionTable

_MAX_NAMES_SHOWN = 40
#: The last choice of a question in which none of the author's may be right, and what is said if one of them is.
NONE_OF_THESE = LocalizedText({"en": "None of these", "ko": "이 중에 없음"})
NOT_NONE_OF_THESE = LocalizedText(
    {
        "en": "One of the others is right. Which of them did you rule out too early?",
        "ko": "다른 보기 중에 맞는 것이 있습니다. 너무 일찍 제외한 것은 무엇인가요?",
    }
)


def check_blanks(
    context: BuildContext, problem: Problem, names: Iterable[str], *key_path: str | int
) -> tuple[str, ...]:
    """Return the names that are blanks of the problem, and report the others at `key_path`."""
    blanks = []
    for name in names:
        if problem.has_place(name):
            blanks.append(name)
        elif not context.is_full:
            text = context.inside_group_message(name, problem) or _unknown_blank_message(name, problem)
            context.report(text, *key_path, *([name] if key_path == ("blank",) else []))
    return tuple(blanks)


def build_stages(context: BuildContext, problem: Problem) -> tuple[tuple[str, ...] | None, ...]:
    """Return the blanks of each stage, None for all."""
    stages = context.file.stages
    if stages and context.file.blanks is not None:
        context.report(
            message(N_("Both stages and blanks say which blanks are asked for. Remove one of them.")), "stages"
        )
    if stages and context.exam:
        context.report(message(N_("An exam asks for everything at once. Remove the stages.")), "stages")
    return tuple(None if stage is None else check_blanks(context, problem, stage, "stages") for stage in stages)


def build_forward_nodes(context: BuildContext, graph: Graph) -> tuple[str, ...]:
    """Return the nodes whose forward values are asked for."""
    operations = [node.id for node in graph.nodes if not node.is_input]
    if context.file.forward is None:
        return tuple(operations)
    names = []
    for name in context.file.forward:
        position = graph.position.get(name)
        if position is None or graph.nodes[position].is_input:
            text = N_("“{name}” is not an operation node. The operation nodes are {known}.")
            context.report(message(text, name=name, known=", ".join(operations[:_MAX_NAMES_SHOWN])), "forward")
        else:
            names.append(name)
    return tuple(names)


def build_questions(context: BuildContext) -> tuple[QuestionTemplate, ...]:
    """Return the questions of `[[question]]`, named q1, q2, …"""
    return tuple(
        QuestionTemplate(
            id=f"q{number}",
            prompt=question.prompt,
            answer=question.answer,
            symbols={name: _meaning_of(context, name, meaning) for name, meaning in question.symbols.items()},
            choices=_build_choices(question),
            skills=question.skills,
            key_path=("question", number - 1),
            select_all=question.select == "all",
            accepted=_accepted_texts(question) if question.accept or question.ungraded else None,
            text_mistakes=tuple(
                TextMistake(mistake.id, mistake.answer, mistake.text) for mistake in question.mistake if question.accept
            ),
        )
        for number, question in enumerate(context.file.question, 1)
    )


def _build_choices(question: QuestionTable) -> tuple[Choice, ...]:
    choices = [Choice(choice.text, choice.right, choice.why, is_last=choice.last) for choice in question.choices]
    if question.none_of_these:
        is_right = not any(choice.right for choice in choices)
        feedback = LocalizedText({}) if is_right else NOT_NONE_OF_THESE
        choices.append(Choice(NONE_OF_THESE, is_right, feedback, is_last=True, excludes_others=True))
    return tuple(choices)


def _accepted_texts(question: QuestionTable) -> tuple[str, ...]:
    """Return the accepted texts in all languages, each once."""
    return tuple(dict.fromkeys(text for accepted in question.accept for text in accepted.texts.values()))


def build_points(context: BuildContext, problem: Problem) -> dict[str, Fraction]:
    """Return the points of the blanks that have their own, by id. The keys of `[blank]` were checked before."""
    file = context.file
    points = {
        problem.place(name).id: table.points
        for name, table in file.blank.items()
        if table.points is not None and problem.has_place(name)
    }
    for number, question in enumerate(file.question, 1):
        if question.points is not None:
            points[f"q{number}"] = question.points
    return points


def _meaning_of(context: BuildContext, name: str, meaning: str | MatrixSymbol) -> str | Value:
    """Return the domain, the formula or the matrix that a question's symbol stands for."""
    if isinstance(meaning, MatrixSymbol):
        # A name of a size that is missing was reported.
        return meaning.named(name, context.sizes) if set(meaning.size_names) <= context.sizes.keys() else "real"
    return meaning


def check_something_to_fill(
    context: BuildContext, problem: Problem, asked: tuple[str, ...] | None, given: tuple[str, ...]
) -> None:
    """Report an exercise that gives every blank it asks for."""
    file = context.file
    if file.question or file.forward != () or context.errors or (file.code and (not file.graph or file.blanks == ())):
        return
    if not replace(problem, asked=asked, given=given).blanks:
        context.report(message(N_("All blanks are given, so there is nothing to fill in. Give fewer.")), "given")


def _data_source(name: str, problem: Problem) -> str | None:
    """Return the node whose value is data at the place with this name; None if it is no such place."""
    graph = problem.graph
    requested = graph.depends_on(None)
    for edge in graph.edges:
        if edge.id == name and not graph.carries_gradient(edge, requested):
            return graph.nodes[edge.source].id
    position = graph.position.get(name)
    return None if position is None or requested[position] else graph.nodes[position].id


def _unknown_blank_message(name: str, problem: Problem) -> Message:
    if source := _data_source(name, problem):
        return message(
            N_("There is no blank “{name}” because {source} is data and gets no gradient."),
            name=name,
            source=source,
        )
    ids = [place.id for place in problem.places or problem.question_blanks]
    known = ", ".join(ids[:_MAX_NAMES_SHOWN]) + (", …" if len(ids) > _MAX_NAMES_SHOWN else "")
    near = difflib.get_close_matches(name, ids[:500], n=1)
    if near:
        return message(
            N_("There is no blank “{name}”. Did you mean {near}? The blanks are {known}."),
            name=name,
            near=near[0],
            known=known,
        )
    return message(N_("There is no blank “{name}”. The blanks are {known}."), name=name, known=known)
