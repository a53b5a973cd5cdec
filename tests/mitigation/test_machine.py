"""Runs, undos, interruptions and edits by the owner in any order: nobody's word but the run's own is undone.

A model says for each photo what it should be like now: the owner's last word, or that of a plan that was
applied. It also gives every state of a licence, a privacy or a tag a token of its own, so that it knows, not
by value, whether a state is the one that a run left. After every step the sandbox must agree with it.
"""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from auditor.errors import NotAllowedError
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import clean
from auditor.mitigation.change import Change
from auditor.mitigation.kinds.registry import of
from auditor.mitigation.planning.plan import Plan
from auditor.mitigation.planning.policy import Actions, Match
from auditor.mitigation.running.journal import Run
from auditor.sandbox import make_account
from tests.mitigation.world import World, some, world

PHOTOS = 4
ACTIONS = st.builds(
    Actions,
    add_tags=st.frozensets(st.sampled_from(["no_cv", "street"]), max_size=2),
    license=st.none() | st.sampled_from(["0", "4", "16"]),
    privacy=st.none() | st.sampled_from([Privacy.PRIVATE, Privacy.FRIENDS, Privacy.PUBLIC]),
).filter(bool)
SOME = st.sets(st.integers(0, PHOTOS - 1), min_size=1)
ONE = st.integers(0, PHOTOS - 1)
CALLS = st.integers(0, 20)
WHICH = st.integers(0, 9)
"""Of the plans or runs so far. Which of several threads is broken off is up to chance, so nothing that is
drawn may depend on what there is."""
Subject = tuple[str, str]


def touched(state: dict[str, Any]) -> dict[str, Any]:
    """The fields of a photo that this machine changes, and those that must never change."""
    return {
        "tags": {key: tag["raw"] for key, tag in state["tags"].items()},
        "license": state["license"],
        "privacy": Privacy.from_flags(state["is_public"], state["is_friend"], state["is_family"]),
        **{
            key: state[key]
            for key in ("title", "permcomment", "permaddmeta", "safety_level", "hidden", "views", "notes")
        },
    }


def subject_of(change: Change) -> Subject:
    return change.photo_id, of(change).subject(change)


def shown(state: Any) -> Any:
    """A state without the spelling of its tag."""
    return state["present"] if isinstance(state, dict) else state


