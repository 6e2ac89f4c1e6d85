"""Pictures of the running program."""
