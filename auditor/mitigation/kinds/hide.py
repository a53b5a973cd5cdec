"""Hide from public searches, and show there again. State: ``null`` (nobody can read it) → ``true``.

`setSafetyLevel` takes ``hidden``: "Whether or not to additionally hide the photo from public searches"; no
method tells it back. So nobody knows whether the owner had hidden the photo before, and undo leaves it hidden
unless asked.
"""

from collections.abc import Collection, Iterator

from auditor.account.photo import Photo
from auditor.errors import CallError
from auditor.mitigation.change import Change, ChangeRecord, Outcome, Skip, Value
from auditor.mitigation.kinds.base import (
    GONE,
    UNREADABLE,
    FlickrFacts,
    Mitigation,
    Option,
    PhotoState,
    PlanContext,
    Unreadable,
    WriteCall,
    failed,
)
from auditor.text import count

NOT_TOLD = "Flickr does not say whether it was hidden before"


class _Hidden(Mitigation):
    methods = frozenset({"flickr.photos.setSafetyLevel"})
    order = 3
    readable = False
    hides: bool

    def subject(self, change: Change) -> str:
        return "hidden"

    def problem(self, change: Change) -> str | None:
        before = None if self.hides else True
        fits = change.before is before and change.after is self.hides
        return None if fits else f"before must be {before} and after {self.hides}"

    def observed(self, change: Change, seen: PhotoState) -> Value | Unreadable:
        return UNREADABLE  # "hidden" is in no recorded answer and no extra

    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        # The safety level itself stays: it is left out.
        params = {"photo_id": seen.photo.id, "hidden": "1" if self.hides else "0"}
        return WriteCall("flickr.photos.setSafetyLevel", params)

    def refused(self, change: Change, error: CallError) -> Outcome:
        return Outcome("drifted", GONE) if error.code == 1 else failed(error)


class Hide(_Hidden):
    """`flickr.photos.setSafetyLevel` with ``hidden=1``."""

    name = "hide"
    title = "Hide from public searches"
    effect = "Flickr's searches leave the photo out; page, links and faves stay. It cannot be read back."
    option = Option("hide", "--hide-from-search", "Hide from public searches.")
    hides = True

    def plan(
        self, photo: Photo, wanted: object, facts: FlickrFacts, beside: Collection[str]
    ) -> Iterator[Change | Skip]:
        # Whether it is hidden already cannot be read.
        yield Change(photo.id, self.name, None, after=True, reversible="partly", note=NOT_TOLD)

    def warnings(self, context: PlanContext) -> Iterator[str]:
        hiding = sum(change.mitigation == self.name for change in context.changes)
        if hiding:
            yield (
                f"Flickr does not show whether {count(hiding, 'photo')} had been hidden before: undo"
                " leaves them hidden, unless you type: flickr-auditor undo RUN --unhide"
            )

    def inverse(self, record: ChangeRecord) -> Change | str:
        return Change(
            record.change.photo_id, Unhide.name, before=True, after=False, reversible="yes", note=NOT_TOLD
        )

    def describe(self, change: Change) -> str:
        return "hide from public searches"


class Unhide(_Hidden):
    """`flickr.photos.setSafetyLevel` with ``hidden=0``."""

    name = "unhide"
    title = "Show in public searches"
    effect = "Flickr's searches may show the photo again. It cannot be read back."
    hides = False

    def inverse(self, record: ChangeRecord) -> Change | str:
        return Change(record.change.photo_id, Hide.name, None, after=True, reversible="partly")

    def describe(self, change: Change) -> str:
        return "show in public searches again"
