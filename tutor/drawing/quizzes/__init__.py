"""Exercises as questions for course systems: GIFT, QTI, jupyterquiz."""
