"""The sentences of an audit and a check: whose it is, what limits it, the one number, and its details.

Nothing half known is told as certain. What was not looked at is said before what was found, "not found"
always comes with where, and what is new with all that there is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from auditor.audit.result import FRESH, AuditResult, CheckedIndex, CheckedTarget, NotChecked, Since, Why
from auditor.report.audit.shown import Dataset, PhotoRow
from auditor.text import count, plain

if TYPE_CHECKING:
    from auditor.account.photo import Account


def owner(account: "Account") -> str:
    """``Ada (99000001@N07)``."""
    name = plain(account.username)
    return f"{name} ({account.nsid})" if name else account.nsid


def cautions(result: AuditResult) -> Iterator[str]:
    """What limits `result`, whatever it says: to be said before anything else."""
    if not result.complete:
        yield (
            "This is not the whole account: the last sync or export was incomplete, so photos may be missing"
            " here. Run: flickr-auditor sync --full (or load the whole export)"
        )
    if not result.photos:
        yield "The account holds no photo as it was last synced, so there was nothing to look for."
    if (age := result.age) is not None and age > FRESH:
        of = moment(result.snapshot_at)[:10]
        if result.dated:
            what = f"The account is as it was on {of}, {count(age.days, 'day')} ago"
            then = "Run"
        else:
            what = f"The account comes from a data export that does not say when it was made ({of} or later)"
            then = "Load its zips as they came, or run"
        yield f"{what}: newer photos and changes are not in here. {then}: flickr-auditor sync"
    yield from in_part(result.indexes)
    if result.only:
        yield f"Only {_joined(result.only)} {_was(len(result.only))} looked in (--dataset)."
    if result.since:
        before = result.since.total_gone - len(result.gone)
        gone = f"; {count(before, 'record')} of photos {not_in_account(result)} came before" if before else ""
        yield f"Only new results since {_what(result.since)} are shown{gone}."


def in_part(indexes: Sequence[CheckedIndex]) -> Iterator[str]:
    """The datasets that were not looked in whole, each with why."""
    for index in indexes:
        if index.in_part:
            yield f"{plain(index.title).partition(' (')[0]} was checked in part: {plain(index.in_part)}."


def provenance(index: CheckedIndex) -> str:
    """``a copy: what its maker says, from ffhq.zip on 2026-11-21``."""
    where = (
        f", from {plain(index.origin, 120)}" if index.origin and not index.provenance.is_publishers else ""
    )
    when = f" on {moment(index.obtained_at)[:10]}" if index.obtained_at else ""
    fewer = f"; the publisher counts {index.published}, so a part may be missing" if index.published else ""
    return f"{index.provenance.words}{where}{when}{fewer}"


def not_in_account(result: AuditResult) -> str:
    """What is known of photos that an index ascribes to the account and its listing lacks."""
    return "no longer in your account" if result.proves_gone else "not in your account as it was loaded"


def why_nothing_searched(missing: Iterable[NotChecked]) -> str:
    """Why no dataset was looked in."""
    if any(item.has_index for item in missing):
        return "no dataset index on this computer could be searched"
    return "there is no dataset index on this computer yet"


def _joined(names: Sequence[str]) -> str:
    names = [plain(name) for name in names]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _what(since: Since) -> str:
    return "the last audit" if since.what.lower() == "last" else plain(since.what)


def headline(result: AuditResult) -> str:
    """The number, and where was looked; a list of the user's own is no dataset that a publisher put out."""
    own = result.own_lists
    datasets = len(result.indexes) - len(own)
    if not result.indexes:
        if not result.photos:
            return "The account holds no photo, so nothing was searched for"
        return f"Nothing was checked: {why_nothing_searched(result.not_checked)}"
    photos = count(result.photos, "photo")
    places = (
        f"the {count(datasets, 'dataset')} that {_was(datasets)} checked" if datasets else "your own lists"
    )
    found = [{exposure.dataset for exposure in exposed.exposures} - own for exposed in result.exposed]
    exposed, listed = sum(map(bool, found)), sum(not names for names in found)
    if result.since:
        return _news(result, result.since, f"your {photos}", places)
    if not result.photos:
        return f"The account holds no photo, so nothing was searched for in {places}"
    if exposed:
        return (
            f"{exposed:,} of your {photos} {is_are(exposed)} in {count(len(set().union(*found)), 'dataset')}"
        )
    if not datasets:
        number = f"{listed:,}" if listed else "None"
        return (
            f"{number} of your {photos} {is_are(listed)} in your own lists; no published dataset was checked"
        )
    return f"None of your {photos} was found in {places}"


