"""Named mistakes: the wrong values they give, and the feedback on them."""
