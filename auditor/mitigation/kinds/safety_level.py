"""Set the safety level. State: ``"safe"`` → ``"restricted"``.

Searches of people who are not logged in, and API calls without a login, see safe photos only. Flickr reads
the level as 0, 1, 2 and writes it as 1, 2, 3.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from auditor.account.photo import Photo
from auditor.errors import CallError, UsageError
from auditor.mitigation.change import Change, ChangeRecord, Outcome, Skip, Value
from auditor.mitigation.kinds.base import (
    GONE,
    UNREADABLE,
    FlickrFacts,
    Mitigation,
    Option,
    PhotoState,
    Unreadable,
    WriteCall,
    failed,
)

LEVELS: Final = ("safe", "moderate", "restricted")


def _level(photo: Photo) -> str | None:
    known = photo.safety_level is not None and 0 <= photo.safety_level < len(LEVELS)
    return LEVELS[photo.safety_level or 0] if known else None


class SafetyLevel(Mitigation):
    """`flickr.photos.setSafetyLevel`."""

    name = "safety-level"
    title = "Set the safety level"
    effect = "Searches without a login show only safe photos; the page and its links stay."
    methods = frozenset({"flickr.photos.setSafetyLevel"})
    order = 3
    what = "which safety level the photo has"
    option = Option("safety_level", "--safety-level", f"One of {', '.join(LEVELS)}.", "LEVEL")

    # -- planning

    def parse(self, text: str) -> str:
        if text not in LEVELS:
            raise UsageError(f"{text!r} is not a safety level", hint=f"Choose one of: {', '.join(LEVELS)}.")
        return text

    def stricter(self, one: str, other: str) -> str:
        return max(one, other, key=LEVELS.index)

    def plan(
        self, photo: Photo, wanted: str, facts: FlickrFacts, beside: Collection[str]
    ) -> Iterator[Change | Skip]:
        now = _level(photo)
        if now is None:
            yield Skip(photo.id, "its safety level is not known: run sync", self.name)
        elif now == wanted:
            yield Skip(photo.id, f"already {wanted}", self.name, already=True)
        else:
            yield Change(photo.id, self.name, now, wanted, "yes")

    # -- running

    def subject(self, change: Change) -> str:
        return "safety_level"

    def problem(self, change: Change) -> str | None:
        levels = {str(change.before), str(change.after)}
        return None if levels <= set(LEVELS) and len(levels) == 2 else "no two safety levels"

    def observed(self, change: Change, seen: PhotoState) -> Value | Unreadable:
        return _level(seen.photo) or UNREADABLE

    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        # Whether it is hidden from searches stays as it is: that is left out.
        written = str(LEVELS.index(str(change.after)) + 1)
        params = {"photo_id": seen.photo.id, "safety_level": written}
        return WriteCall("flickr.photos.setSafetyLevel", params)

    def refused(self, change: Change, error: CallError) -> Outcome:
        if error.code == 1:
            return Outcome("drifted", GONE)
        # 4: it "will create conflict with account's photo limits"; free accounts may hold safe content only.
        return failed(error, "Flickr does not let you choose this level" if error.code == 4 else "")

    def inverse(self, record: ChangeRecord) -> Change | str:
        change = record.change
        return Change(change.photo_id, self.name, change.after, change.before, "yes")

    def applied(self, photo: Photo, record: ChangeRecord) -> Photo:
        return replace(photo, safety_level=LEVELS.index(str(record.change.after)))

    # -- words

    def describe(self, change: Change) -> str:
        return f"safety level: {change.before} → {change.after}"
