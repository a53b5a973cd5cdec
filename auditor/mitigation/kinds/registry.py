"""All mitigations, by the name they have in plans."""

from typing import Final

from auditor.mitigation.change import Change
from auditor.mitigation.kinds.add_tag import AddTag, RemoveTag
from auditor.mitigation.kinds.base import Mitigation
from auditor.mitigation.kinds.groups import JoinGroup, LeaveGroup
from auditor.mitigation.kinds.hide import Hide, Unhide
from auditor.mitigation.kinds.license import License
from auditor.mitigation.kinds.privacy import SetPrivacy

MITIGATIONS: Final[dict[str, Mitigation]] = {
    mitigation.name: mitigation
    for mitigation in (
        AddTag(),
        RemoveTag(),
        License(),
        Hide(),
        Unhide(),
        LeaveGroup(),
        JoinGroup(),
        SetPrivacy(),
    )
}

WRITE_METHODS: Final = frozenset[str]().union(*(mitigation.methods for mitigation in MITIGATIONS.values()))
"""Every Flickr method that the tool may change something with."""


def of(change: Change) -> Mitigation:
    """The mitigation that `change` is one of."""
    return MITIGATIONS[change.mitigation]


def describe(change: Change) -> str:
    """The change in words."""
    return of(change).describe(change)
