"""What becomes of a change, from what is known of it: the state machine of a run. Pure.

The runner reads, sends and writes down; here is what each reading and each answer means::

    pending ──before_call──▶ already | drifted                nothing is sent
       │ go
       ▼ (intent on disk)
     sent ──answered──────▶ done                             what the kind makes of "ok"
       │  ──after_nothing─▶ already | done | failed | drifted  read before "nothing to do" is believed
       │  ──after_error───▶ done | failed | drifted           read before any code is believed
       │ no answer: cut, time-out, 5xx, killed
       ▼ read again
          ──after_silence─▶ done | drifted                    or None: as before, so it is sent again

A change found in `sent` at the start is one whose answer was never heard; it takes the last line, unless a
later run has changed the same thing meanwhile: what that one did is not taken for this one's. So no write
is repeated blindly, and since every write sets a state (a tag, a licence), one that arrives late changes
nothing. Where an outcome has no `answer` yet, one more reading of the photo tells what undo needs.
"""

from dataclasses import replace
from typing import Final

from auditor.errors import CallError
from auditor.mitigation.change import ChangeRecord, Outcome
from auditor.mitigation.kinds.base import PhotoState, failed
from auditor.mitigation.kinds.registry import of
from auditor.mitigation.running.compare import compare

MAY_BE_DONE: Final = "an earlier call, which had no answer, may have done it"


def before_call(
    record: ChangeRecord, seen: PhotoState | None, lost: str = "", since: str = ""
) -> Outcome | None:
    """Why the call is not made on the photo as `seen` (None: gone); None: make it.

    `lost`: why the change, of an undo, is no longer the undone run's to take back; `since`: as below.
    """
    sent = record.state == "sent"
    outcome = after_silence(record, seen, since) if sent else compare(record.change, seen)
    if outcome is None and lost:
        # It looks as the undone run left it, but somebody else's doing led there.
        return Outcome("drifted", lost, observed=record.change.before)
    return outcome


def after_nothing(
    record: ChangeRecord, meant: Outcome, seen: PhotoState | None, *, sent_before: bool
) -> Outcome:
    """What "ok, it was so already" (`meant`) is for the photo as read after it.

    `sent_before`: an earlier call for the change had no answer.
    """
    found = compare(record.change, seen)
    if found is None:
        now = of(record.change).show(record.change.before)
        return Outcome("failed", f"Flickr says that there was nothing to do, and shows the photo as {now}")
    if found.state == "already":
        return _credited(meant) if sent_before else meant
    return found


def after_error(
    record: ChangeRecord, error: CallError, seen: PhotoState | None, *, sent_before: bool = False
) -> Outcome:
    """What an error code means for the photo as read after it.

    Codes of all kinds were seen with calls that took effect, and "gone" for photos that are there.
    """
    kind = of(record.change)
    meant = kind.refused(record.change, error)
    if meant.state == "done":
        return meant
    found = compare(record.change, seen)
    if found is None:
        if meant.state != "failed":
            there = "is still there, unchanged" if kind.readable else "is still there"
            meant = failed(error, f"Flickr: {error.text} (error {error.code}), but the photo {there}")
        if sent_before and not kind.readable:
            meant = replace(meant, reason=f"{meant.reason}; {MAY_BE_DONE}")
        return meant
    if found.state == "already":
        # It was not so right before the call, so the call did it, and undo must know.
        return Outcome("done", f"done, although Flickr answered error {error.code}", answer=None)
    return found


def after_silence(record: ChangeRecord, seen: PhotoState | None, since: str = "") -> Outcome | None:
    """What became of a call without an answer; None: nothing, as far as can be read.

    `since`: a later run that changed the same thing between the call and now.
    """
    outcome = compare(record.change, seen)
    return outcome and _credited(outcome, since)


def _credited(outcome: Outcome, since: str = "") -> Outcome:
    """Where it is "already" so after a call of ours, the call did it, unless a later run made it so."""
    if outcome.state != "already":
        return outcome
    if since:  # an undo of this run must not take back what that one did
        return Outcome("already", f"as {since} left it, after a call of this run whose answer never arrived")
    return Outcome("done", "seen after a call whose answer never arrived", answer=None)
