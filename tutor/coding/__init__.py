"""Code exercises: files in which a learner writes a backward pass, and the judge that says which rule was broken."""
