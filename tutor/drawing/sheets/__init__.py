"""Worksheets for paper, and their answer keys: HTML, Markdown, LaTeX."""
