"""`python -m autograder` is `losslab`."""

from .start import main

if __name__ == "__main__":
    main()