def _news(result: AuditResult, since: Since, photos: str, places: str) -> str:
    """Of an audit that shows new exposures only: what is new, beside all that there is."""
    number = since.total_exposed
    total = f"{number:,} of {photos} {is_are(number)} exposed" if number else f"none of {photos} is exposed"
    new = len(result.exposed)
    if not new:
        return f"Nothing new since {_what(since)} in {places}; in all, {total}"
    return f"{count(new, 'photo')} with something new since {_what(since)} in {places}; in all, {total}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def is_are(number: int) -> str:
    """The verb for so many."""
    return "is" if number == 1 else "are"


def moment(iso: str) -> str:
    """``2026-11-21 23:22`` and the zone's offset, of ``2026-11-21T23:22:24+00:00``."""
    day, _, time = plain(iso).partition("T")
    return f"{day} {time[:5]}{' UTC' if time.endswith(('+00:00', 'Z')) else ''}".strip()


def details(result: AuditResult, photos: Sequence[PhotoRow], gone: Sequence[PhotoRow]) -> Iterable[str]:
    """What follows the headline: which of it is certain, of whom, and what it does not prove."""
    places = [photo.found for photo in (*photos, *gone)]
    if owned := sum(any(item.dataset.own_list for item in found) for found in places):
        lists = "your own lists: no publisher vouches for these"
        yield f"{count(owned, 'photo')} {is_are(owned)} in {lists}."
    if faces := sum(photo.in_face_set for photo in photos):
        yield f"{faces:,} of them {is_are(faces)} in datasets of faces."
    if deleted := sum(photo.id is not None for photo in gone):
        yield (
            f"{count(deleted, 'more photo')}, {not_in_account(result)}, {is_are(deleted)} listed"
            " under your name: deleting a photo on Flickr does not take it out of a dataset."
        )
    if nameless := sum(photo.id is None for photo in gone):
        verb = "names" if nameless == 1 else "name"
        yield f"{count(nameless, 'record')} {verb} your account without a photo id."
    if files := len(result.files):
        yield f"{count(files, 'file')} on your disk {is_are(files)} in a dataset, by content."
    if read := result.originals:
        skipped = f"; {count(len(read.skipped), 'file')} could not be (JSON says why)" if read.skipped else ""
        yield f"{count(read.files, 'original')} in {plain(read.folder)} {_was(read.files)} read{skipped}."
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


def lineage(result: AuditResult, datasets: Mapping[str, Dataset]) -> tuple[str, ...]:
    """Which datasets that were not checked were drawn from those that hold photos of the account."""
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


def target_headline(
    checked: CheckedTarget, datasets: int, photos: Sequence[PhotoRow], datasets_checked: int
) -> str:
    """What was found about one target of a check, or why nothing is known."""
    if checked.error:
        return plain(checked.error)
    if not checked.exposures:
        return f"not found in the {count(datasets_checked, 'dataset')} that {_was(datasets_checked)} checked"
    place = f"in {count(datasets, 'dataset')}"
    if checked.target.photo:
        return place
    nameless = sum(photo.id is None for photo in photos)
    parts = [count(len(photos) - nameless, "photo")] if len(photos) > nameless else []
    parts += [f"{count(nameless, 'record')} without a photo id"] if nameless else []
    return f"{' and '.join(parts)} {place}"


def target_notes(checked: CheckedTarget) -> Iterator[str]:
    """What limits the answer about one target."""
    if checked.note:
        yield plain(checked.note)
    if checked.error:
        return
    for datasets, why in _by_reason(checked.unanswered):
        yield f"not looked up in {datasets}: {why}"
    for datasets, why in _by_reason(checked.in_part):
        yield f"looked up in part in {datasets}: {why}"


def _by_reason(reasons: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The datasets that share a reason, and the reason."""
    for why in dict.fromkeys(reasons.values()):
        yield plain(_joined([dataset for dataset, other in reasons.items() if other == why])), plain(why)
