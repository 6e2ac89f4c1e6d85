"""Code generation: NumPy and PyTorch programs, and LaTeX derivations, each as a list of lines."""
