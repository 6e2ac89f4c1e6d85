"""Hints: the ladder, rules with numbers or letters, and nudges."""
