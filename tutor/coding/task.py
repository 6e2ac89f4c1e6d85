"""The task of a learner's file: its values in backward order, and how they are computed on a trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tutor.algebra.evaluate import format_shape
from tutor.grading.wording import place_name
from tutor.i18n import N_, LocalizedText, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tutor.coding.variants import Trial
    from tutor.grading.mistakes.equivalence import FloatProblem
    from tutor.grading.problem import Blank, Problem
    from tutor.i18n import Message


@dataclass(frozen=True, slots=True)
class AskedValue:
    """A value that the learner's code computes: its variable, and the place in the example's graph.

    `key` names the place in the graphs of all trials, where it may have another id: sizes change broadcasting.
    """

    name: str
    place: Blank
    key: str = ""

    def place_in(self, problem: Problem) -> Blank:
        """Return the place in the graph of a trial."""
        return problem.place(self.key or self.place.id)


@dataclass(frozen=True, slots=True)
class ExpectedMistake:
    """A mistake that a task expects in one of its values, with its message.

    `value` returns what it gives on a trial, from the trial's number and problem and the name of the value; None if it
    can't be made there.
    """

    id: str
    feedback: str | LocalizedText
    value: Callable[[int, FloatProblem, str], NDArray[Any] | None]

    def text(self, name: str) -> Message:
        """Return the message about the mistake in a value."""
        if isinstance(self.feedback, str):
            return message(self.feedback, name=name)
        return message(N_("{text}"), text=self.feedback)


class Task(Protocol):
    """A style of file. `problem` has the numbers of the example, `values` are in the order of the backward pass."""

    @property
    def problem(self) -> Problem: ...

    @property
    def values(self) -> Sequence[AskedValue]: ...

    @property
    def entry(self) -> str:
        """The function or class that the judge uses."""

    def code(self) -> list[str]:
        """Return the lines of a new file below its head, with `...` for what is to be written."""

    def trials(self) -> Sequence[Trial]:
        """Return the numbers and shapes to run the code on."""

    def job(self, trials: Sequence[Trial]) -> Mapping[str, Any]:
        """Return what the process is to call, with the arguments of each trial."""

    def expected_mistakes(self) -> Sequence[ExpectedMistake]:
        """Return the mistakes that belong to this task alone. They are looked for first."""

    def argument_name(self, position: int) -> str:
        """Return the name of an argument that the code has changed, by its position in a call."""


def describe_value(problem: Problem, asked: AskedValue) -> str:
    """Return what a value belongs to, with its shape: `x → ×, 2×3`."""
    shape = asked.place.shape
    name = str(place_name(problem, asked.place))
    return str(message(N_("{name}, {shape}"), name=name, shape=format_shape(shape))) if shape else name
