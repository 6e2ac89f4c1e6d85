"""Storage of a learner's events in one SQLite file."""
