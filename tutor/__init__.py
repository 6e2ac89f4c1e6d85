"""Learn back-propagation by hand, edge by edge."""

__version__ = "0.1.0"
