"""Graphs as data, the operations, and the passes over them."""
