"""What is simulated: every built-in exercise with several sets of numbers, and random graphs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulated.array_problems import NUM_TEMPLATES, random_array_problem
from tests.simulated.own_pass import Habit, LearnerPass, to_array
from tests.support.sample_problems import random_problem
from tests.support.simulated_learners import builtin_exercise_names, variant_seeds
from tutor.algebra import ops
from tutor.algebra.printing import format_expr
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.grading.problem import Problem

#: The random graphs: of numbers, of matrices, and with indexes and the like.
NUM_SCALAR_GRAPHS, NUM_MATRIX_GRAPHS, NUM_ARRAY_GRAPHS = 120, 80, 4 * NUM_TEMPLATES


@dataclass(frozen=True)
class Unit:
    """One set of numbers of an exercise, or a random graph. It is a name, so that processes can share the work."""

    name: str
    seed: int | None = None

    @property
    def is_random(self) -> bool:
        return self.name.startswith("random-")

    def problem(self) -> Problem:
        """Return the problem; `seed` says which numbers an exercise has, or which random graph it is."""
        if self.name == "random-arrays":
            return random_array_problem(self.seed or 0)
        if self.is_random:
            found = random_problem(self.seed or 0, self.name == "random-matrices")
            assert found is not None
            return found
        return library.find_exercise(self.name).variant(self.seed).problem

    def command(self, blank: str, text: str) -> str:
        """Return the command that grades an answer. A random graph is first written to a file."""
        target = f"{self.name}-{self.seed}.toml" if self.is_random else self.name
        seed = "" if self.is_random or self.seed is None else f" --seed {self.seed}"
        return f"backprop-tutor grade {target}{seed} --blank '{blank}' --answer '{text}'"

    def toml(self) -> str:
        """Return a random graph as an exercise file."""
        problem = self.problem()
        lines = [f'graph = "{problem.graph.text}"', f"start = {format_expr(problem.start)}", "", "[inputs]"]
        return "\n".join([*lines, *(f"{name} = {_toml(value)}" for name, value in problem.inputs.items())]) + "\n"


def _toml(value: Any) -> str:
    if ops.is_vector(value):
        return "[" + ", ".join(map(_toml, value[0])) + "]"
    if ops.is_matrix(value):
        return "[" + ", ".join("[" + ", ".join(_toml(cell) for cell in row) + "]" for row in value) + "]"
    text = format_expr(value).replace("−", "-")
    return text if text.lstrip("-").isdecimal() else f'"{text}"'


def all_units(variants: int) -> list[Unit]:
    """Return the units of the long run, with `variants` sets of numbers for each exercise."""
    units = [
        Unit(name, seed)
        for name in builtin_exercise_names()
        for seed in variant_seeds(library.find_exercise(name), variants)
    ]
    return [*units, *random_units(NUM_SCALAR_GRAPHS, NUM_MATRIX_GRAPHS), *array_units(NUM_ARRAY_GRAPHS)]


def sample_units() -> list[Unit]:
    """Return the units of the test suite: the author's numbers of each exercise, and some random graphs."""
    return [*(Unit(name) for name in builtin_exercise_names()), *random_units(24, 16), *array_units(NUM_TEMPLATES)]


def array_units(count: int) -> list[Unit]:
    """Return random problems with indexes, choices and joined values."""
    return [Unit("random-arrays", seed) for seed in range(count)]


def random_units(num_scalar: int, num_matrix: int) -> list[Unit]:
    """Return the first random graphs of each kind whose values exist and can be typed."""
    return [*_first_random("random-numbers", num_scalar, False), *_first_random("random-matrices", num_matrix, True)]


def _first_random(name: str, count: int, with_matrices: bool) -> Iterator[Unit]:
    seed = 0
    while count:
        if random_problem(seed, with_matrices) is not None:
            yield Unit(name, seed)
            count -= 1
        seed += 1


class Numbers:
    """A problem with the learner's right pass over it, and with passes of other habits."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._passes: dict[object, LearnerPass] = {}

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        return {name: to_array(value) for name, value in self.problem.inputs.items()}

    @cached_property
    def right(self) -> LearnerPass:
        return LearnerPass.run(self.problem.graph, self.inputs, to_array(self.problem.start))

    def with_habit(self, key: object, habit: Habit) -> LearnerPass:
        """Return the pass of a learner with a habit; `key` tells the habit from others."""
        if key not in self._passes:
            self._passes[key] = LearnerPass.run(self.problem.graph, self.inputs, to_array(self.problem.start), habit)
        return self._passes[key]

    @cached_property
    def nearby(self) -> Numbers | None:
        """The same problem on other numbers close by, unrelated to these; None if it has no values there.

        A start of 1 stays: it is part of the exercise.
        """
        return self._moved(keep_start=self.problem.starts_at_one)

    @cached_property
    def nearby_with_start(self) -> Numbers | None:
        """The same with the same start, which an author's own formulas may contain as a number."""
        return self._moved(keep_start=True)

    def _moved(self, keep_start: bool) -> Numbers | None:
        """Return the numbers moved by some percent, or by less if a value is missing there: beyond a pole or a kink."""
        for width in (Fraction(1, 8), Fraction(1, 200), Fraction(1, 5000)):
            moved = self._moved_by(width, keep_start)
            if moved is not None:
                return moved
        return None

    def _moved_by(self, width: Fraction, keep_start: bool) -> Numbers | None:
        rng = Random(3)

        def shift(cell: Any) -> Any:
            return cell * (1 + width * Fraction(rng.randint(-1021, 1187), 1201))

        try:
            start = self.problem.start if keep_start else ops.map_cells(shift, self.problem.start)
            moving = self.problem.graph.differentiable_inputs()
            inputs = {
                name: ops.map_cells(shift, value) if name in moving else value
                for name, value in self.problem.inputs.items()
            }
            moved = replace(self.problem, inputs=inputs, start=start)
            assert moved.exact_passes is not None
            assert moved.float_passes is not None
        except (ArithmeticError, ValueError):
            return None
        return Numbers(moved)
