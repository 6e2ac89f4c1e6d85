"""Glossary: the terms of back-propagation and what they mean."""

from __future__ import annotations

from tutor.i18n import N_

#: In the order in which a beginner meets them.
TERMS: tuple[tuple[str, str], ...] = (
    (N_("computational graph"), N_("a calculation drawn as nodes and the values between them")),
    (N_("node"), N_("one operation, or an input")),
    (N_("edge"), N_("a line along which a value flows from one node to the next")),
    (N_("forward value"), N_("what flows along an edge from the inputs to the output")),
    (N_("forward pass"), N_("computing all forward values, from the inputs to the output")),
    (N_("backward pass"), N_("computing how the output moves with every value, from the output to the inputs")),
    (N_("upstream gradient"), N_("what a node receives from the right: how the output moves with the node's output")),
    (N_("local gradient"), N_("the node's own slope: how its output moves with one of its inputs")),
    (N_("backward value"), N_("what a node sends back along an edge: upstream × local gradient")),
    (N_("chain rule"), N_("slopes of steps that follow one another are multiplied")),
    (N_("branch"), N_("where a value flows to several nodes; on the way back the parts are added")),
    (N_("kink"), N_("a point where the slope jumps, as that of relu at 0")),
)
