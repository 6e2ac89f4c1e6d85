"""One small language: text -> expression -> value. It reads pack files, the command line and answers alike."""
