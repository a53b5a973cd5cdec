"""The workspace of one command, with its progress on stderr."""

from functools import cached_property
from pathlib import Path

from auditor.cli.output import note
from auditor.progress import SILENT, Progress
from auditor.workspace import Workspace


class Session(Workspace):
    """One run of the program; `quiet`: only results, warnings and errors are wanted."""

    def __init__(
        self, home: Path | None, config: Path | None, *, account: str | None = None, quiet: bool = False
    ) -> None:
        super().__init__(home, config, account=account)
        self.quiet = quiet

    @cached_property
    def progress(self) -> Progress:
        """Bars on stderr."""
        from auditor.cli.bars import Bars

        return SILENT if self.quiet else Bars()

    def hint(self, message: str) -> None:
        """Say what is next, unless nobody wants to know."""
        if not self.quiet:
            note(message)
