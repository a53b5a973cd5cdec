"""After a write: whether Flickr shows what was wanted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from auditor.account.photo import Photo
from auditor.flickr.api import ReadApi
from auditor.mitigation.change import OPEN, ChangeRecord, State, Value
from auditor.mitigation.kinds.base import PhotoState, Unreadable
from auditor.mitigation.kinds.registry import of
from auditor.mitigation.planning.flickr_facts import check_account
from auditor.mitigation.running.decide import after_silence
from auditor.mitigation.running.journal import Journal, Run
from auditor.mitigation.running.photo_state import Reader, photos_of
from auditor.progress import SILENT, Progress

FindingState = Literal["verified", "mismatched", "unreadable", "superseded"] | State


@dataclass(frozen=True, slots=True)
class Finding:
    """How one change of a run stands now.

    `state` is that of the journal for a change that was not made; ``unreadable`` where Flickr does not tell,
    and ``superseded`` where a later run changed the same thing again.
    """

    record: ChangeRecord
    state: FindingState
    reason: str = ""


def verify_run(
    run: Run, journal: Journal, api: ReadApi, photos: Iterable[Photo], *, progress: Progress = SILENT
) -> list[Finding]:
    """`verify` for the login behind `api`. Errors: `RefusedError` where that is of another account."""
    check_account(api, run.nsid)
    return verify(Reader(api, run.nsid, photos), journal, run.run_id, progress=progress)


def verify(reader: Reader, journal: Journal, run_id: str, *, progress: Progress = SILENT) -> list[Finding]:
    """Read every photo of a run again and compare it with the journal, in the order of the plan."""
    records = journal.records(run_id)
    later = journal.superseded(run_id)
    made = [
        record for record in records if record.state in {"done", "already"} and record.number not in later
    ]
    readable = {record.number for record in made if can_read_back(record)}
    photo_ids = photos_of(record.change for record in made if record.number in readable)
    seen: dict[str, PhotoState | None] = {}
    with progress.task("Reading back", total=len(photo_ids), unit="photos") as task:
        for window in reader.windows(photo_ids):
            seen |= reader.read(window)
            task.advance(len(window.photo_ids))
    findings = []
    for record in records:
        if record.number in readable:
            findings.append(_compare(reader, record, seen[record.change.photo_id]))
        elif record.number in later:
            findings.append(Finding(record, "superseded", f"changed again by {later[record.number]}"))
        elif record.state in {"done", "already"}:
            findings.append(Finding(record, "unreadable", record.reason or "Flickr does not show this state"))
        else:
            state = "pending" if record.state in OPEN else record.state
            findings.append(Finding(record, state, record.reason))
    return findings


def resolve(reader: Reader, journal: Journal, run_id: str) -> None:
    """Ask Flickr what became of the calls of an interrupted run whose answer was never heard.

    What was not done, or cannot be read, stays open. Errors: those of reading calls.
    """
    since = journal.changed_since_sent(run_id)
    for record in journal.records(run_id):
        if record.state != "sent":
            continue
        seen = reader.read_one(record.change.photo_id)
        complete = reader.complete(record.change, seen) if seen else None
        outcome = after_silence(record, complete, since.get(record.number, ""))
        if outcome is not None:
            evidence = of(record.change).evidence(record.change, seen) if seen else {}
            answer = evidence if outcome.answer is None else outcome.answer
            journal.settle(run_id, record.number, replace(outcome, answer=answer))


def can_read_back(record: ChangeRecord) -> bool:
    """Whether Flickr tells the state: not of searches, nor of a photo that waits for a group's moderators."""
    return of(record.change).readable and "queued" not in record.answer


def observe(reader: Reader, record: ChangeRecord, seen: PhotoState | None) -> Value | Unreadable:
    """The state of what a change sets, or None: gone. What is not as wanted is read once more by itself.

    UNREADABLE: Flickr did not say.
    """
    # What Flickr answered counts more than what we would compute: ids, and its own form of a tag.
    change = replace(record.change, details={**record.change.details, **record.answer})
    mitigation = of(change)
    observed: Value | Unreadable = None
    for attempt in (1, 2):
        if seen is None:
            return None
        if mitigation.reads_groups:
            seen = reader.complete(change, replace(seen, groups=None))
            if seen is None:
                return None
        observed = mitigation.observed(change, seen)
        if observed == change.after:
            break
        if attempt == 1:
            seen = reader.read_one(change.photo_id)
    return observed


def _compare(reader: Reader, record: ChangeRecord, seen: PhotoState | None) -> Finding:
    observed = observe(reader, record, seen)
    if isinstance(observed, Unreadable):
        return Finding(record, "unreadable", f"Flickr did not say {of(record.change).what}")
    return Finding(record, "verified") if observed == record.change.after else mismatch(record, observed)


def mismatch(record: ChangeRecord, observed: Value) -> Finding:
    """A change that Flickr took, and shows otherwise: as `observed`, None: gone."""
    show = of(record.change).show
    now = "the photo is gone" if observed is None else f"{show(observed)} now"
    return Finding(record, "mismatched", f"{now}, {show(record.change.after)} in the journal")
