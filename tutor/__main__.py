"""Entry point of `python -m tutor`, the same as the command `backprop-tutor`."""

from tutor.cli import main

if __name__ == "__main__":
    main()
