"""Set who may see a photo. State: a value of `Privacy`, ``"public"`` → ``"private"``.

"Changing to a stricter Privacy Setting … will permanently alter the original link and remove Faves from
viewers who no longer have access. This cannot be undone." (Flickr help 4404078163732). So undo restores who
sees it, not links and faves.

Whether `setPerms` keeps the comment and add-meta permissions when they are left out is documented nowhere;
they are read right before the call and sent back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from auditor.account.photo import Photo
from auditor.errors import CallError
from auditor.flickr.parse import Json, table, text
from auditor.flickr.privacy import Privacy
from auditor.mitigation.change import Change, Outcome, Record, Skip, Value
from auditor.mitigation.kinds.base import GONE, FlickrFacts, Mitigation, PhotoState, WriteCall, failed


def privacy_changes(
    photo: Photo, wanted: Privacy, facts: FlickrFacts, *, leaves_groups: bool
) -> Iterator[Change | Skip]:
    """`wanted` for `photo`; it opens a photo to more people only where ``public`` is asked for by name."""
    if photo.privacy is None:
        yield Skip(photo.id, "who may see it now is not known: run sync", SetPrivacy.name)
        return
    if photo.privacy is wanted:
        yield Skip(photo.id, f"already {wanted}", SetPrivacy.name)
        return
    stricter = wanted.less_public_than(photo.privacy)
    if not stricter and not wanted.is_public:
        yield Skip(photo.id, f"{photo.privacy} now: {wanted} would open it to more people", SetPrivacy.name)
        return
    note = "links and faves of people shut out do not come back" if stricter else ""
    groups = facts.groups.get(photo.id, ())
    if groups and stricter and not leaves_groups:
        titles = ", ".join(pool.title or pool.group_id for pool in groups)
        note += f"; still visible to the members of its groups: {titles}"
    yield Change(
        photo.id, SetPrivacy.name, photo.privacy.value, wanted.value, "partly" if stricter else "yes", note
    )


class SetPrivacy(Mitigation):
    """`flickr.photos.setPerms`."""

    name = "privacy"
    title = "Set who may see it"
    effect = (
        "Making a photo less public changes its links for good and removes the faves of people shut out."
        " Members of its groups, people tagged in it and holders of a guest pass still see it. Copies already"
        " taken stay."
    )
    methods = frozenset({"flickr.photos.setPerms"})
    order = 5
    reads_permissions = True

    def subject(self, change: Change) -> str:
        return "privacy"

    def problem(self, change: Change) -> str | None:
        values = set(Privacy)
        if change.before not in values or change.after not in values or change.before == change.after:
            return "before and after must be two kinds of privacy"
        levels = {"0", "1", "2", "3"}
        if (
            not set(change.details) <= {"perm_comment", "perm_addmeta"}
            or not set(change.details.values()) <= levels
        ):
            return "the permissions to restore are not readable"
        return None

    def observed(self, change: Change, seen: PhotoState) -> Value:
        if seen.photo.privacy is None:
            raise ValueError("who may see the photo must be read before it is compared")
        return seen.photo.privacy.value

    def applied(self, photo: Photo, record: Record) -> Photo:
        return replace(photo, privacy=Privacy(str(record.change.after)))

    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        kept = seen.permissions
        if kept is None:
            raise ValueError("permissions must be read before setPerms")
        permissions = {"perm_comment": kept.comment, "perm_addmeta": kept.add_meta} | dict(change.details)
        params = {"photo_id": seen.photo.id, **Privacy(str(change.after)).flags(), **permissions}
        return WriteCall("flickr.photos.setPerms", params)

    def answered(self, change: Change, answer: Json) -> Outcome:
        """Recorded: ``{"photoid":{"_content":"8130464513","secret":"…"}}``; the secret can be a new one."""
        secret = text(table(answer.get("photoid")).get("secret"))
        return Outcome("done", answer={"secret": secret} if secret else {})

    def refused(self, change: Change, error: CallError) -> Outcome:
        return Outcome("drifted", GONE) if error.code == 1 else failed(error)

    def evidence(self, change: Change, seen: PhotoState) -> Mapping[str, str]:
        return {"secret": seen.photo.secret} if seen.photo.secret else {}

    def inverse(self, record: Record) -> Change | str:
        change = record.change
        image = record.before_image
        names = {"perm_comment": "permcomment", "perm_addmeta": "permaddmeta"}
        kept = {param: str(image[key]) for param, key in names.items() if key in image}
        note = (
            "who may see it comes back; links and lost faves do not" if change.reversible == "partly" else ""
        )
        return Change(change.photo_id, self.name, change.after, change.before, "yes", note, kept)

    def describe(self, change: Change) -> str:
        return f"visible to: {change.before} → {change.after}"
