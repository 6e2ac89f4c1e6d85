"""Is an answer right? If not, why? What to say next?"""

from tutor.grading.grade import grade
from tutor.grading.hints import RUNGS, Hint, hint
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
