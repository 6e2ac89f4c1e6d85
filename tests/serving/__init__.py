"""Tests of the tutor as a web page."""
