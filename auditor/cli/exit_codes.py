"""The exit codes that a command ends with by itself; those of errors stand with them in `auditor.errors`."""

from typing import Final

FOUND: Final = 1
"""What is looked for is there: exposures, a mismatch, something missing or overdue, changes to make."""
UNREADABLE: Final = 2
"""None of what was given could be read."""
PARTIAL: Final = 3
"""Some of it failed, or may be missing."""
BUG: Final = 70
INTERRUPTED: Final = 130
