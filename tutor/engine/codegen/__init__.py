"""A graph as a program that computes the same gradients, and as a derivation for people: lists of lines."""
