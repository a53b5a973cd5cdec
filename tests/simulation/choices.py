"""The one source of all that is left to chance.

Everything that can happen in one way or another is picked here, and the first option is always the harmless
one. So a history is the list of picks that were not the first: from a seed it is drawn, from a list it is
replayed, a shorter list is a simpler history (`shrinking`), and all lists are all histories (`exhaustive`).
"""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """Picks drawn from `seed`, or those of `given` (number of the pick → option), else the first option."""

    def __init__(self, seed: int | None = None, given: Mapping[int, int] | None = None) -> None:
        self._dice = random.Random(seed) if given is None else None
        self._given = given or {}
        self.taken: dict[int, int] = {}
        """The picks that were not the first option."""
        self.offered: list[tuple[str, Sequence[object]]] = []
        """Of every pick what it was about and its options."""

    def pick(self, about: str, options: Sequence[T], rate: float) -> T:
        """The first of `options`, or with the probability `rate` one of the others."""
        number = len(self.offered)
        self.offered.append((about, options))
        if len(options) < 2:
            return options[0]
        if self._dice is None:
            chosen = self._given.get(number, 0) % len(options)
        else:
            chosen = self._dice.randrange(1, len(options)) if self._dice.random() < rate else 0
        if chosen:
            self.taken[number] = chosen
        return options[chosen]

    def among(self, about: str, options: Sequence[T]) -> T:
        """Any of `options`, each as likely."""
        return self.pick(about, options, 1 - 1 / len(options))

    def happens(self, about: str, rate: float) -> bool:
        """Whether something happens that need not."""
        return self.pick(about, (False, True), rate)
