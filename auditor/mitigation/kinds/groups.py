"""Take a photo out of a group's pool, and put it back.

State: ``{"group_id": …, "title": …, "member": true}``.

"If you add a non-public photo to a Flickr group, then the photo will be visible to all group members" (Flickr
help 4404078163732), so private means private only outside the pools.
"""

from collections.abc import Collection, Iterator, Mapping

from auditor.account.photo import Photo
from auditor.errors import CallError
from auditor.flickr.urls import is_nsid
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


def _state(group_id: str, title: str, *, member: bool) -> Mapping[str, str | bool]:
    return {"group_id": group_id, "title": title, "member": member}


def _group(change: Change) -> Mapping[str, str | bool]:
    return change.after if isinstance(change.after, Mapping) else {}


def _named(change: Change) -> str:
    """The title, and the id that the call goes by: a plan from elsewhere may put another title to it."""
    title, group_id = (_group(change).get(key) for key in ("title", "group_id"))
    return f"{title} ({group_id})" if title else str(group_id)


class _Group(Mitigation):
    reads_groups = True
    what = "which groups the photo is in"
    joins: bool

    def subject(self, change: Change) -> str:
        return f"group:{_group(change)['group_id']}"

    def problem(self, change: Change) -> str | None:
        group_id, title = (str(_group(change).get(key, "")) for key in ("group_id", "title"))
        if not is_nsid(group_id):
            return "the id of the group is missing"
        expected = (
            _state(group_id, title, member=not self.joins),
            _state(group_id, title, member=self.joins),
        )
        return None if (change.before, change.after) == expected else "before and after do not fit together"

    def observed(self, change: Change, seen: PhotoState) -> Value | Unreadable:
        if seen.groups is None:
            return UNREADABLE
        group = _group(change)
        return _state(str(group["group_id"]), str(group["title"]), member=group["group_id"] in seen.groups)

    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        (method,) = self.methods
        return WriteCall(method, {"photo_id": seen.photo.id, "group_id": str(_group(change)["group_id"])})

    def same(self, one: Value, other: Value) -> bool:
        # A group can have another title by now.
        return self.show(one) == self.show(other)

    def show(self, value: Value) -> str:
        return "in the group" if isinstance(value, Mapping) and value.get("member") else "not in the group"


class LeaveGroup(_Group):
    """`flickr.groups.pools.remove`."""

    name = "leave-group"
    title = "Leave a group"
    effect = "The photo leaves the group's pool; coming back is up to the group's limits and moderators."
    methods = frozenset({"flickr.groups.pools.remove"})
    order = 4
    option = Option("leave_groups", "--leave-groups", "Remove from all group pools.")
    joins = False

    def asks_groups(self, photo: Photo, wanted: object) -> bool:
        return True

    def plan(
        self, photo: Photo, wanted: object, facts: FlickrFacts, beside: Collection[str]
    ) -> Iterator[Change | Skip]:
        groups = facts.groups.get(photo.id)
        if groups is None:
            reason = "its groups are not known: they are asked for when you are logged in"
            yield Skip(photo.id, reason, self.name)
            return
        if not groups:
            yield Skip(photo.id, "in no group", self.name)
        for pool in groups:
            note = "undo adds it back where the group's rules allow"
            before, after = (_state(pool.group_id, pool.title, member=member) for member in (True, False))
            yield Change(photo.id, self.name, before, after, "partly", note)

    # Each method counts anew: here 1 is "Group not found", of pools.add it is "Photo not found".
    def refused(self, change: Change, error: CallError) -> Outcome:
        match error.code:
            case 1:
                return Outcome("already", "the group no longer exists")
            case 2:
                return Outcome("already", "it was not in the group")
            case 3:
                return failed(error, "Flickr does not let you take it out of this group")
            case _:
                return failed(error)

    def inverse(self, record: ChangeRecord) -> Change | str:
        change = record.change
        note = "the group's moderators may have to let it in"
        return Change(change.photo_id, JoinGroup.name, change.after, change.before, "yes", note)

    def describe(self, change: Change) -> str:
        return f"leave group {_named(change)}"


class JoinGroup(_Group):
    """`flickr.groups.pools.add`."""

    name = "join-group"
    title = "Join a group again"
    effect = "The photo is added to the group's pool, or waits for its moderators."
    methods = frozenset({"flickr.groups.pools.add"})
    order = 6
    joins = True

    def refused(self, change: Change, error: CallError) -> Outcome:
        match error.code:
            case 1:
                return Outcome("drifted", GONE)
            case 2:
                return failed(error, "the group no longer exists")
            case 3:
                return Outcome("already", "it is in the group")
            case 6 | 7:  # added to the "Pending Queue", or there already: an error by name only
                return Outcome("done", "it waits for the group's moderators", {"queued": "yes"})
            case 10:
                return failed(error, "the group's pool is full")
            case _:
                return failed(error)

    def inverse(self, record: ChangeRecord) -> Change | str:
        change = record.change
        return Change(change.photo_id, LeaveGroup.name, change.after, change.before, "partly")

    def describe(self, change: Change) -> str:
        return f"back into group {_named(change)}"
