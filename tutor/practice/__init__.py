"""One learner at work: the state of a try, and the store it is kept in."""
