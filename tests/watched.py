"""A progress that keeps what it was told: each task with its total and unit, and each advance."""

from typing import Any

from auditor.progress import Progress


class Watched(Progress):
    """What a user would see of it is in `told`."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def task(self, label: str, *, total: int | None = None, unit: str = "") -> Any:
        self.told.append((label, total, unit))
        return self

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None: ...

    def advance(self, amount: int = 1) -> None:
        self.told.append(amount)
