"""Drawing a computational graph in character cells."""
