"""Python functions as formulas: their syntax trees become equations of the graph language. No line of them is run."""
