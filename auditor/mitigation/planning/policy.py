"""Policies: which photos get which mitigations. Pure.

A policy is a match and actions. The options of the command line are one more policy, so that there is one
meaning of every condition. Where several policies meet on a photo, the strictest wins; the order in which
they are written does not matter, because merging is commutative, associative and idempotent.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

from auditor.account.photo import Photo
from auditor.flickr import licenses
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import clean
from auditor.mitigation.change import Skip
from auditor.mitigation.kinds.registry import ASKED
from auditor.text import count

ANY = "any"
"""In `Match.exposed_in`: whatever the dataset."""


class Actions(Mapping[str, Any]):
    """What a photo gets, by the keys that policies have for it; empty by default.

    ``Actions(add_tags=frozenset({"no_cv"}), hide=True)``; what is asked with nothing is left out.
    """

    def __init__(self, **wanted: Any) -> None:
        self._wanted = {key: value for key, value in sorted(wanted.items()) if value}

    @classmethod
    def asked(cls, words: Mapping[str, Sequence[str]]) -> "Actions":
        """From the words that an option or a form gives for each key; a key without any asks for nothing.

        Of a mitigation that is wanted once the last word counts, as on a command line. Errors: `UsageError`.
        """
        wanted: dict[str, Any] = {}
        for key, given in words.items():
            kind = ASKED[key]
            if not given or kind.option is None:
                continue
            if not kind.option.metavar:
                wanted[key] = True
            elif kind.option.repeatable:
                wanted[key] = frozenset(map(kind.parse, given))
            else:
                wanted[key] = kind.parse(given[-1])
        return cls(**wanted)

    def __getitem__(self, key: str) -> Any:
        return self._wanted[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._wanted)

    def __len__(self) -> int:
        return len(self._wanted)

    def __hash__(self) -> int:
        return hash(tuple(self._wanted.items()))

    def __repr__(self) -> str:
        return f"Actions({', '.join(f'{key}={value!r}' for key, value in self.items())})"

    def __or__(self, other: "Actions") -> "Actions":
        """Both, and where they differ the stricter."""
        both = {key: ASKED[key].stricter(self[key], other[key]) for key in self.keys() & other.keys()}
        return Actions(**{**self, **other, **both})


_ALBUM_PAGE = re.compile(r"flickr\.com/+photos/+[^/\s]+/+(?:albums|sets)/+([0-9]+)", re.IGNORECASE)


def album_named(word: str) -> str:
    """The title or id of an album as people give it; of a link to it, the id."""
    page = _ALBUM_PAGE.search(word)
    return page[1] if page else word.strip()


@dataclass(frozen=True, slots=True)
class Match:
    """Which photos: every condition that is set has to hold; none set: every photo."""

    exposed_in: frozenset[str] = frozenset()
    """Names of datasets, or `ANY`: exposed in at least one of them."""
    face_datasets_only: bool = False
    """Of the exposures only those in datasets about faces count."""
    privacy: frozenset[Privacy] = frozenset()
    license_allows: frozenset[str] = frozenset()
    """Of ``reuse``, ``commercial``, ``derivatives``: the licence allows all of these."""
    tags: frozenset[str] = frozenset()
    """The photo has all of these."""
    albums: frozenset[str] = frozenset()
    """Titles or ids: the photo is in at least one."""
    taken_after: date | None = None
    """On this day or later."""
    taken_before: date | None = None
    """Before this day."""
    uploaded_after: date | None = None
    uploaded_before: date | None = None
    ids: frozenset[str] | None = None
    not_ids: frozenset[str] = frozenset()

    @property
    def needs_exposures(self) -> bool:
        return bool(self.exposed_in) or self.face_datasets_only

    def __bool__(self) -> bool:
        return self != Match()


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule: photos that match get the actions."""

    name: str
    match: Match
    actions: Actions


@dataclass(frozen=True, slots=True)
class Except:
    """Photos that no plan touches, and why; `until` is the last day it holds."""

    ids: frozenset[str]
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the account beside its photos."""

    exposures: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Photo id → names of datasets."""
    face_datasets: frozenset[str] = frozenset()
    albums: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Photo id → ids and titles of its albums."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What the policies want of each photo, before anything is asked of Flickr; photo ids in order."""

    wanted: Mapping[str, Actions]
    skipped: tuple[Skip, ...]
    warnings: tuple[str, ...]


