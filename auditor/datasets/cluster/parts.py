"""Which records of a large index go into one data file: ranges of each key, about equally full.

Every shard tells a sample of its keys. Nothing depends on how good the samples are but the files' sizes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from auditor.datasets.index.orders import ORDERS

Key = int | str


class Ranged(NamedTuple):
    """Records of one order that are cut into ranges of one column."""

    order: str
    column: str
    which: str


RANGED: Final = tuple(
    ranged
    for order, parts in ORDERS.items()
    for ranged in (
        # The owner's file is by NSID, then by alias: those without an NSID have ranges of their own.
        (Ranged(order, "nsid", "nsid IS NOT NULL"), Ranged(order, "alias", "nsid IS NULL"))
        if order == "owner"
        else (Ranged(order, order, parts.which if order != "photo_id" else "photo_id IS NOT NULL"),)
    )
)
"""The cuts of all orders, by the name of the column."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Some keys of one column of one shard, at about even distances in their order, and the number of all."""

    keys: tuple[Key, ...]
    records: int


@dataclass(frozen=True, slots=True)
class Part:
    """A data file to be: the records with `first` <= key < `end`; None is no bound."""

    ranged: Ranged
    number: int
    first: Key | None = None
    end: Key | None = None

    @property
    def where(self) -> str:
        """The records of the part in SQL, with the parameters that `bounds` gives."""
        column = self.ranged.column
        bounds = [f"{column} >= ?"] * (self.first is not None) + [f"{column} < ?"] * (self.end is not None)
        where = " AND ".join([self.ranged.which, *bounds])
        # Records without a photo id, such as owners alone, are among all records too.
        return f"({where} OR photo_id IS NULL)" if column == "photo_id" and self.end is None else where

    @property
    def bounds(self) -> list[Key]:
        """The parameters of `where`."""
        return [bound for bound in (self.first, self.end) if bound is not None]


def parts_of(samples: Sequence[Mapping[str, Sample]], records_a_part: int) -> Iterator[Part]:
    """The parts of an index from the `samples` of its shards, by column. There is always one by photo id."""
    number = dict.fromkeys(ORDERS, 0)
    for ranged in RANGED:
        told = [shard[ranged.column] for shard in samples if ranged.column in shard]
        if not any(sample.records for sample in told) and ranged.order != "photo_id":
            continue
        cuts = _cuts(told, records_a_part)
        for first, end in zip([None, *cuts], [*cuts, None], strict=True):
            yield Part(ranged, number[ranged.order], first, end)
            number[ranged.order] += 1


def _cuts(samples: Sequence[Sample], records_a_part: int) -> list[Key]:
    """Keys at which a part ends and the next begins."""
    weighted: list[tuple[Key, float]] = sorted(
        (key, sample.records / len(sample.keys)) for sample in samples for key in sample.keys
    )
    cuts: list[Key] = []
    records = 0.0
    for key, weight in weighted:
        if records >= records_a_part and (not cuts or key > cuts[-1]):  # type: ignore[operator]
            cuts.append(key)
            records = 0.0
        records += weight
    return cuts
