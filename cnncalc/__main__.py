"""`python -m cnncalc`."""

from cnncalc.cli.main import main

if __name__ == "__main__":
    main()
