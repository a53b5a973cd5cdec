"""Add a tag, `no_cv` above all, and remove it again.

State: ``{"tag": "no_cv", "present": false}``. Flickr compares tags by their clean form, so a photo that has
``NoCV`` already is tagged; adding again changes nothing and is answered with an empty list.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from auditor.account.photo import Photo
from auditor.errors import CallError, UsageError
from auditor.flickr.parse import Json, listing, table, text
from auditor.flickr.tags import MAX_TAGS, clean, composed, quote_for_add
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


def _state(tag: str, *, present: bool) -> Mapping[str, str | bool]:
    return {"tag": tag, "present": present}


def _tag(change: Change) -> str:
    return str(change.after["tag"]) if isinstance(change.after, Mapping) else ""


def _spells(change: Change, *forms: str) -> bool:
    """Whether one of `forms` (clean or raw) is the tag of `change` as far as we can tell."""
    return clean(_tag(change)) in {*forms, *map(clean, forms)}


# "full_tag_id":"24541304-5628095432-320" beside "id":"320", which removeTag does not take. Over 592 recorded
# tags the last number goes one to one with the clean text, so that one of another photo could still be taken
# for ours.
def _is_tag_id(tag_id: str, photo_id: str) -> bool:
    """``<owner's internal id>-<photo id>-<tag number>``: the middle one ties it to the photo."""
    return f"-{photo_id}-" in tag_id and len(tag_id) < 100


class _Tag(Mitigation):
    order = 1
    what = "which tags the photo has"
    adds: bool

    def subject(self, change: Change) -> str:
        return f"tag:{clean(_tag(change))}"

    def problem(self, change: Change) -> str | None:
        try:
            quote_for_add([_tag(change)])
        except UsageError as error:
            return error.message
        expected = (_state(_tag(change), present=not self.adds), _state(_tag(change), present=self.adds))
        return None if (change.before, change.after) == expected else "before and after do not fit together"

    def observed(self, change: Change, seen: PhotoState) -> Value | Unreadable:
        # Flickr's own clean form, once it told it: ours made `nspred` of `ns:pred=`, which was never found.
        known = change.details.get("clean") or clean(_tag(change))
        by_id = change.details.get("tag_id") in (seen.tag_ids or {}).values()
        if not by_id and not seen.photo.tags_told:
            return UNREADABLE
        return _state(_tag(change), present=by_id or known in seen.photo.tags)

    def applied(self, photo: Photo, record: ChangeRecord) -> Photo:
        tag = record.answer.get("clean") or clean(_tag(record.change))
        others = tuple(held for held in photo.tags if held != tag)
        return replace(photo, tags=(*others, tag) if self.adds else others)

    def same(self, one: Value, other: Value) -> bool:
        # Another plan may have spelled the tag in another way.
        return self.show(one) == self.show(other)

    def show(self, value: Value) -> str:
        return "tagged" if isinstance(value, Mapping) and value.get("present") else "not tagged"


