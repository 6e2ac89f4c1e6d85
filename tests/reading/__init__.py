"""Rules for the wording of every text that a person reads, and the texts that they apply to.

A rule finds a construction that is wrong nearly always. It is a net, not the judge: the judge is a reader.
"""
