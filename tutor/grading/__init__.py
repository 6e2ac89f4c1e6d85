"""Is an answer right? If not, why? What to say next?

Names are imported when they are asked for: a worked graph needs the problem, and none of what judges answers.
"""

from typing import TYPE_CHECKING, Any

from tutor import lazily

if TYPE_CHECKING:
    from tutor.grading.hints import RUNGS, Hint, hint
    from tutor.grading.judging import grade
    from tutor.grading.problem import Advice, Blank, Problem
    from tutor.grading.reading import Reading, reads_as
    from tutor.grading.verdict import Kind, Verdict
    from tutor.grading.wording import asks, place_name

__all__ = [
    "RUNGS",
    "Advice",
    "Blank",
    "Hint",
    "Kind",
    "Problem",
    "Reading",
    "Verdict",
    "asks",
    "grade",
    "hint",
    "place_name",
    "reads_as",
]

_MODULES = {
    "RUNGS": "hints",
    "Hint": "hints",
    "hint": "hints",
    "grade": "judging",
    "Advice": "problem",
    "Blank": "problem",
    "Problem": "problem",
    "Reading": "reading",
    "reads_as": "reading",
    "Kind": "verdict",
    "Verdict": "verdict",
    "asks": "wording",
    "place_name": "wording",
}


def __getattr__(name: str) -> Any:
    return lazily.found(name, __name__, _MODULES)
