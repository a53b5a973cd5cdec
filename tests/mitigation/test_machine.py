"""Plans, edits by the owner, crashes and undos in any order: what nobody asked to change stays as it was.

A model says for each photo what it should be like now: the owner's last word, or that of a plan that was
applied. After every step the sandbox must agree with it, and undoing gives back what the owner had last.
"""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from auditor.errors import NotAllowedError
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import clean
from auditor.mitigation.change import Change
from auditor.mitigation.planning.policy import Actions, Match
from auditor.mitigation.running.journal import Run
from auditor.sandbox import make_account
from tests.mitigation.world import World, world

PHOTOS = 8
ACTIONS = st.builds(
    Actions,
    add_tags=st.frozensets(st.sampled_from(["no_cv", "street"]), max_size=2),
    license=st.none() | st.sampled_from(["0", "4", "16"]),
    privacy=st.none() | st.sampled_from([Privacy.PRIVATE, Privacy.FRIENDS, Privacy.PUBLIC]),
).filter(bool)
SOME = st.sets(st.integers(0, PHOTOS - 1), min_size=1)


def touched(state: dict[str, Any]) -> dict[str, Any]:
    """The fields of a photo that this machine changes, and those that must never change."""
    return {
        "tags": {key: tag["raw"] for key, tag in state["tags"].items()},
        "license": state["license"],
        "privacy": (state["is_public"], state["is_friend"], state["is_family"]),
        **{
            key: state[key]
            for key in ("title", "permcomment", "permaddmeta", "safety_level", "hidden", "views", "notes")
        },
    }


class Machine(RuleBasedStateMachine):
    """One account with eight photos."""

    @initialize(seed=st.integers(0, 1000))
    def begin(self, seed: int) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.account = make_account(PHOTOS, seed=seed)
        for photo in self.account.photos.values():
            photo.license = "4" if photo.license in {"7", "8"} else photo.license
        self.open = world(self.account, Path(self.folder.name))
        self.here: World = self.open.__enter__()
        self.ids = [photo.id for photo in self.here.photos()]
        self.expected = self.now()
        self.undoable: list[tuple[Run, dict[str, Any]]] = []

    def teardown(self) -> None:
        if hasattr(self, "open"):
            self.open.__exit__(None, None, None)
            self.folder.cleanup()

    def now(self) -> dict[str, Any]:
        state = self.here.box.state()
        return {key: touched(state["photos"][key]) for key in self.ids}

    def _apply(self, actions: Actions, chosen: set[int], crashes: int) -> Run:
        self.here.sync()
        plan = self.here.plan(actions, match=Match(ids=frozenset(self.ids[n] for n in chosen)))
        before = self.now()
        if crashes and plan.changes:
            self.here.box.faults.add("revoked", after=crashes, done=bool(crashes % 2))
            with contextlib.suppress(NotAllowedError):
                self.here.apply(plan)
            self.here.box.faults.clear()
        run = self.here.apply(plan)
        for record in self.here.journal.records(run.run_id):
            assert record.state == "done"
            expect(self.expected[record.change.photo_id], record.change.after, record.change.mitigation)
        self.undoable = [(run, before)]
        return run

    @rule(actions=ACTIONS, chosen=SOME, crashes=st.integers(0, 25))
    def apply(self, actions: Actions, chosen: set[int], crashes: int) -> None:
        self._apply(actions, chosen, crashes)

    @precondition(lambda self: self.undoable)
    @rule()
    def undo(self) -> None:
        run, before = self.undoable.pop()
        undone = self.here.undo(run)
        for record in self.here.journal.records(undone.run_id):
            if record.state == "done":
                photo_id = record.change.photo_id
                restore(self.expected[photo_id], before[photo_id], record.change)

    @rule(number=st.integers(0, PHOTOS - 1), license_id=st.sampled_from(["0", "4", "11"]))
    def owner_sets_license(self, number: int, license_id: str) -> None:
        photo_id = self.ids[number]
        self.account.set_license(self.account.photos[photo_id], license_id)
        self.expected[photo_id]["license"] = license_id

    @rule(number=st.integers(0, PHOTOS - 1), raws=st.sets(st.sampled_from(["NoCV", "portrait", "No CV"])))
    def owner_sets_tags(self, number: int, raws: set[str]) -> None:
        photo_id = self.ids[number]
        self.account.replace_tags(self.account.photos[photo_id], sorted(raws))
        self.expected[photo_id] = self.now()[photo_id]

    @rule(number=st.integers(0, PHOTOS - 1), title=st.text(max_size=5))
    def owner_sets_title(self, number: int, title: str) -> None:
        photo_id = self.ids[number]
        self.account.set_title(self.account.photos[photo_id], title)
        self.expected[photo_id]["title"] = title

    @invariant()
    def nothing_else_changed(self) -> None:
        if hasattr(self, "expected"):
            assert self.now() == self.expected


def expect(photo: dict[str, Any], after: Any, mitigation: str) -> None:
    match mitigation:
        case "add-tag":
            photo["tags"] = {**photo["tags"], tag_of(after): after["tag"]}
        case "license":
            photo["license"] = after
        case "privacy":
            flags = Privacy(after).flags()
            photo["privacy"] = tuple(flags[key] == "1" for key in ("is_public", "is_friend", "is_family"))


def restore(photo: dict[str, Any], before: dict[str, Any], change: Change) -> None:
    if change.mitigation == "remove-tag":
        gone = tag_of(change.before)
        photo["tags"] = {key: raw for key, raw in photo["tags"].items() if key != gone}
    else:
        photo[change.mitigation] = before[change.mitigation]


def tag_of(state: Any) -> str:
    return clean(state["tag"])


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=12,
    stateful_step_count=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
