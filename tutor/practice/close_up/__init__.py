"""The close-up: the focused node with all that is known around it, and its equation, independent of any screen."""
