"""The tutor in lines of text, for screen readers, pipes and terminals that can't draw."""
