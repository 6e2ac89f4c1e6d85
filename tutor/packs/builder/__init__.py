"""Exercises built from files and formulas."""
