"""Glossary: the terms of back-propagation and what they mean."""

from __future__ import annotations

from tutor.i18n import N_

#: In the order in which a beginner meets them.
TERMS: tuple[tuple[str, str], ...] = (
    (N_("computational graph"), N_("a calculation drawn as nodes connected by edges")),
    (N_("node"), N_("one operation, or an input")),
    (N_("edge"), N_("a connection that carries a value from one node to the next")),
    (N_("forward value"), N_("the value that an edge carries in the forward pass")),
    (N_("forward pass"), N_("computing all forward values, from the inputs to the output")),
    (N_("backward pass"), N_("computing the gradient of every value, from the output to the inputs")),
    (
        N_("upstream gradient"),
        N_("the gradient that comes back to a node: how much the final result changes when the node's output changes"),
    ),
    (
        N_("local derivative"),
        N_("the node's own derivative: how much its output changes when one of its inputs changes"),
    ),
    (N_("gradient of an edge"), N_("what a node sends back along an edge: upstream × local derivative")),
    (N_("chain rule"), N_("the rule that you multiply the local derivatives of steps that follow one another")),
    (N_("branch"), N_("a value that goes to several nodes; the gradients that come back are added")),
    (N_("kink"), N_("a point where the derivative jumps, such as 0 for relu")),
)
