"""The tutor as a web page: one process and one progress file for each learner."""
