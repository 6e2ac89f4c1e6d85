"""The commands of `backprop-tutor`, one module each; `group.py` brings them together."""
