"""Checks of packs, one module for each kind."""
