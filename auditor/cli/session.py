"""The workspace of one command, with its progress on stderr."""

from functools import cached_property

from auditor.progress import Progress
from auditor.workspace import Workspace


class Session(Workspace):
    """One run of the program."""

    @cached_property
    def progress(self) -> Progress:
        """Bars on stderr."""
        from auditor.cli.bars import Bars

        return Bars()