def select(
    photos: Sequence[Photo],
    policies: Sequence[Policy],
    *,
    narrow: Match,
    exceptions: Sequence[Except],
    context: Context,
    today: date,
) -> Selection:
    """The photos that match `narrow` and some policy, with the merged actions; less the exceptions."""
    excepted = {key: entry for entry in exceptions if _holds(entry, today) for key in entry.ids}
    wanted: dict[str, Actions] = {}
    skipped: list[Skip] = []
    for photo in photos:
        matching = [policy.actions for policy in policies if _matches(policy.match, photo, context)]
        if not matching or not _matches(narrow, photo, context):
            continue
        if photo.id in excepted:
            skipped.append(Skip(photo.id, f"excepted: {excepted[photo.id].reason}"))
            continue
        wanted[photo.id] = reduce(Actions.__or__, matching, Actions())
    here = {photo.id for photo in photos}
    named = frozenset[str]().union(
        *(match.ids or frozenset() for match in (narrow, *(p.match for p in policies)))
    )
    skipped += [
        Skip(photo_id, "not in the account as last synced") for photo_id in sorted(named - here, key=int)
    ]
    return Selection(wanted, tuple(skipped), tuple(_warnings(photos, policies, narrow, exceptions, today)))


def _holds(entry: Except, today: date) -> bool:
    return entry.until is None or today <= entry.until


def _matches(match: Match, photo: Photo, context: Context) -> bool:
    return (
        (match.ids is None or photo.id in match.ids)
        and photo.id not in match.not_ids
        and (not match.privacy or photo.privacy in match.privacy)
        and all(clean(tag) in photo.tags for tag in match.tags)
        and all(_allows(photo.license_id, use) for use in match.license_allows)
        and (not match.albums or bool(match.albums & context.albums.get(photo.id, frozenset())))
        and _between(_taken(photo), match.taken_after, match.taken_before)
        and _between(_uploaded(photo), match.uploaded_after, match.uploaded_before)
        and (
            not match.needs_exposures
            or _exposed(match, context.exposures.get(photo.id, frozenset()), context)
        )
    )


def _allows(license_id: str | None, use: str) -> bool:
    """A licence we do not know counts as allowing it: the owner should look at such a photo."""
    known = licenses.get(license_id)
    allowed = {"reuse": known.allows_reuse, "commercial": known.commercial, "derivatives": known.derivatives}
    return allowed[use] is not False


def _exposed(match: Match, datasets: Collection[str], context: Context) -> bool:
    counting = {name for name in datasets if not match.face_datasets_only or name in context.face_datasets}
    return (
        bool(counting)
        if not match.exposed_in or ANY in match.exposed_in
        else bool(counting & match.exposed_in)
    )


def _between(day: date | None, after: date | None, before: date | None) -> bool:
    if after is None and before is None:
        return True
    return day is not None and (after is None or day >= after) and (before is None or day < before)


def _taken(photo: Photo) -> date | None:
    """The day it was taken; Flickr also holds ``0000-00-00 00:00:00``, which is not a date."""
    try:
        return date.fromisoformat((photo.date_taken or "")[:10])
    except ValueError:
        return None


def _uploaded(photo: Photo) -> date | None:
    try:
        return None if photo.date_upload is None else datetime.fromtimestamp(photo.date_upload, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _warnings(
    photos: Iterable[Photo],
    policies: Sequence[Policy],
    narrow: Match,
    exceptions: Sequence[Except],
    today: date,
) -> Iterable[str]:
    matches = [narrow, *(policy.match for policy in policies)]
    photos = list(photos)
    if any(match.taken_after or match.taken_before for match in matches):
        undated = sum(_taken(photo) is None for photo in photos)
        if undated:
            yield f"{undated} photos have no usable date of taking, so no condition on it holds for them"
    for tag in sorted(frozenset[str]().union(*(match.tags for match in matches))):
        if not any(clean(tag) in photo.tags for photo in photos):
            yield f"no photo has the tag {tag}, so it selects none"
    if any(match.ids is not None and not match.ids for match in matches):
        yield "the list of photos to choose from names none"
    here = {photo.id for photo in photos}
    for entry in exceptions:
        yield from _about_exception(entry, here, today)


def _about_exception(entry: Except, here: Collection[str], today: date) -> Iterable[str]:
    """What of an exception protects no photo: whoever wrote it thinks that it does."""
    if not _holds(entry, today):
        yield f"the exception of {', '.join(sorted(entry.ids))} ({entry.reason}) ended on {entry.until}"
        return
    missing = sorted(entry.ids.difference(here), key=int)
    if not entry.ids:
        yield f"NO PHOTO IS EXCEPTED: the list is empty ({entry.reason})"
    elif missing:
        some = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        yield (
            f"NOT IN THIS ACCOUNT as last synced: {count(len(missing), 'photo')} to be left out"
            f" ({entry.reason}), so check what you meant: {some}"
        )


def conditions() -> frozenset[str]:
    """The names of the conditions of `Match`, which are those of the settings file."""
    return frozenset(entry.name for entry in fields(Match))