class Machine(RuleBasedStateMachine):
    """One account with a few photos."""

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
        self.plans: list[Plan] = []
        """Not yet applied, or interrupted."""
        self.settled: dict[str, set[int]] = {}
        """Run → the changes that the model has followed."""
        self.tokens: dict[Subject, object] = {}
        self.last_seen: dict[Subject, Any] = {}
        self.steps: dict[tuple[str, Subject], tuple[object, object]] = {}
        """Run and subject → the token before and after its change."""

    def teardown(self) -> None:
        if hasattr(self, "open"):
            self.open.__exit__(None, None, None)
            self.folder.cleanup()

    def now(self) -> dict[str, Any]:
        state = self.here.box.state()
        return {key: touched(state["photos"][key]) for key in self.ids}

    def value(self, change: Change) -> Any:
        """What the model expects of the subject now, in the form of `before` and `after`."""
        photo = self.expected[change.photo_id]
        if isinstance(change.after, dict):
            return {**change.after, "present": clean(str(change.after["tag"])) in photo["tags"]}
        return photo[change.mitigation]

    def look(self, change: Change) -> object:
        """The token of the subject's state, as whoever reads it at this moment can know it."""
        subject, value = subject_of(change), shown(self.value(change))
        if subject not in self.tokens or self.last_seen[subject] != value:
            self.tokens[subject], self.last_seen[subject] = object(), value
        return self.tokens[subject]

    def carry_out(self, plan: Plan, calls: int) -> None:
        """Apply `plan`, or go on with it; broken off after so many calls, if any."""
        if calls:
            self.here.box.faults.add("revoked", after=calls, done=bool(calls % 2))
        with contextlib.suppress(NotAllowedError):
            self.here.apply(plan)
        self.here.box.faults.clear()
        run = self.here.journal.run_of(plan.plan_id)
        if run is None:
            self.plans.append(plan)
            return
        if self.here.states(run)["sent"]:
            # Nobody knows what became of that call; what an edit before the answer means, neither.
            run = self.here.apply(plan)
        self.follow(run)
        if run.finished_at is None:
            self.plans.append(plan)

    def follow(self, run: Run) -> None:
        """Check what became of the changes of a run against the model, and let the model follow."""
        known = self.settled.setdefault(run.run_id, set())
        for record in self.here.journal.records(run.run_id):
            change = record.change
            if record.number in known or record.state == "pending":
                continue
            known.add(record.number)
            subject, found, token = subject_of(change), self.value(change), self.look(change)
            undone = self.steps.get((run.undoes or "", subject))
            may = run.undoes is None or (undone is not None and undone[1] is token)
            if found == change.after:
                wanted = "already"
            else:
                wanted = "done" if may and found == change.before else "drifted"
            assert record.state == wanted, (record, found)
            if wanted == "done":
                self.tokens[subject] = undone[0] if undone else object()
                self.steps[run.run_id, subject] = (token, self.tokens[subject])
                expect(self.expected[change.photo_id], change)
                self.last_seen[subject] = shown(change.after)

    @rule(actions=ACTIONS, chosen=SOME)
    def plan(self, actions: Actions, chosen: set[int]) -> None:
        self.here.sync()
        match = Match(ids=frozenset(self.ids[n] for n in chosen))
        self.plans.append(self.here.plan(actions, match=match))

    @rule(which=WHICH, calls=st.just(0) | CALLS)
    def apply(self, which: int, calls: int) -> None:
        if self.plans:
            self.carry_out(self.plans.pop(which % len(self.plans)), calls)

    @rule(which=WHICH, calls=st.just(0) | CALLS, later=st.booleans())
    def undo(self, which: int, calls: int, later: bool) -> None:
        """Undo some run, even an undo or one that was undone: now, or by a file that is applied later."""
        if not self.settled:
            return
        run = self.here.journal.run(list(self.settled)[which % len(self.settled)])
        plan = self.here.undo_plan(run)
        if later:
            self.plans.append(plan)
            return
        for change in plan.changes:
            # Everything that is still the run's is undone, and nothing else is even planned.
            subject = subject_of(change)
            assert self.steps[run.run_id, subject][1] is self.tokens[subject]
        self.carry_out(plan, calls)

    @rule(number=ONE, license_id=st.sampled_from(["0", "4", "16"]))
    def owner_sets_license(self, number: int, license_id: str) -> None:
        photo_id = self.ids[number]
        self.account.set_license(self.account.photos[photo_id], license_id)
        self.expected[photo_id]["license"] = license_id

    @rule(number=ONE, privacy=st.sampled_from([Privacy.PRIVATE, Privacy.FRIENDS, Privacy.PUBLIC]))
    def owner_sets_privacy(self, number: int, privacy: Privacy) -> None:
        photo_id = self.ids[number]
        self.account.set_privacy(self.account.photos[photo_id], privacy)
        self.expected[photo_id]["privacy"] = privacy

    @rule(number=ONE, raws=st.sets(st.sampled_from(["NoCV", "portrait", "No CV"])))
    def owner_sets_tags(self, number: int, raws: set[str]) -> None:
        photo_id = self.ids[number]
        self.account.replace_tags(self.account.photos[photo_id], sorted(raws))
        self.expected[photo_id] = self.now()[photo_id]

    @rule(number=ONE, title=st.text(max_size=5))
    def owner_sets_title(self, number: int, title: str) -> None:
        photo_id = self.ids[number]
        self.account.set_title(self.account.photos[photo_id], title)
        self.expected[photo_id]["title"] = title

    @invariant()
    def nothing_else_changed(self) -> None:
        if hasattr(self, "expected"):
            assert self.now() == self.expected


