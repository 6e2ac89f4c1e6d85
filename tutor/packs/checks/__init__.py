"""What `check` looks at: one module for each family of checks, `run` brings them together."""
