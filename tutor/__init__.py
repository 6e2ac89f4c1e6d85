"""Learn back-propagation by hand, edge by edge."""

__version__ = "0.1.0"
#: Another distribution with the same import name replaces this file, and the name is missing.
DISTRIBUTION = "backprop-tutor"
