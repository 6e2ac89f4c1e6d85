"""The lab: a formula as it is typed, its inputs taken hold of, and what a nudge of one of them does."""
