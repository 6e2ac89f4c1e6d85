"""`python -m tutor` is the command `backprop-tutor`."""

from tutor.cli import main

if __name__ == "__main__":
    main()
