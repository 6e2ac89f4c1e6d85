"""One learner: worksheets, progress, reviews, exams, and the store of events."""
