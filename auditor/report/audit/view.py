"""What people read in a report, prepared once for every format: order, sentences, text that is safe to show.

Face sets come first and huge general ones last, everywhere: a photo in a face set must not drown among a
hundred that are "only" in YFCC100M. All text from Flickr or an index passes `auditor.text.plain`; each format
escapes for itself.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.audit.coverage import chains
from auditor.audit.result import (
    AuditResult,
    CheckedTarget,
    CheckResult,
    ExposedPhoto,
    Exposure,
    FoundPhoto,
    NotChecked,
    Why,
)
from auditor.datasets import catalogue
from auditor.datasets.match_keys import MatchKey
from auditor.flickr import licenses
from auditor.flickr.tags import NO_CV, has_tag
from auditor.flickr.urls import page_url
from auditor.report.audit import license_history
from auditor.report.audit.cards import steps
from auditor.report.audit.sentences import (
    cautions,
    details,
    headline,
    in_part,
    lineage,
    moment,
    not_in_account,
    owner,
    provenance,
    target_headline,
    target_notes,
    why_nothing_searched,
)
from auditor.report.audit.shown import (
    AuditView,
    CheckView,
    Dataset,
    FileRow,
    Found,
    IndexRow,
    MissingGroup,
    PhotoRow,
    TargetView,
)
from auditor.text import count, plain

if TYPE_CHECKING:
    from auditor.account.photo import Account
    from auditor.audit.license_facts import LicenseFacts

TITLE_LENGTH = 120


def audit_view(result: AuditResult) -> AuditView:
    """The report of an audit."""
    datasets = {
        index.dataset: Dataset(index.dataset, plain(index.title), index.about, index.huge, index.own_list)
        for index in result.indexes
    }
    nsid = result.account.nsid
    photos = [_photo(exposed, nsid, datasets, result.license_histories) for exposed in result.exposed]
    gone = _chains(result.gone, nsid, datasets)
    warned = tuple(cautions(result))
    return AuditView(
        owner=owner(result.account),
        generated=moment(result.generated_at),
        snapshot=moment(result.snapshot_at),
        headline=headline(result),
        tone="alarm" if result.anything_found else "neutral" if warned or not result.indexes else "calm",
        cautions=warned,
        in_part=tuple(in_part(result.indexes)),
        details=tuple(details(result, photos, gone)),
        indexes=_indexes(result, datasets),
        photos=tuple(sorted(photos, key=lambda photo: photo.rank)),
        gone=gone,
        gone_title=f"Listed under your name, but {not_in_account(result)}",
        files=tuple(FileRow(plain(file.path), _found(file.exposures, datasets)) for file in result.files),
        missing=_missing(result.not_checked),
        lineage=lineage(result, datasets),
        steps=tuple(steps(result)),
        uploads=tuple(_uploads(result.account)),
        licenses=tuple(license_history.lines(result)),
    )


def _uploads(account: "Account") -> Iterator[str]:
    from auditor.account.upload_defaults import advise

    yield from map(str, advise(account.defaults))
    if "privacy" not in account.defaults:
        yield "flickr-auditor whoami shows what Flickr says about these."


def check_view(result: CheckResult) -> CheckView:
    """The report of a check."""
    return CheckView(
        tuple(target_view(target, _asked(target, result)) for target in result.targets),
        tuple(_looked_in(result)),
    )


def _asked(checked: CheckedTarget, result: CheckResult) -> int:
    """How many datasets could say something about the target."""
    return sum(index.dataset not in checked.unanswered for index in result.indexes)


def _looked_in(result: CheckResult) -> Iterator[str]:
    if not result.indexes:
        yield f"Nothing was looked up: {why_nothing_searched(result.not_checked)}."
        return
    names = ", ".join(plain(index.dataset) for index in result.indexes)
    yield f"Looked in {count(len(result.indexes), 'dataset')}: {names}."
    yield from in_part(result.indexes)
    if missing := len(result.not_checked):
        yield f"Nothing is known of the {count(missing, 'dataset')} that could not be checked."


def target_view(checked: CheckedTarget, datasets_checked: int) -> TargetView:
    """The report of one target of a check."""
    names = {found.exposure.dataset for found in checked.exposures}
    datasets = {name: _catalogued(name) for name in names}
    photos = _chains(checked.exposures, checked.owner or checked.owner_alias, datasets)
    return TargetView(
        target=plain(checked.target.text, TITLE_LENGTH),
        headline=target_headline(checked, len(names), photos, datasets_checked),
        failed=checked.error is not None,
        photos=photos,
        is_photo=checked.target.photo is not None,
        notes=tuple(target_notes(checked)),
    )


# -- photos --------------------------------------------------------------------------------------------------


def _photo(
    exposed: ExposedPhoto,
    nsid: str,
    datasets: Mapping[str, Dataset],
    histories: "Mapping[str, LicenseFacts] | None",
) -> PhotoRow:
    photo, exposures = exposed.photo, exposed.exposures
    facts = (histories or {}).get(photo.id)
    found = _found(exposures, datasets, photo.license_id, photo=f"your photo {photo.id}")
    return PhotoRow(
        id=photo.id,
        url=photo.url(nsid),
        title=plain(photo.title, TITLE_LENGTH) or "(untitled)",
        license=_license_name(photo.license_id),
        license_id=photo.license_id,
        taken=photo.date_taken,
        privacy=photo.privacy or "privacy unknown",
        has_no_cv=has_tag(photo.tags, NO_CV),
        thumbnail=photo.thumbnail,
        found=_with_history(found, facts) if facts else found,
        license_history="" if histories is None else plain(str(facts)) if facts else "not known",
        chains=_drawn(exposures, datasets),
    )


def _with_history(found: Iterable[Found], facts: "LicenseFacts") -> tuple[Found, ...]:
    then = facts.then
    return tuple(
        replace(item, license_by_history=plain(str(then[item.dataset.name])))
        if item.dataset.name in then
        else item
        for item in found
    )


def _chains(
    found: Iterable[FoundPhoto], owner: str | None, datasets: Mapping[str, Dataset]
) -> tuple[PhotoRow, ...]:
    """One row for each photo; a record without a photo id is a row of its own."""
    chains: dict[object, list[FoundPhoto]] = {}
    for item in found:
        chains.setdefault(item.photo_id or item, []).append(item)
    rows = [
        PhotoRow(
            id=chain[0].photo_id,
            url=page_url(chain[0].photo_id, owner) if chain[0].photo_id else None,
            found=_found(
                [item.exposure for item in chain],
                datasets,
                photo=f"photo {chain[0].photo_id}" if chain[0].photo_id else "a photo",
            ),
            chains=_drawn([item.exposure for item in chain], datasets),
        )
        for chain in chains.values()
    ]
    return tuple(sorted(rows, key=lambda row: row.rank))


def _proof(exposure: Exposure, photo: str, datasets: Mapping[str, Dataset]) -> str:
    """``its photo id``, or ``Open Images 0006400c1c224e19, which is your photo 6255… by its photo id``."""
    proof = MatchKey(exposure.match_key).proof
    if exposure.via is None:
        return proof
    parent = datasets.get(exposure.via) or _catalogued(exposure.via)
    if exposure.via_key is None:
        return f"{proof}, which is known by way of {parent.short}"
    return f"{parent.short} {plain(exposure.via_key)}, which is {photo} by {proof}"


def _catalogued(name: str) -> Dataset:
    """A dataset by what the catalogue says of it; a list of the user's own is not in there."""
    card = catalogue.find(name)
    return (
        Dataset(name, card.title, card.about, card.huge)
        if card
        else Dataset(name, plain(name), own_list=True)
    )


