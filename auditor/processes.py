"""Other processes of this computer: who has a file locked, since when, and whether it is stopped."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from auditor import clock

_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """A process that is in the way."""

    pid: int
    since: datetime | None = None
    host: str = ""
    """Where it runs; "" for this computer."""
    purpose: str = ""

    def __str__(self) -> str:
        about = [f"pid {self.pid}"]
        about += [f"on {self.host}"] if self.host else []
        about += [self.purpose] if self.purpose else []
        about += ["stopped"] if self.is_stopped else []
        return f"another process is at work{_since(self.since)} ({', '.join(about)})"

    @property
    def is_stopped(self) -> bool:
        """Whether somebody pressed Ctrl-Z; False where the system does not say."""
        return not self.host and _stat(self.pid)[:1] == ["T"]

    @property
    def way_on(self) -> str:
        """What the user can do."""
        if self.is_stopped:
            return f"Bring it back with fg in its terminal, or end it with: kill -9 {self.pid}"
        return f"Wait until it is done, or end it with: kill {self.pid}"


def who_locks(files: Iterable[Path]) -> Process | None:
    """The process that has one of `files` locked for writing; None where nobody does or the system is silent.

    Linux lists all locks in one file that anybody may read. (To ask by fcntl would mean to open the file, and
    closing it again drops the locks that this process itself has on it.)
    """
    inodes = set()
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        inodes.add(f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}")
    try:
        lines = (_PROC / "locks").read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    for line in lines:
        # 1: POSIX  ADVISORY  WRITE 4711 fe:01:1180 120 120
        fields = line.split()
        if len(fields) == 8 and fields[3] == "WRITE" and fields[5] in inodes and fields[4].isdecimal():
            pid = int(fields[4])
            if pid not in {0, os.getpid()}:
                return Process(pid, _started(pid))
    return None


def _since(moment: datetime | None) -> str:
    if moment is None:
        return ""
    today = moment.date() == clock.utc().astimezone(moment.tzinfo).date()
    return f" since {moment:%H:%M:%S}" if today else f" since {moment:%Y-%m-%d %H:%M}"


def _started(pid: int) -> datetime | None:
    fields = _stat(pid)
    if len(fields) < 20:
        return None
    now = clock.moment()
    uptime = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return datetime.fromtimestamp(now.wall - (now.uptime - uptime)).astimezone()


def _stat(pid: int) -> list[str]:
    """The fields of ``/proc/PID/stat`` from the third on: the second is a name that may hold anything."""
    try:
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
