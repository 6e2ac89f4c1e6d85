"""The judge of a learner's file: it compares each gradient with the engine's, and names the rule that was broken first."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor.coding.arrays import SentValue, format_array_shape, is_equal, to_array
from tutor.coding.diagnosis import explain, follows_from
from tutor.coding.faults import ending_fault, error_fault, is_about_shapes
from tutor.coding.observation import Observation
from tutor.coding.sandbox import run_file
from tutor.coding.source import find_lines, has_entry
from tutor.coding.verdict import FileResult, GradientResult
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tutor.coding.sandbox import Run
    from tutor.coding.task import AskedValue, Task
    from tutor.coding.variants import Trial
    from tutor.i18n import Message

_NO_ENTRY = N_("This file no longer defines {name}. The definition began with “{head}”.")
_NO_DICT = N_(
    "{name} must return a dictionary of gradients, such as {example}, but it returned a value of type {kind}."
)
_CHANGED = N_(
    "The code changes its argument {name} in place, so all later code sees the new values. Which line changes it?"
)
_OTHER_SIZES = N_("With arrays of a different size than in the example: {text}")
_NEEDED = N_("{text} {name} must have the shape of {what}, {shape}.")
_NOT_RETURNED = N_("{name} is not among the returned gradients.")
_NOT_WRITTEN = N_("You haven't written {name} yet.")
_NO_NUMBERS = N_("{name} has the type {kind}, but it must be a number or an array.")
_FOLLOWS = N_("This step is right. {name} is wrong only because an earlier value isn't right yet.")
_NOT_REACHED = N_("The code didn't get this far.")


#: A value of float32 may end in an array of float64, with its rounding errors.
_COARSE = re.compile(r"float32|float16|\bsingle\b|\bhalf\b")


def judge_file(task: Task, path: Path) -> FileResult:
    """Run a learner's file on several numbers and shapes, and judge every gradient. Raise OSError."""
    source = path.read_text(encoding="utf-8-sig", errors="replace")
    trials = task.trials()
    return judge_run(task, run_file(path, task.job(trials)), source, trials)


def judge_run(task: Task, run: Run, source: str, trials: Sequence[Trial]) -> FileResult:
    """Return the verdicts on a run of a file."""
    lines = find_lines(source, [line.name for line in task.values])
    results = [event for event in run.events if event["event"] == "result"]
    fault = _fault(task, trials, run, results, source)
    # What was sent before the code stopped is judged; of a file that never ran there is nothing.
    if not results or isinstance(results[0].get("kind"), str):
        unknown = tuple(
            GradientResult(line.name, "unknown", message=message(_NOT_REACHED), line=lines.get(line.name))
            for line in task.values
        )
        text, number = fault or (message(_NOT_REACHED), None)
        return FileResult(unknown, text, number, run.output, source=source)
    is_coarse = bool(_COARSE.search(source))
    sent = [
        {line.name: _sent(result, line.name, is_coarse=is_coarse) for line in task.values}
        for result in results
        if isinstance(result.get("values"), dict)
    ]
    stopped = any(result.get("partial") for result in results)
    judged = _judge_gradients(task, trials[: len(sent)], sent[: len(trials)], lines, stopped=stopped)
    fault_text, fault_line = fault or (None, None)
    return FileResult(tuple(judged), fault_text, fault_line, run.output, _agreement(run, trials), source=source)


def _agreement(run: Run, trials: Sequence[Trial]) -> bool | None:
    """Return whether the gradients that PyTorch found by itself are the right ones; None if there are none."""
    compared = [event for event in run.events if event["event"] == "compared"]
    for event in compared:
        at, values = event.get("at"), event.get("values")
        if not isinstance(at, int) or not 0 <= at < len(trials) or not isinstance(values, dict):
            return None
        problem = trials[at].problem
        for name, data in values.items():
            place = problem.place(name) if problem.has_place(name) else None
            if place is None or not is_equal(SentValue.from_data(data), to_array(problem.truth(place), place.shape)):
                return False
    return True if compared else None


def _sent(result: Mapping[str, Any], name: str, *, is_coarse: bool) -> SentValue | None:
    values = result["values"]
    if name not in values:
        return None
    value = SentValue.from_data(values[name])
    return replace(value, coarse=True) if is_coarse else value