class AddTag(_Tag):
    """`flickr.photos.addTags`."""

    name = "add-tag"
    title = "Add a tag"
    effect = (
        "The tag is public. NVIDIA takes photos tagged no_cv out of FFHQ on request, others may honour it;"
        " it hides nothing and obliges nobody."
    )
    methods = frozenset({"flickr.photos.addTags"})
    option = Option("add_tags", "--add-tag", "Add a tag, e.g. no_cv; repeatable.", "TAG", repeatable=True)
    adds = True

    def parse(self, text: str) -> str:
        quote_for_add([text])
        return " ".join(text.split())

    def stricter(self, one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
        """All tags of both; of two spellings of one tag one."""
        return frozenset({clean(tag): tag for tag in sorted(one | other, reverse=True)}.values())

    def plan(
        self, photo: Photo, wanted: frozenset[str], facts: FlickrFacts, beside: Collection[str]
    ) -> Iterator[Change | Skip]:
        held = len(photo.tags)
        for tag in sorted(self.stricter(wanted, wanted)):
            # One clean tag exists once: addTags of no_cv to a photo with NoCV answers {"tags":{"tag":[]}}.
            if clean(tag) in photo.tags:
                yield Skip(photo.id, f"already tagged {tag}", self.name, already=True)
            elif held >= MAX_TAGS:
                yield Skip(photo.id, f"has {MAX_TAGS} tags, Flickr's limit", self.name)
            else:
                held += 1
                yield Change(
                    photo.id, self.name, _state(tag, present=False), _state(tag, present=True), "yes"
                )

    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        return WriteCall(
            "flickr.photos.addTags", {"photo_id": seen.photo.id, "tags": quote_for_add([_tag(change)])}
        )

    def answered(self, change: Change, answer: Json) -> Outcome:
        """Recorded: ``{"tags":{"tag":[]}}`` when it was there, else the new tag with ``full_tag_id``."""
        if "tags" not in answer:
            # The documentation says "empty success response": then only the photo tells.
            return Outcome("done", answer=None)
        added = listing(table(answer["tags"]).get("tag"))
        if not added:
            return Outcome("already", "somebody tagged it just now")
        # One tag was sent, so one that comes back is it, however Flickr writes it.
        ours = [tag for tag in added if len(added) == 1 or _spells(change, text(tag), text(tag.get("raw")))]
        known = next(
            (
                {"tag_id": tag_id} | ({"clean": composed(text(tag))} if text(tag) else {})
                for tag in ours
                for tag_id in (text(tag.get("full_tag_id")), text(tag.get("id")))
                if _is_tag_id(tag_id, change.photo_id)
            ),
            None,
        )
        return Outcome("done", answer=known)

    # 2: "Maximum number of tags reached … the whole request is ignored": never some of the tags, so a second
    # try with fewer would have to be another plan.
    def refused(self, change: Change, error: CallError) -> Outcome:
        if error.code == 1:
            return Outcome("drifted", GONE)
        return failed(error, f"has {MAX_TAGS} tags, Flickr's limit" if error.code == 2 else "")

    def evidence(self, change: Change, seen: PhotoState) -> Mapping[str, str]:
        for found, tag_id in (seen.tag_ids or {}).items():
            if _spells(change, found) and _is_tag_id(tag_id, change.photo_id):
                return {"tag_id": tag_id, "clean": found}
        return {}

    def inverse(self, record: ChangeRecord) -> Change | str:
        tag_id = record.answer.get("tag_id")
        if not tag_id:
            return "the id of the tag that was added is not known; remove it on flickr.com"
        change = record.change
        details = {key: record.answer[key] for key in ("tag_id", "clean") if key in record.answer}
        return Change(change.photo_id, RemoveTag.name, change.after, change.before, "yes", details=details)

    def describe(self, change: Change) -> str:
        return f"add tag {_tag(change)}"


class RemoveTag(_Tag):
    """`flickr.photos.removeTag`, by the id of the tag that a run created."""

    name = "remove-tag"
    title = "Remove a tag"
    effect = "The tag that the run had added is removed; other tags stay."
    methods = frozenset({"flickr.photos.removeTag"})
    adds = False

    def problem(self, change: Change) -> str | None:
        if not _is_tag_id(change.details.get("tag_id", ""), change.photo_id):
            return "the id of the tag is missing or of another photo"
        return super().problem(change)

    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        return WriteCall("flickr.photos.removeTag", {"tag_id": change.details["tag_id"]})

    def refused(self, change: Change, error: CallError) -> Outcome:
        if error.code == 1:  # "Tag not found": removed by hand, or by a call of ours whose answer was lost
            return Outcome("already", "the tag was gone")
        return failed(error)

    def inverse(self, record: ChangeRecord) -> Change | str:
        change = record.change
        return Change(change.photo_id, AddTag.name, change.after, change.before, "yes")

    def describe(self, change: Change) -> str:
        return f"remove tag {_tag(change)}"