def expect(photo: dict[str, Any], change: Change) -> None:
    """Let the model's photo be as `change` leaves it."""
    if not isinstance(change.after, dict):
        photo[change.mitigation] = change.after
        return
    name = clean(str(change.after["tag"]))
    photo["tags"] = {key: raw for key, raw in photo["tags"].items() if key != name}
    if change.after["present"]:
        photo["tags"][name] = change.after["tag"]


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=12,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_what_was_undone_and_then_made_private_by_hand_stays_private(here: World) -> None:
    run = here.apply(here.plan(Actions(privacy=Privacy.PRIVATE), match=some(here, 12)))
    records = here.journal.records(run.run_id)
    assert records
    here.undo(run)
    for record in records:
        here.box.account.set_privacy(here.box.account.photos[record.change.photo_id], Privacy.PRIVATE)
    again = here.undo_plan(run)
    assert not again.changes
    assert all("undone already by" in skip.reason for skip in again.skipped)
    assert {here.box.account.photos[r.change.photo_id].privacy for r in records} == {Privacy.PRIVATE}


def test_undoing_an_early_run_leaves_what_a_later_one_did(here: World) -> None:
    first = here.apply(here.plan(Actions(license="16"), match=some(here, 12)))
    second = here.apply(here.plan(Actions(license="0"), match=some(here, 12)))
    third = here.apply(here.plan(Actions(license="16"), match=some(here, 12)))
    left = here.undo_plan(first)
    assert not left.changes
    assert any(f"changed again by {second.run_id}" in skip.reason for skip in left.skipped)
    # Back through them all, the last first, brings the first within reach again.
    for run in (third, second):
        assert here.states(here.undo(run))["done"] > 0
    assert len(here.undo_plan(first).changes) == here.states(first)["done"]


def test_an_undo_planned_before_another_undo_does_not_override_the_owner(here: World) -> None:
    run = here.apply(here.plan(Actions(privacy=Privacy.PRIVATE), match=some(here, 12)))
    early = here.undo_plan(run)
    here.undo(run)
    for change in early.changes:
        here.box.account.set_privacy(here.box.account.photos[change.photo_id], Privacy.PRIVATE)
    late = here.apply(early)
    records = here.journal.records(late.run_id)
    assert {record.state for record in records} == {"drifted"}
    assert all("undone already by" in record.reason for record in records)
    assert {here.box.account.photos[r.change.photo_id].privacy for r in records} == {Privacy.PRIVATE}


def test_the_rest_of_an_undo_that_failed_in_part_can_be_undone(here: World) -> None:
    run = here.apply(here.plan(Actions(license="0"), match=some(here, 12)))
    here.box.faults.add("fail", methods=["flickr.photos.licenses.setLicense"], count=2, value=3)
    undone = here.undo(run)
    assert here.states(undone)["failed"] == 2
    rest = here.undo(run)
    assert here.states(rest) == {"done": 2}


def test_what_an_undo_found_changed_by_hand_is_never_undone_later(here: World) -> None:
    run = here.apply(here.plan(Actions(privacy=Privacy.PRIVATE), match=some(here, 12)))
    photos = [here.box.account.photos[r.change.photo_id] for r in here.journal.records(run.run_id)]
    for photo in photos:
        here.box.account.set_privacy(photo, Privacy.PUBLIC)
    assert here.states(here.undo(run))["done"] == 0
    for photo in photos:
        here.box.account.set_privacy(photo, Privacy.PRIVATE)
    assert not here.undo_plan(run).changes


def test_an_undo_can_be_redone_and_undone_again(here: World) -> None:
    run = here.apply(here.plan(Actions(add_tags=frozenset({"no_cv"})), match=some(here, 12)))
    redone = here.undo(here.undo(run))
    number = here.states(run)["done"]
    assert here.states(redone) == {"done": number}
    # The tag has the id of the second time now.
    assert here.states(here.undo(run)) == {"done": number}
    assert not here.undo_plan(redone).changes
    assert not any("nocv" in photo.tags for photo in here.box.account.own_photos()[-3:])