def _fault(
    task: Task, trials: Sequence[Trial], run: Run, results: Sequence[Mapping[str, Any]], source: str
) -> tuple[Message, int | None] | None:
    """Return what is wrong with the file as a whole, and the line; None if it ran to its end."""
    if run.ending != "done":
        return ending_fault(run), None
    last = run.events[-2] if len(run.events) > 1 and run.events[-1]["event"] == "done" else run.events[-1]
    if last["event"] == "error":
        text, line = error_fault(last.get("error"), source)
        at = last.get("at")
        trial = trials[at] if isinstance(at, int) and 0 <= at < len(trials) else None
        if trial is not None and is_about_shapes(last.get("error")):
            text = _with_needed_shape(text, line, task, trial, source)
        if trial is not None and trial.has_other_shapes:
            return message(_OTHER_SIZES, text=text), line
        return text, line
    if last["event"] == "no entry" or not has_entry(source, task.entry):
        head = f"class {task.entry}:" if "class" in task.job(()) else f"def {task.entry}(…):"
        return message(_NO_ENTRY, name=task.entry, head=head), None
    for result in results:
        if isinstance(result.get("kind"), str):
            example = f'{{"{task.values[0].name}": {task.values[0].name}}}'
            return message(_NO_DICT, name=task.entry, example=example, kind=result["kind"][:40]), None
        for position in result.get("changed", ()):
            with suppress(IndexError):
                return message(_CHANGED, name=task.argument_name(position)), None
    # Without a verdict on all numbers nothing is right.
    if [result.get("at") for result in results] != list(range(len(trials))):
        return message(_NOT_REACHED), None
    return None


def _with_needed_shape(text: Message, line: int | None, task: Task, trial: Trial, source: str) -> Message:
    """Return a sentence about shapes with the one that is needed, if the line computes a gradient that is asked for."""
    lines = find_lines(source, [value.name for value in task.values])
    value = next((each for each in task.values if lines.get(each.name) == line), None)
    if value is None:
        return text
    place = value.place_in(trial.problem)
    shape = format_array_shape(to_array(trial.problem.truth(place), place.shape).shape)
    what = trial.problem.graph.label(place.node)
    return message(_NEEDED, text=text, name=value.name, what=what, shape=shape)


def _judge_gradients(
    task: Task,
    trials: Sequence[Trial],
    sent: Sequence[Mapping[str, SentValue | None]],
    lines: Mapping[str, int],
    *,
    stopped: bool = False,
) -> list[GradientResult]:
    """Return the verdicts in backward order.

    Only the first wrong gradient is explained; those that follow from it are marked.
    """
    results: list[GradientResult] = []
    wrong_places: dict[str, AskedValue] = {}
    explained: set[str] = set()
    observations = {
        line.name: Observation(line, trials, [each[line.name] for each in sent], sent, wrong_places)
        for line in task.values
    }
    comparable = [each for each in observations.values() if _unusable(each.line, each.values) is None]
    for line in task.values:
        observation, at = observations[line.name], lines.get(line.name)
        if stopped and any(value is None for value in observation.values):
            results.append(GradientResult(line.name, "unknown", message=message(_NOT_REACHED), line=at))
            continue
        unusable = _unusable(line, observation.values)
        if unusable is not None:
            results.append(GradientResult(line.name, "missing", message=unusable, line=at))
            continue
        if not observation.wrong_trials():
            results.append(GradientResult(line.name, "right", line=at))
            continue
        if line.name in explained or follows_from(observation):
            results.append(GradientResult(line.name, "follows", message=message(_FOLLOWS, name=line.name), line=at))
        else:
            found = explain(
                observation, [each for each in comparable if each is not observation], task.expected_mistakes()
            )
            explained |= found.explained
            results.append(GradientResult(line.name, "wrong", found.mistake, found.is_certain, found.text, at))
        wrong_places[line.place.id] = line
    return results


def _unusable(line: AskedValue, values: Sequence[SentValue | None]) -> Message | None:
    """Return why there is no value to compare; None if there is one on all numbers."""
    for value in values:
        if value is None:
            return message(_NOT_RETURNED, name=line.name)
        if value.is_missing:
            return message(_NOT_WRITTEN, name=line.name)
        if value.array is None:
            return message(_NO_NUMBERS, name=line.name, kind=value.kind)
    return None
