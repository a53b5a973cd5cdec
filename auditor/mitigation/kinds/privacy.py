"""Set who may see a photo. State: a value of `Privacy`, ``"public"`` → ``"private"``.

"Changing to a stricter Privacy Setting … will permanently alter the original link and remove Faves from
viewers who no longer have access. This cannot be undone." (Flickr help 4404078163732). So undo restores who
sees it, not links and faves.

Whether `setPerms` keeps the comment and add-meta permissions when they are left out is documented nowhere;
they are read right before the call and sent back.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from auditor.account.photo import Photo
from auditor.errors import CallError, UsageError
from auditor.flickr.parse import Json, table, text
from auditor.flickr.privacy import Privacy, strictest
from auditor.mitigation.change import Change, ChangeRecord, Outcome, Skip, Value
from auditor.mitigation.kinds.base import (
    GONE,
    FlickrFacts,
    Mitigation,
    Option,
    PhotoState,
    PlanContext,
    WriteCall,
    failed,
)
from auditor.text import count

PRIVACY_PAGE: Final = "https://www.flickrhelp.com/hc/en-us/articles/4404078163732"


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
    option = Option(
        "privacy",
        "--privacy",
        "Who may see it: private, friends, family, friends-family or public.",
        "WHO",
    )
    reads_permissions = True

    def parse(self, text: str) -> Privacy:
        try:
            return Privacy(text)
        except ValueError:
            raise UsageError(
                f"{text!r} is not a privacy setting", hint=f"Choose one of: {', '.join(Privacy)}."
            ) from None

    def stricter(self, one: Privacy, other: Privacy) -> Privacy:
        return strictest(one, other)

    def asks_groups(self, photo: Photo, wanted: Privacy) -> bool:
        return photo.privacy is not None and wanted.less_public_than(photo.privacy)

    def plan(
        self, photo: Photo, wanted: Privacy, facts: FlickrFacts, beside: Collection[str]
    ) -> Iterator[Change | Skip]:
        """It opens a photo to more people only where ``public`` is asked for by name."""
        now = photo.privacy
        if now is None:
            yield Skip(photo.id, "who may see it now is not known: run sync", self.name)
            return
        if now is wanted:
            yield Skip(photo.id, f"already {wanted}", self.name, already=True)
            return
        stricter = wanted.less_public_than(now)
        if not stricter and not wanted.is_public:
            yield Skip(photo.id, f"{now} now: {wanted} would open it to more people", self.name)
            return
        # "If you add a non-public photo to a Flickr group, then the photo will be visible to all group
        # members", and nothing says that going private takes it out of the pools.
        note = "links and faves of people shut out do not come back" if stricter else ""
        groups = facts.groups.get(photo.id)
        if groups and stricter and "leave_groups" not in beside:
            titles = ", ".join(pool.title or pool.group_id for pool in groups)
            note += f"; still visible to the members of its groups: {titles}"
        yield Change(photo.id, self.name, now.value, wanted.value, "partly" if stricter else "yes", note)

    def warnings(self, context: PlanContext) -> Iterator[str]:
        changes = [change for change in context.changes if change.mitigation == self.name]
        stricter = [change for change in changes if change.after != Privacy.PUBLIC]
        opened = len(changes) - len(stricter)
        if stricter:
            yield (
                f"{count(len(stricter), 'photo')} will be seen by fewer people: their links change for good,"
                f" and the faves of people who are shut out are lost; undo brings back neither"
                f" ({PRIVACY_PAGE})"
            )
            leaving = {change.photo_id for change in context.changes if change.mitigation == "leave-group"}
            pooled = sum(
                bool(context.facts.groups.get(c.photo_id)) and c.photo_id not in leaving for c in stricter
            )
            if pooled:
                yield (
                    f"{count(pooled, 'photo')} will stay visible to the members of the groups they are in:"
                    " take them out of their groups too (--leave-groups) to prevent that"
                )
            unasked = sum(change.photo_id not in context.facts.groups for change in stricter)
            if unasked:
                yield f"the groups of {count(unasked, 'photo')} are not known: log in and plan again"
        if opened:
            yield f"{count(opened, 'photo')} will be PUBLIC that {'is' if opened == 1 else 'are'} not now"

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

    def applied(self, photo: Photo, record: ChangeRecord) -> Photo:
        return replace(photo, privacy=Privacy(str(record.change.after)))

    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        kept = seen.permissions
        if kept is None:
            raise ValueError("permissions must be read before setPerms")
        # Required in the pages of 2013, optional in the SDK of 2023; what leaving them out does is said
        # nowhere.
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

    def inverse(self, record: ChangeRecord) -> Change | str:
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
