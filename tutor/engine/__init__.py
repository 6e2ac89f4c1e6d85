"""Graphs as data, the operations, and the passes over them."""

from tutor.engine.graph import Edge, Graph, Node
from tutor.engine.operation import Mistake, Operation, Spot
from tutor.engine.operations import OPERATIONS
from tutor.engine.passes import EdgeValue, NotANumber, Passes, backward, forward, run

__all__ = [
    "OPERATIONS",
    "Edge",
    "EdgeValue",
    "Graph",
    "Mistake",
    "Node",
    "NotANumber",
    "Operation",
    "Passes",
    "Spot",
    "backward",
    "forward",
    "run",
]
