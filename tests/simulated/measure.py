"""The tutor's verdicts on simulated answers, counted in the rows of the table."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from tests.simulated import answers, bugs_anywhere, bugs_of_arrays, bugs_of_matrices, bugs_of_operations
from tests.simulated.bug import FACTS
from tests.simulated.names import BuggyAnswer, Judgement, judge
from tests.simulated.own_pass import Array, Habit, LearnerPass, to_array, try_rule
from tests.simulated.populations import Numbers, Unit
from tests.simulated.tally import Case, Tally
from tests.support.sample_problems import answer_literal, cells_of
from tests.support.simulated_learners import fits_in_answer, right_answer_forms
from tutor.algebra import ops
from tutor.algebra.printing import format_value
from tutor.engine.symbolic import has_symbols
from tutor.grading.answer import parse_answer
from tutor.grading.grader import grade
from tutor.grading.verdict import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.simulated.bug import Bug
    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank
    from tutor.grading.verdict import Verdict

BUGS: tuple[Bug, ...] = (*bugs_anywhere.BUGS, *bugs_of_operations.BUGS, *bugs_of_matrices.BUGS, *bugs_of_arrays.BUGS)

#: Statements about the number itself, which are true of whoever typed it.
_ABOUT_THE_NUMBER = FACTS | {"any.slip"}


class Simulation:
    """All simulated answers to one problem. `share` is the part of the bugs that is tried, drawn at random."""

    def __init__(self, unit: Unit, share: float = 1) -> None:
        self.unit = unit
        self.share = share
        self.numbers = Numbers(unit.problem())
        self.problem = self.numbers.problem
        self.tally = Tally()
        self.rng = Random(f"{unit.name} {unit.seed}")

    def run(self) -> Tally:
        """Try everything and return the figures."""
        for blank in self.problem.blanks:
            self._try_right_forms(blank)
            if not self._has_numbers(blank):
                continue
            self._try_wrong_numbers(blank)
            if blank.kind == "question" or self.problem.symbolic:
                continue
            self._try_shown_digits(blank)
            for bug in filter(self._chosen, BUGS):
                self._try_bug(bug, blank)
        if not self.problem.symbolic and self.problem.graph.nodes:
            self._try_machine_values()
            for bug in BUGS:
                if bug.edge is not None and bug.systematic and self.rng.random() < self.share / 4:
                    self._try_systematic(bug)
        return self.tally

    def _chosen(self, bug: Bug) -> bool:
        return self.share >= 1 or self.rng.random() < self.share

    def _has_numbers(self, blank: Blank) -> bool:
        if blank.kind == "question" and self.problem.question(blank).choices:
            return False
        return not has_symbols(self.problem.truth(blank))

    def _truth(self, blank: Blank) -> Array:
        return to_array(self.problem.truth(blank))

    def _grade(self, blank: Blank, text: str, wrong: dict[str, Value] | None = None) -> Verdict:
        return grade(self.problem, blank, text, wrong)

    def _case(self, blank: Blank, text: str, verdict: Verdict, earlier: tuple[tuple[str, str], ...] = ()) -> Case:
        truth = "" if (value := self.problem.truth(blank)) is None else format_value(value)
        kind, certain = str(verdict.kind), getattr(verdict, "certain", True)
        return Case(self.unit, blank.id, text, truth, kind, verdict.mistake, certain, earlier)

    # --- right answers --------------------------------------------------------------------------------------

    def _try_right(self, row: str, kind: str, blank: Blank, text: str) -> None:
        if not fits_in_answer(text):
            return
        verdict = self._grade(blank, text)
        case = self._case(blank, text, verdict)
        if row:
            self.tally.rows[row].add(kind, case, verdict.kind not in (VerdictKind.RIGHT, VerdictKind.COARSE))
        self.tally.rows["right-accused"].add(kind, case, verdict.kind is VerdictKind.MISTAKEN)

    def _try_right_forms(self, blank: Blank) -> None:
        for form, text in right_answer_forms(self.problem, blank):
            self._try_right("", f"right form: {form}", blank, text)

    def _try_machine_values(self) -> None:
        tried: set[tuple[str, str]] = set()
        for way, passes in answers.machine_passes(self.problem):
            for blank in self.problem.blanks:
                if blank.kind == "question":
                    continue
                value = answers.value_at(passes, blank)
                if not self._has_kept_its_digits(value, blank, passes):
                    continue
                for form, text in answers.printed(value):
                    if (blank.id, text) not in tried:
                        tried.add((blank.id, text))
                        row = "float32-refused" if "32" in form else "float64-refused"
                        self._try_right(row, f"{form} ({way})", blank, text)

    def _has_kept_its_digits(self, value: Array, blank: Blank, passes: LearnerPass) -> bool:
        """Return whether a program's value is the right one. Where digits cancel, a float32 may have none left."""
        truth = self._truth(blank)
        if np.shape(value) != np.shape(truth) or not np.isfinite(value).all():
            return False
        noise = 1e-5 if np.asarray(value).dtype == np.float32 else 1e-9
        largest = max(np.abs(truth).max(), *(np.abs(part).max() for part in self._parts(blank, passes)), 0)
        return bool((np.abs(value - truth) <= np.where(truth == 0, noise / 10 * largest, noise * np.abs(truth))).all())

    def _parts(self, blank: Blank, passes: LearnerPass) -> list[Array]:
        return passes.parts(blank.node) if blank.kind == "sum" else [np.zeros(1), np.zeros(1)]

    def _try_shown_digits(self, blank: Blank) -> None:
        tried: set[str] = set()
        for way, value in self._shown_values(blank):
            for form, text in answers.shown_result_texts(value):
                if text not in tried:
                    tried.add(text)
                    self._try_right("shown-refused", f"{way}, {form} ({self._describe(blank)})", blank, text)

    def _shown_values(self, blank: Blank) -> Iterator[tuple[str, Array]]:
        with np.errstate(all="ignore"):
            for way, value in answers.from_shown_digits(self.problem, blank):
                if np.isfinite(value).all():
                    yield way, value

    def _describe(self, blank: Blank) -> str:
        nodes = self.problem.graph.nodes
        if blank.edge:
            return f"edge into {nodes[blank.edge.target].op}"
        return blank.kind

    # --- wrong numbers --------------------------------------------------------------------------------------

    def _try_wrong_numbers(self, blank: Blank) -> None:
        truth = self.problem.truth(blank)
        for text in answers.random_wrong_answers(truth, self.rng, 4):
            self._try_wrong("random-accused", blank, text)
        for text in answers.off_by_one_answers(truth, self.rng):
            self._try_wrong("off-by-one", blank, text)

    def _try_wrong(self, row: str, blank: Blank, text: str) -> None:
        verdict = self._grade(blank, text)
        if verdict.kind in (VerdictKind.RIGHT, VerdictKind.COARSE):
            return
        case = self._case(blank, text, verdict)
        accused = verdict.kind is VerdictKind.MISTAKEN and case.certain and verdict.mistake not in _ABOUT_THE_NUMBER
        self.tally.rows[row].add(verdict.mistake or str(verdict.kind), case, accused)

    # --- bugs -----------------------------------------------------------------------------------------------

    def _try_bug(self, bug: Bug, blank: Blank) -> None:
        """Make a bug at one blank; everything before it is right."""
        if bug.text is not None:
            self._try_typing_slip(bug, bug.text, blank)
            return
        truth = self._truth(blank)
        for index, value in enumerate(self._values(bug, self.numbers, blank)):
            if value is not None and answers.is_within_reach(value) and answers.is_distinct(value, truth):
                text = answers.type_by_hand(value, self.rng)
                made = BuggyAnswer(bug, blank, partial(self._value_on, bug, blank, index))
                if fits_in_answer(text):
                    self._judge(bug.kind, made, text, self._grade(blank, text))

    def _values(self, bug: Bug, numbers: Numbers, blank: Blank) -> list[Array | None]:
        """Return what a bug gives at a blank, one value for each way to make it."""
        right = numbers.right
        if bug.edge is not None:
            return [try_rule(bug.at_edge, right.spot(blank.edge))] if blank.edge else []
        if bug.sum is not None:
            return [try_rule(bug.sum, right, blank.node)] if blank.kind == "sum" else []
        if bug.forward is not None:
            return [try_rule(bug.forward, right, blank.node)] if blank.kind == "forward" else []
        if bug.start is not None:
            return [try_rule(bug.start, right.start, right.values[-1])] if blank.kind == "start" else []
        if bug.matrix is not None:
            value = answers.value_at(right, blank)
            wrong = try_rule(bug.matrix, value, Random(blank.id)) if np.size(value) > 1 else None
            # A vector may be written as a column.
            is_column = wrong is not None and ops.is_vector_shape(blank.shape) and np.shape(wrong) != np.shape(value)
            return [] if is_column else [wrong]
        if bug.passes is None or not blank.is_backward:
            return []
        habits = enumerate(bug.passes(numbers.problem.graph))
        return [
            try_rule(answers.value_at, numbers.with_habit((bug.kind, index), habit), blank) for index, habit in habits
        ]

    def _value_on(self, bug: Bug, blank: Blank, index: int, numbers: Numbers) -> Array | None:
        values = self._values(bug, numbers, blank)
        return values[index] if index < len(values) else None

    def _try_typing_slip(self, bug: Bug, slip: Callable[[str], str | None], blank: Blank) -> None:
        cells = cells_of(self.problem.truth(blank))
        texts = [answers.type_by_hand(to_array(cell), Random(blank.id)) for cell in cells]
        i = self.rng.randrange(len(cells))
        wrong = _slipped(slip, texts[i])
        if wrong is None or not answers.is_distinct(np.float64(wrong), to_array(cells[i])):
            return
        text = answer_literal([*texts[:i], wrong, *texts[i + 1 :]], ops.shape_of(self.problem.truth(blank)))
        made = BuggyAnswer(bug, blank, lambda numbers: None)
        self._judge(bug.kind, made, text, self._grade(blank, text))

    def _try_systematic(self, bug: Bug) -> None:
        """Make a bug at every node, type what follows at each blank in turn, and go on from it."""
        given = {place.id for place in self.problem.given_blanks}
        habit = Habit(edge=lambda spot: None if spot.edge.id in given else bug.at_edge(spot))
        kind = f"{bug.kind}, everywhere"
        learner = self.numbers.with_habit(kind, habit)
        wrong: dict[str, Value] = {}
        earlier: tuple[tuple[str, str], ...] = ()
        for blank in self.problem.blanks:
            if blank.kind not in ("edge", "sum") or not self._is_known(learner, blank, wrong):
                continue
            value = try_rule(answers.value_at, learner, blank)
            if value is None or not answers.is_within_reach(value):
                continue
            text = answers.type_by_hand(value, self.rng)
            if not answers.is_distinct(value, self._truth(blank)) or not fits_in_answer(text):
                continue
            verdict = self._grade(blank, text, wrong)
            made = BuggyAnswer(
                bug,
                blank,
                lambda at, blank=blank: answers.value_at(at.with_habit(kind, habit), blank),
                lambda at, blank=blank: at.with_habit(kind, habit).gradients[blank.edge.target] if blank.edge else None,
            )
            self._judge(kind, made, text, verdict, earlier, follows=_step_is_right(learner, blank))
            answer = parse_answer(self.problem, blank, text).value
            if verdict.kind is not VerdictKind.RIGHT and ops.shape_of(answer) == blank.shape:
                wrong[blank.id] = answer
                earlier = (*earlier, (blank.id, text))

    def _is_known(self, learner: LearnerPass, blank: Blank, wrong: Mapping[str, Value]) -> bool:
        """Return whether what a step starts from was typed, or is right: on paper, one bug after another piles up."""
        upstream = self.problem.upstream(blank)
        places = [self.problem.place(upstream)] if upstream else list(self.problem.branch_edges(blank))
        return all(
            place.id in wrong or not answers.is_distinct(answers.value_at(learner, place), self._truth(place))
            for place in places
        )

    def _judge(
        self,
        kind: str,
        made: BuggyAnswer,
        text: str,
        verdict: Verdict,
        earlier: tuple[tuple[str, str], ...] = (),
        follows: bool = False,
    ) -> None:
        """Count a verdict on a bug. `follows`: the step itself is right, from a wrong value."""
        if verdict.kind is VerdictKind.COARSE:
            # As typed, with few digits, it is a rounding of the right value.
            return
        judgement = judge(made, verdict, self.numbers)
        if verdict.kind is VerdictKind.CARRIED and follows:
            judgement = Judgement.NAMED
        case, rows = self._case(made.blank, text, verdict, earlier), self.tally.rows
        rows["wrong-accepted"].add(kind, case, judgement is Judgement.ACCEPTED)
        if judgement is not Judgement.ACCEPTED:
            rows["false-certain"].add(f"{kind}: {verdict.mistake}", case, judgement is Judgement.FALSE)
            rows["unnamed"].add(kind, case, judgement is Judgement.UNNAMED)


def _step_is_right(learner: LearnerPass, blank: Blank) -> bool:
    """Return whether the learner's step at a blank is right, given what came before it."""
    if not blank.edge:
        return True
    spot = learner.spot(blank.edge)
    right, value = try_rule(spot.right, spot.g), answers.value_at(learner, blank)
    return right is not None and np.shape(right) == np.shape(value) and bool(np.allclose(right, value, rtol=1e-6))


def _slipped(slip: Callable[[str], str | None], text: str) -> str | None:
    """Return a text changed by a slip; None if the slip can't be made in it."""
    try:
        found = slip(text)
    except (ValueError, IndexError):
        return None
    return None if found == text else found
