"""The whole tutor in plain lines: for screen readers, pipes and terminals that can't draw."""
