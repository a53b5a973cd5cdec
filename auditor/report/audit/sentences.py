"""The first sentences of an audit: whose it is, what limits it, and the one number.

Nothing half known is told as certain. What was not looked at is said before what was found, "not found"
always comes with where, and what is new with all that there is.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from auditor.account.photo import Account
from auditor.audit.result import AuditResult, CheckedIndex, Since
from auditor.text import count, plain

OLD: Final = timedelta(days=7)
"""As old may be what a plan is made from."""


def owner(account: Account) -> str:
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
    if (age := _age(result)) is not None and age > OLD:
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
        gone = (
            f"; {count(before, 'record')} of photos no longer in your account came before" if before else ""
        )
        yield f"Only new results since {_what(result.since)} are shown{gone}."


def in_part(indexes: Sequence[CheckedIndex]) -> Iterator[str]:
    """The datasets that were not looked in whole, each with why."""
    for index in indexes:
        if index.in_part:
            yield f"{plain(index.title).partition(' (')[0]} was checked in part: {plain(index.in_part)}."


def provenance(index: CheckedIndex) -> str:
    """``a pack: what its maker says, from ffhq.zip on 2026-11-21``."""
    where = (
        f", from {plain(index.origin, 120)}" if index.origin and not index.provenance.is_publishers else ""
    )
    when = f" on {moment(index.obtained_at)[:10]}" if index.obtained_at else ""
    return f"{index.provenance.words}{where}{when}"


def _age(result: AuditResult) -> timedelta | None:
    try:
        return datetime.fromisoformat(result.generated_at) - datetime.fromisoformat(result.snapshot_at)
    except (TypeError, ValueError):
        return None


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
        return "Nothing was checked: there is no dataset index on this computer yet"
    photos = count(result.photos, "photo")
    places = f"the {count(datasets, 'dataset')} that {_was(datasets)} checked"
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
