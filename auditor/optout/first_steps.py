"""What a publisher wants done on Flickr before a request (FFHQ, FDF), and which photos still lack it.

A photo is ready when one of the publisher's steps is done: NVIDIA's README names the tag `no_cv`, a licence
without derivatives or none, privacy, and deletion, and asks for one of them.
"""

from collections.abc import Collection, Sequence

from auditor.account.photo import Photo
from auditor.flickr import licenses
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import NO_CV, has_tag

PLAN_OPTIONS = {
    "no_cv": "--add-tag no_cv",
    "license": "--license all-rights-reserved",
    "private": "--privacy private",
}
"""The option of `plan` that does a step; `delete` has none, for the tool deletes nothing."""

DELETED = ("delete",)


def done(photo: Photo) -> tuple[str, ...]:
    """The steps that hold for `photo` as last synced."""
    state = {
        "no_cv": has_tag(photo.tags, NO_CV),
        # All Rights Reserved and every NoDerivs licence forbid derivatives.
        "license": licenses.get(photo.license_id).derivatives is False,
        "private": photo.privacy not in {None, Privacy.PUBLIC},
    }
    return tuple(step for step, holds in state.items() if holds)


def pending(steps_done: Sequence[Collection[str]], wanted: Collection[str]) -> int:
    """How many of the photos (one entry each) have none of the `wanted` steps; 0 when none is wanted."""
    return sum(not set(wanted) & set(steps) for steps in steps_done) if wanted else 0


def plan_command(dataset: str, wanted: Sequence[str]) -> str:
    """The command that plans the first step that the tool can do."""
    option = next((PLAN_OPTIONS[step] for step in wanted if step in PLAN_OPTIONS), PLAN_OPTIONS["no_cv"])
    return f"flickr-auditor plan --dataset {dataset} {option}"
