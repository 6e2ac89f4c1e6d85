"""`backprop-tutor grade`: check answers without a screen, one or many."""

from __future__ import annotations

import json
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.i18n import N_, Message, _, message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.commands.launch import RunOptions
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise


@click.command(
    cls=LocalizedCommand,
    help=_("Check answers to an exercise: one, or with --json and no blank a line each of standard input."),
)
@click.argument("exercise", metavar="PACK/EXERCISE|FILE")
@click.option("--blank", help=_("Which blank: a->mul1 for an edge, x for a gradient, value(q), q1, start."))
@click.option("--answer", help=_("The answer as a learner would type it."))
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help=_("The numbers of this seed instead of the author's."))
@click.option("--json", "as_json", is_flag=True, help=_("For machines: a JSON object for each answer."))
@common_options
def grade(
    settings: RunOptions, exercise: str, blank: str | None, answer: str | None, seed: int | None, as_json: bool
) -> int:
    from tutor.packs.diagnostics import PackError

    if (blank is None) != (answer is None) or (blank is None and not as_json):
        raise CommandError(
            message(N_("Give --blank and --answer, or --json alone to read a line of JSON for each answer.")), 2
        )
    try:
        problem = _open_exercise(exercise).variant(seed).problem
    except PackError as error:
        raise CommandError(error) from None
    if blank is None:
        # What is no text in the input's encoding can't be read; the lines around it can.
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        return _grade_lines(problem, sys.stdin)
    found = _grade_answer(problem, blank, answer or "")
    if isinstance(found, Message):
        raise CommandError(found, 2)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        if found["reads_as"]:
            click.echo(str(message(N_("reads as {reading}"), reading=found["reads_as"])))
        click.echo(f"{found['verdict']}: {found['message']}")
    return 0 if found["verdict"] == "right" else 1


def _open_exercise(what: str) -> Exercise:
    """The exercise with this name, or in this file. Raises `PackError`, `Refused` for a pack."""
    from tutor.packs import library
    from tutor.packs.pack import Pack
    from tutor.packs.path_argument import is_path_argument, open_path

    if not is_path_argument(what):
        return library.find_exercise(what)
    found = open_path(Path(what).expanduser())
    if isinstance(found, Pack):
        raise CommandError(message(N_("{name} is a pack. Give one of its files."), name=what), 2)
    return found


def _grade_lines(problem: Problem, lines: Iterable[str]) -> int:
    """A line out for every line in; a line that can't be used says so and the next one is read. 1 if there was one."""
    code = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = _grade_line(problem, line)
        if isinstance(found, Message):
            code = 1
            found = {"error": str(message(N_("Line {n}: {text}"), n=number, text=found))}
        click.echo(json.dumps(found, ensure_ascii=False))
    return code


def _grade_line(problem: Problem, line: str) -> dict[str, Any] | Message:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict) or not all(isinstance(asked.get(key), str) for key in ("blank", "answer")):
        return message(N_("Write {form}, in one line."), form='{"blank": "…", "answer": "…"}')
    return _grade_answer(problem, asked["blank"], asked["answer"])


def _grade_answer(problem: Problem, blank: str, answer: str) -> dict[str, Any] | Message:
    from tutor.grading.answer import preview
    from tutor.grading.grader import grade

    if not problem.has_place(blank):
        known = ", ".join(place.id for place in (*problem.forward_blanks, *problem.places, *problem.question_blanks))
        return message(N_("There is no blank “{name}”. The blanks are {known}."), name=blank, known=known)
    place = problem.place(blank)
    # Half of a surrogate pair, which JSON may hold, can't be printed.
    answer = answer.encode("utf-8", "replace").decode("utf-8")
    verdict = grade(problem, place, answer.strip())
    return {
        "verdict": str(verdict.kind),
        "mistake": verdict.mistake,
        "message": str(verdict.message),
        "reads_as": preview(problem, place, answer).text or None,
        "at": verdict.at,
    }
