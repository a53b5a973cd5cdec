"""What people read in a report, prepared once for every format: order, sentences, text that is safe to show.

Face sets come first and huge general ones last, everywhere: a photo in a face set must not drown among a
hundred that are "only" in YFCC100M. All text from Flickr or an index passes `auditor.text.plain`; each format
escapes for itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from auditor.account.photo import Account
from auditor.account.upload_defaults import advise
from auditor.audit.coverage import chains
from auditor.audit.license_facts import LicenseFacts
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
from auditor.report.audit.sentences import cautions, headline, in_part, is_are, moment, owner, provenance
from auditor.text import count, plain

TITLE_LENGTH = 120
ABOUT = {
    "faces": "faces",
    "bodies": "people",
    "movement": "movement",
    "geolocation": "geolocation",
    "general": "general",
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as it is named and ranked in reports."""

    name: str
    title: str
    about: str = "general"
    huge: bool = False
    own_list: bool = False

    @property
    def short(self) -> str:
        """The title without what it stands for: ``YFCC100M``."""
        return self.title.partition(" (")[0]

    @property
    def is_face(self) -> bool:
        """Whether it is a collection of faces."""
        return self.about == "faces"

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sorts the most personal first, then huge sets, and lists of the user's own last."""
        about = list(ABOUT).index(self.about) if self.about in ABOUT else len(ABOUT)
        return (2 if self.own_list else int(self.huge), about, self.name)

    @property
    def kind(self) -> str:
        """What it is about, in a word."""
        if self.own_list:
            return "your own list"
        return "general, huge" if self.huge else ABOUT.get(self.about, self.about)


