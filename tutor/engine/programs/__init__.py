"""A graph as a program that computes the same gradients, and as a derivation for people: lists of lines."""

from tutor.engine.programs.derivation import latex
from tutor.engine.programs.with_numpy import numpy_program
from tutor.engine.programs.with_torch import torch_program

__all__ = ["latex", "numpy_program", "torch_program"]
