"""Set the licence. State: Flickr's licence id as a string, ``"4"`` → ``"0"``.

"You can change the license as often as you like, but downloaded content always retains the license assigned
to it" (Flickr help 4404078674324). Since 2025-06-18 "all new CC licenses are version 4.0", so that a 2.0
licence may not come back.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from auditor.account.photo import Photo
from auditor.errors import CallError, UsageError
from auditor.flickr import licenses
from auditor.mitigation.change import Change, ChangeRecord, Outcome, Reversible, Skip, Value
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


def _freedom(license_id: str) -> tuple[bool, bool, bool, bool, int]:
    """What a licence allows, the least first; one that we do not know counts as allowing everything."""
    # Ids came that no table knew, 11 to 16 in 2025; to take such a one for strict would call opening a photo
    # protection.
    known = licenses.get(license_id)
    reuse = known.allows_reuse is not False
    return (
        reuse,
        known.commercial is not False,
        known.derivatives is not False,
        reuse and known.share_alike is not True,
        int(license_id),
    )


def grants_more(after: str, before: str) -> bool:
    """Whether licence `after` allows something that `before` does not."""
    return any(new > old for new, old in zip(_freedom(after)[:4], _freedom(before)[:4], strict=True))


def _way_back(before: str, after: str, facts: FlickrFacts) -> tuple[Reversible, str]:
    present = licenses.get(before)
    if not present.settable:
        return "no", f"{present.name} is for members of The Commons and cannot be set again"
    # A photo that already has the new licence shows best what this one will be offered afterwards.
    offered = facts.available.get(after) or facts.available.get(before)
    if offered is None:
        return "partly", f"not known whether Flickr would set {present.name} again"
    if before in offered:
        return "yes", ""
    return "no", f"Flickr no longer offers {present.name}{_nearest(before)}"


def _nearest(license_id: str) -> str:
    # Proposed, never chosen: another version is another contract.
    twin = licenses.twin_4_0(license_id)
    return f"; the nearest is {licenses.get(twin).name}" if twin else ""


class License(Mitigation):
    """`flickr.photos.licenses.setLicense`."""

    name = "license"
    title = "Set the licence"
    effect = (
        "Flickr shows the new licence from now on; everybody can see the history. Copies already taken keep"
        " the licence they were taken under."
    )
    methods = frozenset({"flickr.photos.licenses.setLicense"})
    order = 2
    what = "which licence the photo has"
    option = Option("license", "--license", "Set a licence, e.g. all-rights-reserved.", "LICENCE")

    def parse(self, text: str) -> str:
        known = licenses.find(text)
        if known is None:
            codes = ", ".join(entry.code for entry in licenses.LICENSES.values() if entry.settable)
            raise UsageError(f"Flickr has no licence {text!r}", hint=f"Choose one of: {codes}.")
        if not known.settable:
            raise UsageError(
                f"{known.name} is for members of The Commons; Flickr's API does not set it",
                hint="Choose another licence.",
            )
        return known.id

    def stricter(self, one: str, other: str) -> str:
        return min(one, other, key=_freedom)

    def plan(
        self, photo: Photo, wanted: str, facts: FlickrFacts, beside: Collection[str]
    ) -> Iterator[Change | Skip]:
        if photo.license_id == wanted:
            yield Skip(photo.id, f"already {licenses.get(wanted).name}", self.name, already=True)
            return
        if photo.license_id is None or not photo.license_id.isdecimal():
            yield Skip(photo.id, "its present licence is not known: run sync", self.name)
            return
        reversible, note = _way_back(photo.license_id, wanted, facts)
        change = Change(photo.id, self.name, photo.license_id, wanted, reversible, note)
        refusal = self.refusal(change, facts)
        yield Skip(photo.id, refusal, self.name) if refusal and photo.id in facts.asked else change

    def warnings(self, context: PlanContext) -> Iterator[str]:
        relicensed = [change for change in context.changes if change.mitigation == self.name]
        if not relicensed:
            return
        yield "a new licence does not reach copies that were already taken; the history of licences is public"
        freer = sum(grants_more(str(change.after), str(change.before)) for change in relicensed)
        if freer:
            yield f"{count(freer, 'photo')} will allow more than now; whoever takes a copy keeps that right"
        doubtful = sum(bool(self.refusal(change, context.facts)) for change in relicensed)
        if doubtful:
            yield (
                f"{count(doubtful, 'photo')} may be refused the new licence: Flickr did not offer it for the"
                " one with the same licence that was asked about; apply finds out"
            )
        final = sum(change.reversible == "no" for change in relicensed)
        if final:
            yield f"the licence of {count(final, 'photo')} cannot be set back; their notes say why"

    def subject(self, change: Change) -> str:
        return "license"

    def problem(self, change: Change) -> str | None:
        for value in (change.before, change.after):
            if not isinstance(value, str) or not value.isdecimal():
                return "a licence is given by Flickr's id"
        return None if change.before != change.after else "nothing would change"

    # setLicense to the licence that a photo has is answered {"stat":"ok"} too, so only a reading tells drift
    # from done.
    def observed(self, change: Change, seen: PhotoState) -> Value | Unreadable:
        return seen.photo.license_id or UNREADABLE

    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        params = {"photo_id": seen.photo.id, "license_id": str(change.after)}
        return WriteCall("flickr.photos.licenses.setLicense", params)

    # The pages of 2013 knew 1 and 2. Today there are 3 "The license cannot be changed" and 4 "not a valid or
    # available license".
    def refused(self, change: Change, error: CallError) -> Outcome:
        name = licenses.get(str(change.after)).name
        match error.code:
            case 1:
                return Outcome("drifted", GONE)
            case 2:
                return failed(error, f"Flickr does not know the licence {name}")
            case 3 | 4:
                refusal = (
                    "says its licence cannot be changed" if error.code == 3 else f"no longer offers {name}"
                )
                return failed(error, f"Flickr {refusal}{_nearest(str(change.after))}")
            case _:
                return failed(error)

    def applied(self, photo: Photo, record: ChangeRecord) -> Photo:
        return replace(photo, license_id=str(record.change.after))

    def refusal(self, change: Change, facts: FlickrFacts) -> str | None:
        offered = facts.available.get(str(change.before))
        if offered is None:
            return None
        after = str(change.after)
        name = licenses.get(after).name
        return "" if after in offered else f"Flickr does not offer {name} for it{_nearest(after)}"

    def inverse(self, record: ChangeRecord) -> Change | str:
        change = record.change
        if not licenses.get(str(change.before)).settable:
            return f"{self.show(change.before)} cannot be set through Flickr's API"
        return Change(change.photo_id, self.name, change.after, change.before, "yes")

    def describe(self, change: Change) -> str:
        return f"licence: {self.brief(change)}"

    def brief(self, change: Change) -> str:
        return f"{self.show(change.before)} → {self.show(change.after)}"

    def show(self, value: Value) -> str:
        return licenses.get(str(value)).name if value else "no licence given"