@dataclass(frozen=True, slots=True)
class Found:
    """One exposure in words."""

    dataset: Dataset
    place: str
    """``line 12 of adience.txt and 2 more places``."""
    proof: str
    license_then: str | None
    """``collected as CC BY-NC 2.0; today All Rights Reserved``; None where the index recorded no licence."""
    links_original: bool
    inferred: bool
    license_then_id: str | None = None
    not_publishers: str | None = None
    """Whose list it is, where it is not the publisher's own file."""
    license_by_history: str | None = None
    """The licence at that time by Flickr's own history; None: not asked for, or not known."""

    @property
    def sentence(self) -> str:
        """All of it on one line."""
        parts = [f"by {self.proof}, {self.place}", self.license_then]
        parts += ["links to the original file"] if self.links_original else []
        parts += ["inferred"] if self.inferred else []
        parts += [f"in {self.not_publishers}"] if self.not_publishers else []
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo and every dataset it is in, face sets first.

    Of a photo that is no longer in the account only the id (or not even that) is known.
    """

    id: str | None
    url: str | None
    found: tuple[Found, ...]
    title: str = ""
    license: str = ""
    license_id: str | None = None
    taken: str | None = None
    privacy: str = ""
    has_no_cv: bool = False
    thumbnail: str | None = None
    """Address of a small square picture; None where the public can't see one."""
    license_history: str = ""
    """Every licence that it had, by Flickr; empty where that was not asked for."""
    chains: tuple[str, ...] = ()
    """How its datasets were drawn from one another: ``YFCC100M → MegaFace → DiveFace``."""

    @property
    def rank(self) -> tuple[tuple[int, int], int]:
        """Sorts photos in face sets first, those only in huge sets last, then by id."""
        best = min(found.dataset.rank for found in self.found)
        return best[:2], int(self.id or 0)

    @property
    def in_face_set(self) -> bool:
        """Whether one of its datasets is a collection of faces."""
        return any(found.dataset.is_face for found in self.found)


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A dataset that was checked."""

    dataset: Dataset
    photos: int
    """Photos of the account in it."""
    gone: int
    """Photos no longer in the account that it ascribes to it."""
    records: int
    built: str
    """Date of the index."""
    sources: tuple[tuple[str, str], ...]
    """File name and the start of its sha256."""
    provenance: str = ""
    """Whose list it is, and where from."""

    @property
    def found(self) -> bool:
        """Whether anything of the account is in it."""
        return bool(self.photos or self.gone)


@dataclass(frozen=True, slots=True)
class MissingGroup:
    """Datasets that were not checked for the same reason."""

    reason: str
    faces: tuple[NotChecked, ...]
    others: tuple[NotChecked, ...]

    @property
    def all(self) -> tuple[NotChecked, ...]:
        """Face sets, then the others."""
        return self.faces + self.others


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file on disk that a dataset holds and the account does not."""

    path: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Something the user can do now."""

    why: str
    command: str


@dataclass(frozen=True, slots=True)
class AuditView:
    """A whole audit in words."""

    owner: str
    """Whose account it is: the user name, if there is one, and the NSID."""
    generated: str
    snapshot: str
    headline: str
    tone: Literal["alarm", "neutral", "calm"]
    """How the headline may look: ``calm`` (green) only where nothing limits that nothing was found."""
    cautions: tuple[str, ...]
    """What limits the result; to be said at the top of every format."""
    details: tuple[str, ...]
    """Sentences that follow the headline."""
    indexes: tuple[IndexRow, ...]
    photos: tuple[PhotoRow, ...]
    gone: tuple[PhotoRow, ...]
    files: tuple[FileRow, ...]
    missing: tuple[MissingGroup, ...]
    lineage: tuple[str, ...]
    steps: tuple[Step, ...]
    uploads: tuple[str, ...]
    """What the next uploads will get, and what is recommended."""


@dataclass(frozen=True, slots=True)
class TargetView:
    """What was found about one target, in words."""

    target: str
    headline: str
    failed: bool
    photos: tuple[PhotoRow, ...]
    """For a photo that was found itself; for a person every photo that is ascribed to them."""
    is_photo: bool
    note: str | None


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
        details=tuple(_details(result, photos, gone)),
        indexes=_indexes(result, datasets),
        photos=tuple(sorted(photos, key=lambda photo: photo.rank)),
        gone=gone,
        files=tuple(FileRow(plain(file.path), _found(file.exposures, datasets)) for file in result.files),
        missing=_missing(result.not_checked),
        lineage=_lineage(result, datasets),
        steps=tuple(_steps(result)),
        uploads=tuple(_uploads(result.account)),
    )


def _uploads(account: Account) -> Iterator[str]:
    yield from map(str, advise(account.defaults))
    if "privacy" not in account.defaults:
        yield "flickr-auditor whoami shows what Flickr says about these."


@dataclass(frozen=True, slots=True)
class CheckView:
    """A whole check in words."""

    targets: tuple[TargetView, ...]
    where: tuple[str, ...]
    """In which datasets was looked, in part where that is so, and in how many not."""


def check_view(result: CheckResult) -> CheckView:
    """The report of a check."""
    return CheckView(
        tuple(target_view(target, len(result.indexes)) for target in result.targets),
        tuple(_looked_in(result)),
    )


def _looked_in(result: CheckResult) -> Iterator[str]:
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
        headline=_target_headline(checked, len(names), photos, datasets_checked),
        failed=checked.error is not None,
        photos=photos,
        is_photo=checked.target.photo is not None,
        note=plain(checked.note) if checked.note else None,
    )


# -- photos --------------------------------------------------------------------------------------------------


def _photo(
    exposed: ExposedPhoto,
    nsid: str,
    datasets: Mapping[str, Dataset],
    histories: Mapping[str, LicenseFacts] | None,
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


def _with_history(found: Iterable[Found], facts: LicenseFacts) -> tuple[Found, ...]:
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


# -- sentences -----------------------------------------------------------------------------------------------


def _details(result: AuditResult, photos: Sequence[PhotoRow], gone: Sequence[PhotoRow]) -> Iterable[str]:
    places = [photo.found for photo in (*photos, *gone)]
    if owned := sum(any(item.dataset.own_list for item in found) for found in places):
        lists = "your own lists: no publisher vouches for these"
        yield f"{count(owned, 'photo')} {is_are(owned)} in {lists}."
    if faces := sum(photo.in_face_set for photo in photos):
        yield f"{faces:,} of them {is_are(faces)} in datasets of faces."
    if deleted := sum(photo.id is not None for photo in gone):
        yield (
            f"{count(deleted, 'more photo')}, no longer in your account, {is_are(deleted)} listed"
            " under your name: deleting a photo on Flickr does not take it out of a dataset."
        )
    if nameless := sum(photo.id is None for photo in gone):
        verb = "names" if nameless == 1 else "name"
        yield f"{count(nameless, 'record')} {verb} your account without a photo id."
    if files := len(result.files):
        yield f"{count(files, 'file')} on your disk {is_are(files)} in a dataset, by content."
    if read := result.originals:
        skipped = f"; {count(len(read.skipped), 'file')} could not be (JSON says why)" if read.skipped else ""
        verb = "was" if read.files == 1 else "were"
        yield f"{count(read.files, 'original')} in {plain(read.folder)} {verb} read{skipped}."
    if originals := sum(any(item.links_original for item in found) for found in places):
        yield (
            f"For {count(originals, 'photo')} an index holds the link to the original, full-size file."
            " Flickr says that making a photo less public changes its links for good; it does not say"
            " how soon the old ones stop working."
        )
    if guesses := sum(any(item.inferred for item in found) for found in places):
        yield (
            f"{count(guesses, 'photo')} {is_are(guesses)} marked inferred:"
            " the dataset never said that its numbers are Flickr photo ids."
        )
    if result.indexes and not result.anything_found and (missing := len(result.not_checked)):
        yield f"That proves nothing for the {count(missing, 'dataset')} that could not be checked."


def _indexes(result: AuditResult, datasets: Mapping[str, Dataset]) -> tuple[IndexRow, ...]:
    photos = result.by_dataset()
    gone: dict[str, int] = {}
    for item in result.gone:
        gone[item.exposure.dataset] = gone.get(item.exposure.dataset, 0) + 1
    rows = (
        IndexRow(
            dataset=datasets[index.dataset],
            photos=photos.get(index.dataset, 0),
            gone=gone.get(index.dataset, 0),
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


def _lineage(result: AuditResult, datasets: Mapping[str, Dataset]) -> tuple[str, ...]:
    missing = {item.dataset: item for item in result.not_checked}
    lines = []
    for line in sorted(result.lineage, key=lambda line: datasets[line.dataset].rank):
        children = [missing[name] for name in line.unchecked_children if name in missing]
        keyless = [plain(child.title) for child in children if child.why is Why.NO_KEY]
        others = [plain(child.title) for child in children if child.why is not Why.NO_KEY]
        sentence = f"{line.photos:,} of your photos {is_are(line.photos)} in {datasets[line.dataset].short}."
        if keyless:
            sentence += (
                f" Sets drawn from it without published keys, so nobody can tell: {', '.join(keyless)}."
            )
        if others:
            sentence += f" Sets drawn from it that were not checked here: {', '.join(others)}."
        lines.append(sentence)
    return tuple(lines)


def _steps(result: AuditResult) -> Iterable[Step]:
    if actions := missing_actions(result):
        yield Step(
            "Protect the exposed photos (this writes a plan to read; nothing changes before you apply it)",
            f"flickr-auditor plan --exposed {' '.join(actions)} --out plan.json",
        )
    found = dict.fromkeys([*result.by_dataset(), *(item.exposure.dataset for item in result.gone)])
    known = [name for name in found if name in catalogue.load()]
    if known:
        likewise = f"; likewise {', '.join(known[1:])}" if known[1:] else ""
        yield Step(
            f"Ask the publisher to take your photos out, with the link of every one{likewise}",
            f"flickr-auditor optout draft {known[0]}",
        )
    if any(item.why is Why.NO_INDEX for item in result.not_checked):
        yield Step("See which other indexes can be added, and how", "flickr-auditor datasets list")


def missing_actions(result: AuditResult) -> list[str]:
    """The options of `plan` for what some exposed photo still lacks."""
    actions = []
    if not all(has_tag(exposed.photo.tags, NO_CV) for exposed in result.exposed):
        actions.append(f"--add-tag {NO_CV}")
    if any(licenses.get(license_id).allows_reuse for license_id in result.by_license()):
        actions.append("--license all-rights-reserved")
    return actions


def _target_headline(
    checked: CheckedTarget, datasets: int, photos: Sequence[PhotoRow], datasets_checked: int
) -> str:
    if checked.error:
        return plain(checked.error)
    if not checked.exposures:
        was = "was" if datasets_checked == 1 else "were"
        return f"not found in the {count(datasets_checked, 'dataset')} that {was} checked"
    place = f"in {count(datasets, 'dataset')}"
    if checked.target.photo:
        return place
    nameless = sum(photo.id is None for photo in photos)
    parts = [count(len(photos) - nameless, "photo")] if len(photos) > nameless else []
    parts += [f"{count(nameless, 'record')} without a photo id"] if nameless else []
    return f"{' and '.join(parts)} {place}"
