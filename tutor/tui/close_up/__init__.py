"""Painting of the close-up: the node, the branch, and the equation."""
