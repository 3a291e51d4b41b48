"""`python -m autograder` is `losslab`."""

from .commands.app import main

if __name__ == "__main__":
    main()
