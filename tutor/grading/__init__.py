"""Grading: verdicts, mistakes, hints, rule cards and the replay of a backward pass."""