def _found(
    exposures: Iterable[Exposure],
    datasets: Mapping[str, Dataset],
    license_now: str | None = None,
    *,
    photo: str = "a photo",
) -> tuple[Found, ...]:
    found = [
        Found(
            dataset=datasets.get(exposure.dataset) or _catalogued(exposure.dataset),
            place=_place(exposure),
            proof=_proof(exposure, photo, datasets),
            license_then=_then_and_now(exposure, license_now),
            links_original=exposure.links_original,
            inferred=exposure.certainty != "published",
            license_then_id=exposure.license_then_id,
            not_publishers=None if exposure.provenance.is_publishers else exposure.provenance.words,
        )
        for exposure in exposures
    ]
    return tuple(sorted(found, key=lambda item: item.dataset.rank))


def _drawn(exposures: Iterable[Exposure], datasets: Mapping[str, Dataset]) -> tuple[str, ...]:
    names = frozenset(exposure.dataset for exposure in exposures)
    return tuple(" → ".join(datasets[name].short for name in chain) for chain in chains(names))


def _place(exposure: Exposure) -> str:
    """The first place in each file: a photo in two lists of one dataset is one photo."""
    first = {plain(exposure.source): _at(exposure.record, exposure.source, exposure.record_key)}
    for place in exposure.places:
        first.setdefault(plain(place.source), _at(*place[1::-1], place.key))
    more = exposure.records - len(first)
    places = ", ".join(first.values())
    return f"{places} and {count(more, 'more place')}" if more > 0 else places


