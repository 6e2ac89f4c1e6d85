"""`backprop-tutor grade`: check one answer, or many from standard input."""

from __future__ import annotations

import json
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from tutor.commands.completion import complete_exercises
from tutor.commands.errors import CommandError
from tutor.commands.exercise_arguments import find_exercise_with_blanks
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.student_option import (
    before_due_option,
    check_key_allowed,
    check_seed_or_student,
    chosen_seed,
    student_option,
)
from tutor.grading import grader
from tutor.grading.answer import preview
from tutor.grading.verdict import VerdictKind
from tutor.i18n import N_, Message, _, message
from tutor.packs.diagnostics import PackError
from tutor.packs.sanitize import format_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise
    from tutor.run_options import RunOptions


@click.command(cls=LocalizedCommand)
@click.argument("exercise", metavar="PACK/EXERCISE|FILE", shell_complete=complete_exercises)
@click.option("--blank", help=_("The blank to grade: a->mul1 for an edge, x for a gradient; or value(q), q1, start."))
@click.option("--answer", help=_("The answer, as a learner would type it."))
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help=_("Use the numbers of this seed instead of the author's.")
)
@student_option
@before_due_option
@click.option("--json", "as_json", is_flag=True, help=_("Print a JSON object for each answer."))
@common_options
def grade(
    options: RunOptions,
    exercise: str,
    blank: str | None,
    answer: str | None,
    seed: int | None,
    student: str | None,
    before_due: bool,
    as_json: bool,
) -> int:
    check_seed_or_student(seed, student)
    if (blank is None) != (answer is None) or (blank is None and not as_json):
        raise CommandError(
            message(N_("Use --blank and --answer together, or --json alone to read a line of JSON for each answer.")), 2
        )
    try:
        opened = find_exercise_with_blanks(exercise)
        check_key_allowed([opened], before_due)
        problems = _problems(opened, chosen_seed(opened, seed, student))
    except PackError as error:
        raise CommandError(error) from None
    if blank is None:
        if sys.stdin is None:
            raise CommandError(
                message(
                    N_("Standard input is closed. Use --blank and --answer, or send one line of JSON for each answer.")
                ),
                2,
            )
        # Bytes that are not text in the input's encoding spoil only their own line.
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        return _grade_lines(problems, sys.stdin)
    result = _grade_answer(problems, blank, answer or "")
    if isinstance(result, Message):
        raise CommandError(result, 2)
    if as_json:
        echo(format_json(result))
    else:
        if result["reads_as"]:
            echo(message(N_("read as {reading}"), reading=result["reads_as"]))
        # In one line: the next line of an author's text could be taken for a command of whatever reads the output.
        echo(f"{result['verdict']}: {' '.join(result['message'].split())}")
    return 0 if result["verdict"] in (VerdictKind.RIGHT, VerdictKind.NOTED) else 1


def _problems(exercise: Exercise, seed: int | None) -> list[Problem]:
    """Return the problem with the numbers of a seed, and those of the stages, for which the seed may give others."""
    whole = exercise.variant(seed).problem
    if seed is None or not exercise.has_variants:
        return [whole]
    return [whole, *(exercise.variant(seed, stage).problem for stage in range(exercise.last_stage))]


def _grade_lines(problems: Sequence[Problem], lines: Iterable[str]) -> int:
    """Print a line for every line; return 1 if one of them could not be used."""
    code = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        result = _grade_line(problems, line)
        if isinstance(result, Message):
            code = 1
            result = {"error": str(message(N_("Line {n}: {text}"), n=number, text=result))}
        echo(format_json(result))
    return code


def _grade_line(problems: Sequence[Problem], line: str) -> dict[str, Any] | Message:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not all(isinstance(data.get(key), str) for key in ("blank", "answer")):
        return message(N_("Write {form} on one line."), form='{"blank": "…", "answer": "…"}')
    return _grade_answer(problems, data["blank"], data["answer"])


def _grade_answer(problems: Sequence[Problem], blank: str, answer: str) -> dict[str, Any] | Message:
    """Return the verdict on an answer; an answer that is right at one of the stages is right."""
    results = (_grade_at(problem, blank, answer) for problem in problems)
    first = next(results)
    if isinstance(first, Message) or first["verdict"] == "right":
        return first
    return next((other for other in results if isinstance(other, dict) and other["verdict"] == "right"), first)


def _grade_at(problem: Problem, blank: str, answer: str) -> dict[str, Any] | Message:
    if not problem.has_place(blank):
        known = ", ".join(place.id for place in (*problem.forward_blanks, *problem.places, *problem.question_blanks))
        return message(N_("There is no blank “{name}”. The blanks are {known}."), name=blank, known=known)
    place = problem.place(blank)
    # JSON may hold half of a surrogate pair, which can't be printed.
    answer = answer.encode("utf-8", "replace").decode("utf-8")
    verdict = grader.grade(problem, place, answer.strip())
    return {
        "verdict": str(verdict.kind),
        "mistake": verdict.mistake,
        "certain": verdict.certain,
        "message": str(verdict.message),
        "reads_as": preview(problem, place, answer).text or None,
        "at": verdict.at,
    }
