"""Whether an index can be asked about a subject at all.

An index that names no members says nothing about a member, and one of hashes nothing about a bare photo id:
finding nothing there must not read as "not found".
"""

from collections.abc import Mapping
from typing import Final

from auditor.audit.coverage import Coverage, in_order
from auditor.audit.match import Searched, Subject
from auditor.audit.result import NotChecked, Why
from auditor.datasets.card import Card
from auditor.datasets.match_keys import MatchKey
from auditor.text import count

NO_MEMBERS: Final = "its index names no members, only photos: check the link of a photo"
_BY: Final = {
    MatchKey.URL_HASH: "its index names photos by a hash of their address, and no address is known here:"
    " sync, or check the address of the picture (live.staticflickr.com/…)",
    MatchKey.CONTENT_MD5: "its index names photos by the content of their file:"
    " audit --originals DIR compares your own",
    MatchKey.OWNER: "its index names members, not photos: check the NSID",
}


def out_of_reach(
    subject: Subject, index: Searched, here: Mapping[str, Searched], cards: Mapping[str, Card]
) -> str | None:
    """Why no record of `index` can be met by `subject`, whatever is in it; None if one can."""
    keys = set(map(MatchKey, index.manifest.match_keys))
    if keys & _keys(subject):
        return None
    card = cards.get(index.name)
    parent = here.get(card.parent or "") if card and MatchKey.PARENT_KEY in keys else None
    if parent is not None and parent is not index:
        return out_of_reach(subject, parent, here, cards)
    if not (subject.photo_ids or subject.hashes or subject.md5s):
        return NO_MEMBERS
    return next((why for key, why in _BY.items() if key in keys), None)


def answering(
    subject: Subject, coverage: Coverage, here: Mapping[str, Searched], cards: Mapping[str, Card]
) -> Coverage:
    """The coverage without the indexes in which no record can be met by `subject`."""
    silent = {
        index.name: why
        for index in coverage.answering
        if (why := out_of_reach(subject, index, here, cards)) is not None
    }
    return without(coverage, silent)


def without(coverage: Coverage, silent: Mapping[str, str]) -> Coverage:
    """The coverage without the `silent` datasets, each with why it has no key for what was asked about."""
    missing = [
        NotChecked(index.dataset, index.title, Why.NO_SUCH_KEY, silent[index.dataset], index.about)
        for index in coverage.checked
        if index.dataset in silent
    ]
    return Coverage(
        tuple(index for index in coverage.answering if index.name not in silent),
        tuple(index for index in coverage.checked if index.dataset not in silent),
        tuple(sorted((*coverage.not_checked, *missing), key=in_order)),
    )


def in_part(subject: Subject, index: Searched) -> str | None:
    """Why a part of the records cannot be met by a `subject` that is a member; None if all can."""
    if subject.photo_ids or subject.hashes or subject.md5s:
        return None
    owned = sum(file.rows for file in index.manifest.parts(MatchKey.OWNER))
    nameless = index.manifest.records - owned if owned else 0
    return (
        f"{count(nameless, 'record')} of {index.manifest.records:,} name no member" if nameless > 0 else None
    )


def _keys(subject: Subject) -> set[MatchKey]:
    given = {
        MatchKey.PHOTO_ID: subject.photo_ids,
        MatchKey.URL_HASH: subject.hashes,
        MatchKey.CONTENT_MD5: subject.md5s,
        MatchKey.OWNER: subject.nsids | subject.aliases,
    }
    return {key for key, values in given.items() if values}