def _at(record: str, source: str, key: str | None) -> str:
    """``line 12 of train.csv (0006400c1c224e19)``."""
    return f"{plain(record)} of {plain(source)}" + (f" ({plain(key)})" if key else "")


def _then_and_now(exposure: Exposure, now: str | None) -> str | None:
    """By the identity of the licence: names change, ids don't."""
    if exposure.license_then_id is None:
        return None
    then = f"collected as {plain(exposure.license_then or _license_name(exposure.license_then_id))}"
    if not now:
        return then
    return f"{then}, as today" if exposure.license_then_id == now else f"{then}; today {_license_name(now)}"


def _license_name(license_id: str | None) -> str:
    return plain(licenses.get(license_id).name)


# -- datasets ------------------------------------------------------------------------------------------------


def _indexes(result: AuditResult, datasets: Mapping[str, Dataset]) -> tuple[IndexRow, ...]:
    photos = result.by_dataset()
    gone = Counter(item.exposure.dataset for item in result.gone)
    rows = (
        IndexRow(
            dataset=datasets[index.dataset],
            photos=photos.get(index.dataset, 0),
            gone=gone[index.dataset],
            records=index.records,
            built=plain(index.built_at)[:10],
            sources=tuple((plain(source.name), plain(source.sha256)[:12]) for source in index.sources),
            provenance=provenance(index),
        )
        for index in result.indexes
    )
    # Within its kind, the set that holds most of the account comes first.
    return tuple(
        sorted(rows, key=lambda row: (row.dataset.rank[:2], -row.photos, -row.gone, row.dataset.name))
    )


_GROUPS = {
    Why.NO_INDEX: "No index on this computer yet; it can be added",
    Why.EMPTY: "The index on this computer holds no record, so it says nothing",
    Why.NO_PARENT: "They name photos by another dataset's numbers, and its index is not here",
    Why.DAMAGED: "The index on this computer cannot be read; add it again",
    Why.UNASKED: "A look-up has an index and did not answer; run it again",
    Why.LEFT_OUT: "Left out by --dataset",
    Why.NO_SUCH_KEY: "Here, but by other keys than what was asked about",
    Why.NO_KEY: "Published nothing that leads back to a Flickr photo; these cannot be checked",
}


def _missing(not_checked: Sequence[NotChecked]) -> tuple[MissingGroup, ...]:
    groups = []
    for why, words in _GROUPS.items():
        items = [
            replace(item, title=plain(item.title), reason=plain(item.reason))
            for item in not_checked
            if item.why is why
        ]
        if items:
            faces = tuple(item for item in items if item.about == "faces")
            groups.append(MissingGroup(words, faces, tuple(item for item in items if item.about != "faces")))
    return tuple(groups)
