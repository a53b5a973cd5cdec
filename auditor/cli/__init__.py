"""The command line: one file for each command. Only this package prints, asks and exits."""

import sys


def main() -> None:
    """Entry point of the program ``flickr-auditor``."""
    from auditor.cli.app import run

    run(sys.argv[1:])
