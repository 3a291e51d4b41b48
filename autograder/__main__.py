"""`python -m autograder` is `losslab`."""

from autograder.cli.start import main

if __name__ == "__main__":
    main()
