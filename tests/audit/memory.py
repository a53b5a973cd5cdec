"""An index in memory, to match against in microseconds: it keeps what it was asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from auditor.datasets.index.lookup import Group, Place
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.match_keys import MatchKey


def group(value: str | None, *places: Place, **told: Any) -> Group:
    """A group of records, by default one at line 1 of ``list.csv``."""
    defaults: dict[str, Any] = {
        "records": len(places) or 1,
        "license_id": None,
        "links_original": False,
        "keys": (),
        "photo_ids": frozenset(),
    }
    return Group(value, places=places or (Place("list.csv", "line 1", None),), **(defaults | told))


class Memory:
    """Holds groups by match key; an owner's are found by any NSID or alias in `owners`."""

    def __init__(
        self,
        name: str,
        groups: Mapping[MatchKey, Sequence[Group]],
        *,
        owners: Iterable[str] = (),
        **manifest: Any,
    ) -> None:
        self.name = name
        self.asked: list[tuple[MatchKey, set[str], bool]] = []
        self._groups, self._owners = groups, set(owners)
        defaults: dict[str, Any] = {
            "built_at": "2026-01-02T03:04:05+00:00",
            "tool_version": "0",
            "sources": (),
            "rows": 9,
            "indexed": 9,
            "skipped": {},
            "records": 9,
            "photos": 9,
            "owners": 9,
            "match_keys": tuple(key.value for key in groups),
            "files": (),
        }
        self.manifest = Manifest(dataset=name, **(defaults | manifest))

    def groups(self, key: MatchKey, values: Iterable[str], *, keys: bool = False) -> Iterator[Group]:
        """As of a local index."""
        wanted = set(values)
        self.asked.append((key, wanted, keys))
        for one in self._groups[key]:
            if (wanted & self._owners) if key is MatchKey.OWNER else (one.value in wanted):
                yield one
