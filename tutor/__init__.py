"""backprop-tutor: learn back-propagation by doing it by hand, edge by edge."""

__version__ = "0.1.0"
