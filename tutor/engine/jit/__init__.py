"""Compilation of graphs that are run often."""
