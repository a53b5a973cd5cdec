"""What is released is tried as a user tries it: the program's fixtures."""

from tests.cli.conftest import environment, program

__all__ = ["environment", "program"]
