"""Check single photos and people against the indexes, without an account and, for ids, without any call."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.audit.coverage import covered, in_order
from auditor.audit.match import Searched, Subject, hashes_of, match_all
from auditor.audit.people import OnceFailed, Resolver, whom
from auditor.audit.reach import in_part, out_of_reach, without
from auditor.audit.redact import without_secret
from auditor.audit.result import CheckedTarget, CheckResult, Exposure, FoundPhoto, NotChecked, Why
from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.datasets.index.local import LocalIndexes
from auditor.errors import AuditorError
from auditor.flickr.target import Target
from auditor.flickr.urls import (
    PhotoAddress,
    StaticAddress,
    yfcc_video_hash,
)

if TYPE_CHECKING:
    from auditor.lookup.asked import Asked


def check_home(
    targets: Sequence[Target], indexes: LocalIndexes, resolver: Resolver | None, asked: "Asked | None" = None
) -> CheckResult:
    """Look every target up in the indexes of a home and those of a look-up; see `check`."""
    here = [index.name for index in indexes.readable]
    remote = asked.indexes(here) if asked else ()
    result = check(
        targets,
        (*indexes.readable, *remote),
        catalogue.load(),
        resolver,
        damaged=indexes.damaged,
        unasked=asked.silent(here) if asked else None,
    )
    if not asked:
        return result
    if asked.failure:
        result = unanswered(result, [index.name for index in remote], asked.failure)
    return replace(result, lookup=asked.consulted)


def check(
    targets: Sequence[Target],
    indexes: Sequence[Searched],
    cards: Mapping[str, Card],
    resolver: Resolver | None,
    *,
    damaged: Mapping[str, str] | None = None,
    unasked: Mapping[str, str] | None = None,
) -> CheckResult:
    """Look every target up; one result each, in order.

    `damaged` and `unasked` are as for `auditor.audit.audit`. `resolver` None: people are matched by NSID or
    path alias only. When it fails, that costs the results of the names that it would have been asked about,
    and no others.
    """
    coverage = covered(indexes, cards, damaged=damaged, unasked=unasked)
    by_photo = _photos(targets, coverage.answering, cards)
    asked = OnceFailed(resolver) if resolver else None
    results = [
        _told(_result(target, by_photo, coverage.answering, cards, asked), len(coverage.answering))
        for target in targets
    ]
    reached = without(coverage, _silent(results))
    return CheckResult(
        tuple(replace(result, target=without_secret(result.target)) for result in results),
        reached.checked,
        reached.not_checked,
    )


def _told(result: CheckedTarget, datasets: int) -> CheckedTarget:
    """The result; that no dataset could say anything is no "not found"."""
    if result.error or result.exposures or not 0 < datasets == len(result.unanswered):
        return result
    why = "; ".join(dict.fromkeys(result.unanswered.values()))
    return replace(result, error=f"no dataset that is here can tell: {why}")


def _silent(results: Iterable[CheckedTarget]) -> dict[str, str]:
    """The datasets that could be asked about none of the targets, and why."""
    unanswered = [result.unanswered for result in results if result.unanswered or result.error is None]
    return {
        dataset: why
        for dataset, why in (unanswered[0] if unanswered else {}).items()
        if all(dataset in other for other in unanswered)
    }


def unanswered(result: CheckResult, datasets: Sequence[str], failure: AuditorError) -> CheckResult:
    """`result` where the look-up that has an index of `datasets` failed: nothing is "not found" by it."""
    reason = f"the look-up did not answer: {failure.message}"
    targets = tuple(
        replace(target, note="; ".join(filter(None, (target.note, reason))))
        if target.exposures or target.error
        else replace(target, error=reason, cause=failure)
        for target in result.targets
    )
    missing = [
        NotChecked(index.dataset, index.title, Why.UNASKED, reason, index.about)
        for index in result.indexes
        if index.dataset in datasets
    ]
    return CheckResult(
        targets,
        tuple(index for index in result.indexes if index.dataset not in datasets),
        tuple(sorted((*result.not_checked, *missing), key=in_order)),
    )


def _subject(photos: Iterable[PhotoAddress]) -> Subject:
    """Photos by their ids and, where an address tells them, by YFCC's hashes."""
    hashes: dict[str, str] = {}
    ids = set()
    for photo in photos:
        ids.add(photo.photo_id)
        if not photo.secret:
            continue
        if photo.is_original and photo.nsid:
            hashes[yfcc_video_hash(photo.nsid, photo.photo_id, photo.secret)] = photo.photo_id
        elif photo.server and not photo.is_original:
            address = StaticAddress(photo.photo_id, photo.server, photo.farm, photo.secret)
            hashes |= dict.fromkeys(hashes_of(address), photo.photo_id)
    return Subject(frozenset(ids), hashes)


def _photos(
    targets: Sequence[Target], indexes: Sequence[Searched], cards: Mapping[str, Card]
) -> dict[str, tuple[Exposure, ...]]:
    """Exposures of all photo targets, in one look-up for each index."""
    subject = _subject(target.photo for target in targets if target.photo)
    found: dict[str, list[Exposure]] = {}
    for _, matches in match_all(subject, indexes if subject.photo_ids else (), cards):
        for photo_id, exposure in matches.by_photo.items():
            found.setdefault(photo_id, []).append(exposure)
    return {photo_id: tuple(exposures) for photo_id, exposures in found.items()}


def _result(
    target: Target,
    by_photo: Mapping[str, tuple[Exposure, ...]],
    indexes: Sequence[Searched],
    cards: Mapping[str, Card],
    resolver: Resolver | None,
) -> CheckedTarget:
    if target.photo:
        found = by_photo.get(target.photo.photo_id, ())
        return CheckedTarget(
            target,
            tuple(FoundPhoto(target.photo.photo_id, exposure) for exposure in found),
            owner=target.photo.nsid,
            owner_alias=target.photo.path_alias,
            unanswered=_unanswered(_subject([target.photo]), indexes, cards),
        )
    if target.kind == "unreadable":
        return CheckedTarget(target, (), error=target.reason or "not a Flickr address, id or name")
    try:
        person = whom(target, resolver)
    except AuditorError as error:
        return CheckedTarget(target, (), error=error.message, cause=error)
    if person.nsid is None and person.alias is None:
        return CheckedTarget(target, (), error=person.note)
    subject = Subject(
        frozenset(),
        {},
        nsids=frozenset({person.nsid} if person.nsid else ()),
        aliases=frozenset({person.alias.lower()} if person.alias else ()),
    )
    found_photos = [photo for _, matches in match_all(subject, indexes, cards) for photo in matches.by_owner]
    return CheckedTarget(
        target,
        tuple(found_photos),
        owner=person.nsid,
        owner_alias=person.alias,
        note=person.note,
        unanswered=_unanswered(subject, indexes, cards),
        in_part={index.name: why for index in indexes if (why := in_part(subject, index))},
    )


def _unanswered(subject: Subject, indexes: Sequence[Searched], cards: Mapping[str, Card]) -> dict[str, str]:
    here = {index.name: index for index in indexes}
    return {index.name: why for index in indexes if (why := out_of_reach(subject, index, here, cards))}
