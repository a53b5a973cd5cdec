"""A plan is carried out exactly, once, and survives bad days: over real sockets against the sandbox."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import (
    AuditorError,
    BudgetSpentError,
    CallError,
    NotAllowedError,
    RefusedError,
    StorageError,
    UnreachableError,
)
from auditor.flickr.api import ReadApi
from auditor.flickr.budget import CallBudget
from auditor.flickr.privacy import Privacy
from auditor.flickr.transport import Transport
from auditor.mitigation.change import OPEN, Change
from auditor.mitigation.kinds.base import GONE, PhotoState
from auditor.mitigation.kinds.registry import MITIGATIONS, WRITE_METHODS, describe
from auditor.mitigation.planning.plan import Plan
from auditor.mitigation.planning.planner import Budget
from auditor.mitigation.planning.policy import Actions, Match
from auditor.mitigation.running.catch_up import catch_up
from auditor.mitigation.running.photo_state import Reader
from auditor.mitigation.running.run import carry_out, check_plan, start
from auditor.mitigation.running.runner import Runner
from auditor.mitigation.running.undo import plan_undo
from auditor.mitigation.running.verify import resolve
from auditor.sandbox import make_account
from tests.mitigation.world import EVERYTHING, LOST_FOR_GOOD, World, differences, some, world

READABLE = Actions(add_tags=frozenset({"no_cv"}), license="0", privacy=Privacy.PRIVATE)
GENTLE = Actions(add_tags=frozenset({"no_cv"}), license="0")


def as_planned(here: World, plan: Plan) -> bool:
    """Whether the sandbox's photos stand as every change of the plan wants."""
    photos, pools = here.box.account.photos, {pool.id: pool.photos for pool in here.box.account.pools}

    def stands(change: Change) -> bool:
        photo = photos[change.photo_id]
        after: Any = change.after
        match change.mitigation:
            case "add-tag":
                return "nocv" in photo.tags
            case "license":
                return bool(photo.license == after)
            case "privacy":
                return bool(photo.privacy == after)
            case "hide":
                return photo.hidden
            case "safety-level":
                return photo.safety_level == 2
            case _:
                return change.photo_id not in pools[after["group_id"]]

    return all(stands(change) for change in plan.changes)


def test_a_plan_is_carried_out_and_undone_to_the_former_state(here: World) -> None:
    hidden = {photo.id for photo in here.box.account.photos.values() if photo.hidden}
    before = here.box.state()
    plan = here.plan(EVERYTHING)
    run = here.apply(plan)
    assert here.states(run) == {"done": len(plan.changes)}
    assert as_planned(here, plan)
    assert all(finding.state in {"verified", "unreadable"} for finding in here.verify(run))

    undone = here.undo(run, unhide=True)
    left = differences(before, here.box.state())
    not_settable = {key for key, photo in before["photos"].items() if photo["license"] in {"7", "8"}}
    for photo_id, fields in left.items():
        allowed = LOST_FOR_GOOD | ({"hidden"} if photo_id in hidden else set())
        assert fields <= allowed | ({"license"} if photo_id in not_settable else set()), photo_id
    assert here.states(undone)["drifted"] == 0


def test_an_undo_can_be_undone(here: World) -> None:
    run = here.apply(
        here.plan(Actions(add_tags=frozenset({"no_cv"}), privacy=Privacy.PRIVATE, leave_groups=True))
    )
    private = here.box.state()
    here.undo(here.undo(run))
    assert {field for fields in differences(private, here.box.state()).values() for field in fields} <= {
        "lastupdate",
        "secret",
        "original_secret",
    }


def test_the_local_store_knows_what_was_done(here: World) -> None:
    here.apply(here.plan(GENTLE))
    again = here.plan(GENTLE)
    assert not again.changes
    assert here.store.required_snapshot().photos == 24


def test_the_store_catches_up_with_a_run_that_was_broken_off(here: World) -> None:
    plan = here.plan(READABLE, match=some(here, 12))
    here.box.faults.add("revoked", methods=WRITES, after=9)
    with pytest.raises(NotAllowedError):
        here.apply(plan)
    here.box.faults.clear()
    run = here.journal.run_of(plan.plan_id)
    assert run is not None
    done = [record.change for record in here.journal.records(run.run_id) if record.state == "done"]
    assert done
    catch_up(here.conn)

    def stored(change: Change) -> Any:
        photo = next(photo for photo in here.photos() if photo.id == change.photo_id)
        match change.mitigation:
            case "add-tag":
                return {"tag": "no_cv", "present": "nocv" in photo.tags}
            case "license":
                return photo.license_id
            case _:
                return photo.privacy

    assert [stored(change) for change in done] == [change.after for change in done]
    # What was read after the change counts more than the journal.
    by_hand = next(change for change in done if change.mitigation == "add-tag")
    here.box.account.replace_tags(here.box.account.photos[by_hand.photo_id], [])
    here.sync()
    catch_up(here.conn)
    assert stored(by_hand) == by_hand.before


def test_planning_and_a_dry_run_send_no_write(here: World) -> None:
    run = here.apply(here.plan(GENTLE, match=some(here, 3)))
    sent = len(here.writes())
    here.plan(EVERYTHING)
    here.verify(run)
    assert len(here.writes()) == sent


def test_applying_a_spent_plan_again_sends_nothing(here: World) -> None:
    plan = here.plan(GENTLE, match=some(here, 5))
    here.apply(plan)
    sent = len(here.writes())
    assert here.apply(plan).finished_at is not None
    assert len(here.writes()) == sent


def test_only_declared_methods_can_be_called(here: World) -> None:
    transport = here.write_transport(methods={"flickr.photos.addTags"})
    for method in ("flickr.photos.delete", "flickr.photos.setTags", "flickr.photos.setPerms"):
        with pytest.raises(ValueError, match="no mitigation declares"):
            transport.write(method, {}, before_send=lambda: None)
    assert set(WRITE_METHODS) == {
        "flickr.groups.pools.add",
        "flickr.groups.pools.remove",
        "flickr.photos.addTags",
        "flickr.photos.licenses.setLicense",
        "flickr.photos.removeTag",
        "flickr.photos.setPerms",
        "flickr.photos.setSafetyLevel",
    }
    assert here.writes() == []


def test_permissions_are_read_right_before_and_sent_back(tmp_path: Path) -> None:
    account = make_account(30)
    account.rules.omitted_perms_kept = False
    with world(account, tmp_path) as here:
        before = {key: (p.permcomment, p.permaddmeta) for key, p in account.photos.items()}
        run = here.apply(here.plan(Actions(privacy=Privacy.PRIVATE)))
        assert {key: (p.permcomment, p.permaddmeta) for key, p in account.photos.items()} == before
        # Whatever became of them in between, undo restores what was read before the run.
        for photo in account.photos.values():
            photo.permcomment = 0
        here.undo(run)
        changed = {record.change.photo_id for record in here.journal.records(run.run_id)}
        assert all(
            (account.photos[key].permcomment, account.photos[key].permaddmeta) == before[key]
            for key in changed
        )


# -- what the owner did in between ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "state", "reason"),
    [
        (lambda here, key: here.box.account.delete(here.box.account.photos[key]), "drifted", "gone"),
        (
            lambda here, key: here.box.account.set_license(here.box.account.photos[key], "16"),
            "drifted",
            "CC BY-NC-ND 4.0 now",
        ),
        (lambda here, key: here.box.account.set_license(here.box.account.photos[key], "0"), "already", ""),
        (lambda here, key: here.box.account.set_title(here.box.account.photos[key], "new"), "done", ""),
        (lambda here, key: here.box.account.add_tags(here.box.account.photos[key], ["new"], "x"), "done", ""),
    ],
    ids=["deleted", "another-licence", "wanted-licence", "another-title", "another-tag"],
)
def test_an_edit_by_the_owner_is_noticed(
    here: World, edit: Callable[[World, str], None], state: str, reason: str
) -> None:
    plan = here.plan(Actions(license="0"), match=some(here, 20))
    photo_id = plan.changes[0].photo_id
    edit(here, photo_id)
    run = here.apply(plan)
    record = here.journal.records(run.run_id)[0]
    assert (record.state, reason in record.reason) == (state, True), record.reason
    assert all(args["photo_id"] != photo_id for _, args in here.writes()) == (state != "done")
    assert here.states(run)["done"] == len(plan.changes) - (state != "done")


def test_undo_leaves_alone_what_was_changed_since(here: World) -> None:
    run = here.apply(here.plan(GENTLE, match=some(here, 20)))
    changed = [record.change for record in here.journal.records(run.run_id)]
    by_hand = next(change.photo_id for change in changed if change.mitigation == "license")
    photo = here.box.account.photos[by_hand]
    here.box.account.set_license(photo, "16")
    undone = here.undo(run)
    assert photo.license == "16"
    assert here.states(undone)["drifted"] == 1


def test_a_tag_that_was_there_stays_after_undo(here: World) -> None:
    plan = here.plan(Actions(add_tags=frozenset({"no_cv"})))
    early = here.box.account.photos[plan.changes[0].photo_id]
    here.box.account.add_tags(early, ["No CV"], here.nsid)
    run = here.apply(plan)
    assert here.states(run)["already"] == 1
    here.undo(run)
    assert early.tags["nocv"].raw == "No CV"
    others = [
        photo for photo in here.box.account.own_photos() if photo.id in {c.photo_id for c in plan.changes[1:]}
    ]
    assert all("nocv" not in photo.tags for photo in others)


def test_a_row_missing_from_a_listing_is_confirmed_before_it_counts_as_gone(here: World) -> None:
    plan = here.plan(GENTLE)
    here.box.faults.add("lost-rows", methods=["flickr.people.getPhotos"], value=3)
    run = here.apply(plan)
    assert here.states(run) == {"done": len(plan.changes)}


# -- Flickr's bad days ---------------------------------------------------------------------------------------

WRITES = ["flickr.photos.addTags", "flickr.photos.licenses.setLicense", "flickr.photos.setPerms"]


@pytest.mark.parametrize("done", [False, True], ids=["before-the-work", "after-the-work"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "cut"},
        {"kind": "cut-body"},
        {"kind": "429"},
        {"kind": "429", "value": 0.05},
        {"kind": "500"},
        {"kind": "502"},
        {"kind": "503", "value": 0.05},
        {"kind": "504"},
        {"kind": "html"},
        {"kind": "truncated"},
        {"kind": "trailing-comma"},
        {"kind": "list"},
        {"kind": "fail", "value": 0},
        {"kind": "fail", "value": 105},
        {"kind": "fail", "value": 106},
        {"kind": "fail", "value": 201},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_a_write_without_an_answer_is_neither_repeated_blindly_nor_forgotten(
    here: World, fault: dict[str, Any], done: bool
) -> None:
    before = here.box.state()
    plan = here.plan(READABLE, match=some(here, 7))
    here.box.faults.add(fault["kind"], methods=WRITES, probability=0.3, done=done, value=fault.get("value"))
    run = here.apply(plan)
    here.box.faults.clear()
    assert here.states(run) == {"done": len(plan.changes)}
    assert as_planned(here, plan)
    effective = Counter((method, args["photo_id"]) for method, args in here.writes(effective=True))
    assert set(effective.values()) == {1}
    # Nothing counts as "was there already" that a lost call of ours did: so undo takes it all back.
    here.undo(run)
    fields = set[str]().union(*differences(before, here.box.state()).values())
    assert fields <= LOST_FOR_GOOD | {"license"}


@pytest.mark.parametrize("goes_on", [True, False])
def test_what_a_later_run_did_is_not_taken_for_that_of_a_call_without_an_answer(
    here: World, goes_on: bool
) -> None:
    """The call never arrived; a later run set the same licence: undoing the first must not take that back."""
    match = some(here, 1)
    first = here.plan(Actions(license="0"), match=match)
    here.box.faults.add("cut", methods=WRITES, done=False)
    with pytest.raises(UnreachableError):
        here.apply(first)
    here.box.faults.clear()
    second = here.apply(here.plan(Actions(license="0"), match=match))
    assert here.states(second) == {"done": 1}

    run = here.journal.run_of(first.plan_id)
    assert run is not None
    if goes_on:
        here.apply(first)
    else:  # an undo asks first what became of the call
        resolve(Reader(here.api(), here.nsid, here.photos()), here.journal, run.run_id)
    (record,) = here.journal.records(run.run_id)
    assert (record.state, record.reason.partition(",")[0]) == ("already", f"as {second.run_id} left it")
    assert here.undo_plan(run).changes == ()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "revoked"}, NotAllowedError),
        ({"kind": "key-disabled"}, NotAllowedError),
        ({"kind": "502"}, UnreachableError),
        ({"kind": "429", "value": 4000.0}, UnreachableError),
    ],
    ids=["token-revoked", "key-disabled", "down", "come-back-in-an-hour"],
)
def test_what_stops_the_run_leaves_it_ready_to_go_on(
    here: World, fault: dict[str, Any], error: type[AuditorError]
) -> None:
    plan = here.plan(EVERYTHING)
    here.box.faults.add(fault["kind"], after=60, value=fault.get("value"))
    with pytest.raises(error):
        here.apply(plan)
    here.box.faults.clear()
    run = here.journal.run_of(plan.plan_id)
    assert run is not None
    assert run.finished_at is None
    assert 0 < here.states(run)["done"] < len(plan.changes)
    assert here.apply(plan).run_id == run.run_id
    assert here.states(run) == {"done": len(plan.changes)}
    assert as_planned(here, plan)
    effective = Counter(json.dumps(write) for write in here.writes(effective=True))
    assert set(effective.values()) == {1}


def test_one_photo_that_makes_flickr_stumble_does_not_stop_the_others(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = here.plan(Actions(privacy=Privacy.PRIVATE), match=some(here, 20))
    poison = plan.changes[3].photo_id
    complete = Reader.complete

    def stumble(reader: Reader, change: Change, seen: PhotoState) -> PhotoState | None:
        if change.photo_id == poison:
            raise UnreachableError("HTTP 500")
        return complete(reader, change, seen)

    monkeypatch.setattr(Reader, "complete", stumble)
    with pytest.raises(UnreachableError, match="did not carry out 1 of the changes"):
        here.apply(plan)
    run = here.journal.run_of(plan.plan_id)
    assert run is not None
    assert here.states(run) == {"done": len(plan.changes) - 1, "pending": 1}


@pytest.mark.parametrize(
    ("code", "method", "words"),
    [
        (3, "flickr.photos.licenses.setLicense", "cannot be changed"),
        (4, "flickr.photos.licenses.setLicense", "no longer offers"),
        (2, "flickr.photos.addTags", "75 tags"),
        (116, "flickr.photos.addTags", "Bad URL found"),
        (1, "flickr.photos.addTags", "but the photo is still there"),
    ],
)
def test_a_permanent_error_fails_one_change_and_says_why(
    here: World, code: int, method: str, words: str
) -> None:
    plan = here.plan(GENTLE, match=some(here, 20))
    here.box.faults.add("fail", methods=[method], count=1, value=code)
    run = here.apply(plan)
    failed = [record for record in here.journal.records(run.run_id) if record.state == "failed"]
    assert [words in record.reason for record in failed] == [True]
    assert here.states(run)["done"] == len(plan.changes) - 1


@pytest.mark.parametrize("code", [0, 1, 2, 3, 77, 111, 112, 116])
def test_an_error_is_not_believed_where_the_write_took_effect(here: World, code: int) -> None:
    before = here.box.state()
    plan = here.plan(EVERYTHING, match=some(here, 6))
    readable = [change for change in plan.changes if change.mitigation != "hide"]
    here.box.faults.add("fail", methods=[*WRITES, "flickr.groups.pools.remove"], value=code, done=True)
    run = here.apply(plan)
    here.box.faults.clear()
    done = [record for record in here.journal.records(run.run_id) if record.change.mitigation != "hide"]
    assert [record.state for record in done] == ["done"] * len(readable)
    # So undo knows of all that was done.
    here.undo(run, unhide=True)
    fields = set[str]().union(*differences(before, here.box.state()).values())
    assert fields <= LOST_FOR_GOOD | {"license", "hidden"}


def mix_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every answer that names what it is about name something else."""
    read = Transport.read

    def mixed_up(transport: Transport, name: str, **params: object) -> Any:
        other = {"id": "9000000999", "nsid": "99000009@N09"}
        return {
            key: {**value, **{k: v for k, v in other.items() if k in value}}
            if isinstance(value, dict)
            else value
            for key, value in read(transport, name, **params).items()
        }

    monkeypatch.setattr(Transport, "read", mixed_up)


def test_no_write_rests_on_the_permissions_of_another_photo(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = here.tools()
    run = start(here.plan(Actions(privacy=Privacy.PRIVATE), match=some(here, 3)), context)
    mix_up(monkeypatch)
    with pytest.raises(UnreachableError):
        carry_out(run, context)
    assert here.writes() == []


def test_answers_about_something_else_are_refused(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    photo_id, api = here.photos()[0].id, here.api()
    mix_up(monkeypatch)
    for read in (api.photo, api.photo_permissions):
        with pytest.raises(UnreachableError, match="about something else"):
            read(photo_id)
    with pytest.raises(UnreachableError, match="about something else"):
        api.person(here.nsid)


def test_a_tag_is_found_and_removed_by_what_flickr_answered(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flickr's clean form of ``ns:pred=`` is ``ns:pred=``; what we would make of it is another."""
    monkeypatch.setattr("auditor.mitigation.kinds.add_tag.clean", lambda raw: raw.lower().replace("_", ""))
    run = here.apply(here.plan(Actions(add_tags=frozenset({"No cv!"})), match=some(here, 5)))
    assert {(r.state, r.verified) for r in here.journal.records(run.run_id)} == {("done", True)}
    assert here.states(here.undo(run)) == {"done": 5}
    assert not any("nocv" in photo.tags for photo in here.box.account.own_photos()[-5:])


def test_a_tag_that_flickr_calls_gone_is_not_taken_for_removed_while_it_is_there(here: World) -> None:
    run = here.apply(here.plan(Actions(add_tags=frozenset({"no_cv"})), match=some(here, 20)))
    here.box.faults.add("fail", methods=["flickr.photos.removeTag"], count=1, value=1)
    undone = here.undo(run)
    failed = [record for record in here.journal.records(undone.run_id) if record.state == "failed"]
    assert ["the photo is still there" in record.reason for record in failed] == [True]
    assert "nocv" in here.box.account.photos[failed[0].change.photo_id].tags


def test_a_photo_deleted_while_its_groups_are_asked_for_is_gone_and_not_done(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = here.plan(Actions(leave_groups=True))
    deleted = plan.changes[0].photo_id
    complete = Reader.complete

    def too_late(reader: Reader, change: Change, seen: PhotoState) -> PhotoState | None:
        if change.photo_id == deleted:
            here.box.account.photos.pop(deleted, None)
        return complete(reader, change, seen)

    monkeypatch.setattr(Reader, "complete", too_late)
    run = here.apply(plan)
    states = {(r.state, r.reason) for r in here.journal.records(run.run_id) if r.change.photo_id == deleted}
    assert states == {("drifted", GONE)}


def test_an_answer_without_who_may_comment_is_no_reason_to_write(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = here.plan(Actions(privacy=Privacy.PRIVATE), match=some(here, 4))
    read = Transport.read

    def forgetful(transport: Transport, name: str, **params: object) -> Any:
        answer = read(transport, name, **params)
        if name == "flickr.photos.getPerms":
            del answer["perms"]["permcomment"]
        return answer

    monkeypatch.setattr(Transport, "read", forgetful)
    with pytest.raises(UnreachableError):
        here.apply(plan)
    assert here.writes() == []


def test_what_was_set_aside_is_left_for_the_next_run(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A photo that is read again for its second change is not asked about the first one again."""
    plan = here.plan(GENTLE, match=some(here, 20))
    kinds = Counter(change.photo_id for change in plan.changes)
    poison = next(photo_id for photo_id, number in kinds.items() if number == 2)
    complete, is_fresh = Reader.complete, Reader.is_fresh
    asked, stale = [], [True]

    def stumble(reader: Reader, change: Change, seen: PhotoState) -> PhotoState | None:
        if (change.photo_id, change.mitigation) == (poison, "add-tag"):
            asked.append(change)
            raise UnreachableError("HTTP 500")
        return complete(reader, change, seen)

    def grown_old(reader: Reader, seen: PhotoState) -> bool:
        return not (seen.photo.id == poison and stale and stale.pop()) and is_fresh(reader, seen)

    monkeypatch.setattr(Reader, "complete", stumble)
    monkeypatch.setattr(Reader, "is_fresh", grown_old)
    with pytest.raises(UnreachableError, match="did not carry out 1 of the changes"):
        here.apply(plan)
    assert (len(asked), stale) == (1, [])


def test_a_photo_read_by_itself_keeps_its_date(here: World) -> None:
    plan = here.plan(Actions(add_tags=frozenset({"no_cv"})), match=some(here, 1), ask=False)
    before = here.photos()[0]
    here.apply(plan)
    after = here.photos()[0]
    assert before.date_taken
    assert after.date_taken == before.date_taken
    assert after.date_upload == before.date_upload


def test_a_photo_that_is_gone_by_the_time_of_the_plan_is_left_out(here: World) -> None:
    public = next(photo for photo in here.photos() if photo.privacy is Privacy.PUBLIC)
    only = Match(ids=frozenset({public.id}))
    # "Photo not found" is believed only when the photo itself is not found either.
    here.box.faults.add("fail", methods=["flickr.photos.getAllContexts"], count=1, value=1)
    assert len(here.plan(Actions(privacy=Privacy.PRIVATE), match=only).changes) == 1
    here.box.account.delete(here.box.account.photos[public.id])
    plan = here.plan(Actions(privacy=Privacy.PRIVATE), match=only)
    assert [(skip.photo_id, skip.reason) for skip in plan.skipped] == [(public.id, GONE)]


def test_a_plan_knows_which_licences_flickr_offers(tmp_path: Path) -> None:
    account = make_account(40)
    account.rules.old_cc_settable = False
    with world(account, tmp_path) as here:
        plan = here.plan(Actions(license="0"))
        from_old = [change for change in plan.changes if change.before == "4"]
        assert {change.reversible for change in from_old} == {"no"}
        refused = here.plan(Actions(license="4"))
        assert any("does not offer CC BY 2.0" in skip.reason for skip in refused.skipped)


def test_a_photo_for_which_flickr_offers_no_other_licence_decides_for_no_other_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account(30, hostile=False)
    for photo in account.own_photos():
        photo.license = "4"
    with world(account, tmp_path) as here:
        asked: list[str] = []

        def available(_: ReadApi, photo_id: str) -> frozenset[str]:
            asked.append(photo_id)
            return frozenset({"4"})

        monkeypatch.setattr(ReadApi, "available_licenses", available)
        plan = here.plan(Actions(license="0"))
        reason = "Flickr does not offer All Rights Reserved for it"
        assert [(skip.photo_id, skip.reason) for skip in plan.skipped] == [(asked[0], reason)]
        assert len(plan.changes) == 29
        assert any(line.startswith("29 photos may be refused the new licence") for line in plan.warnings)
        assert here.states(here.apply(plan)) == {"done": 29}


def test_an_undo_leaves_out_what_flickr_is_known_to_refuse(tmp_path: Path) -> None:
    account = make_account(40)
    with world(account, tmp_path) as here:
        run = here.apply(here.plan(Actions(license="0")))
        account.rules.old_cc_settable = False
        plan = plan_undo(
            run, here.journal, photos=40, budget=Budget(3600, 0, 4), api=here.api(), unhide=False
        )
        assert not any(change.after == "4" for change in plan.changes)
        assert any("the nearest is CC BY 4.0" in skip.reason for skip in plan.skipped)


def test_the_licence_twin_is_proposed_and_not_chosen(tmp_path: Path) -> None:
    account = make_account(40)
    with world(account, tmp_path) as here:
        plan = here.plan(Actions(license="0"))
        run = here.apply(plan)
        account.rules.old_cc_settable = False
        undone = here.undo(run)
        failed = [record for record in here.journal.records(undone.run_id) if record.state == "failed"]
        by = next(record for record in failed if record.change.after == "4")
        assert "CC BY 4.0" in by.reason
        assert account.photos[by.change.photo_id].license == "0"


def test_the_budget_ends_in_the_middle_and_the_run_goes_on_later(here: World) -> None:
    plan = here.plan(GENTLE)
    here.budget.close()
    used = here.conn.execute("SELECT count(*) FROM api_call").fetchone()[0]
    here.budget = CallBudget(here.home / "auditor.sqlite3", here.box.key, used + 30, wait=False)
    with pytest.raises(BudgetSpentError):
        here.apply(plan)
    here.budget.close()
    here.budget = CallBudget(here.home / "auditor.sqlite3", here.box.key, 100_000, wait=False)
    run = here.apply(plan)
    assert here.states(run) == {"done": len(plan.changes)}


def test_no_write_goes_out_when_its_intent_cannot_be_written(here: World) -> None:
    plan = here.plan(GENTLE)
    tools = here.tools()
    run = start(plan, tools)
    pages = here.conn.execute("PRAGMA page_count").fetchone()[0]
    here.conn.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError):
        carry_out(run, tools)
    intents = sum(record.state != "pending" for record in here.journal.records(run.run_id))
    assert len(here.writes()) <= intents
    here.conn.execute("PRAGMA max_page_count = 1000000")
    here.apply(plan)
    assert here.states(run) == {"done": len(plan.changes)}


def test_a_write_rests_on_no_old_reading(here: World) -> None:
    """After a leap of the clock every reading is old: all are read again, nothing is sent on the old ones."""
    plan = here.plan(GENTLE, match=some(here, 10))
    tools = here.tools()
    run = start(plan, tools)
    leaps = iter([0.0, 100_000.0])
    offset = [0.0]

    def clock() -> float:
        offset[0] = next(leaps, offset[0])
        return offset[0]

    api = ReadApi(tools.transport)
    calls = len(here.box.log)
    Runner(
        tools.transport,
        Reader(api, here.nsid, here.photos(), clock=clock),
        here.journal,
        run.run_id,
        concurrency=2,
    ).run()
    listings = [x for x in here.box.log[calls:] if x.method == "flickr.people.getPhotos"]
    assert len(listings) >= 3  # read, read again, read back
    assert here.states(run) == {"done": len(plan.changes)}


# -- before the run ------------------------------------------------------------------------------------------


def test_a_reading_login_is_told_how_to_get_more(here: World) -> None:
    plan = here.plan(GENTLE)
    tools = replace(here.tools(), transport=here.write_transport(perms="read"))
    with pytest.raises(NotAllowedError) as refused:
        start(plan, tools)
    assert "--perms write" in refused.value.hint
    assert here.journal.run_of(plan.plan_id) is None


def test_the_plan_of_another_account_is_refused(here: World) -> None:
    with pytest.raises(RefusedError, match="99000009@N07"):
        start(replace(here.plan(GENTLE), nsid="99000009@N07"), here.tools())


@pytest.mark.parametrize(
    ("age", "cap", "words"),
    [(timedelta(days=8), None, "stale"), (timedelta(days=-2), None, "stale"), (timedelta(), 3, "limit is 3")],
    ids=["old", "from-the-future", "too-many"],
)
def test_stale_and_oversized_plans_are_refused(
    here: World, age: timedelta, cap: int | None, words: str
) -> None:
    plan = here.plan(GENTLE)
    with pytest.raises(RefusedError, match=words) as refused:
        check_plan(plan, here.journal, 60, cap, datetime.now(UTC) + age)
    assert ("sync, then make the plan again" in refused.value.hint) is (words == "stale")


def test_a_free_account_is_kept_from_its_fiftieth_non_public_item(tmp_path: Path) -> None:
    account = make_account(120, pro=False)
    with world(account, tmp_path) as here:
        with pytest.raises(RefusedError, match="may hold 50 non-public items"):
            here.plan(Actions(privacy=Privacy.PRIVATE))
        # What was allowed when it was planned is counted again before the first write.
        few = here.plan(Actions(privacy=Privacy.PRIVATE), match=some(here, 5))
        for photo in account.own_photos()[:90]:
            account.set_privacy(photo, Privacy.PRIVATE)
        with pytest.raises(RefusedError, match="as Flickr counts now"):
            here.apply(few)
        assert here.writes() == []


def test_a_run_that_goes_on_keeps_the_limit_of_what_became_a_free_account(tmp_path: Path) -> None:
    account = make_account(52, pro=True, hostile=False)
    for photo in account.own_photos():
        account.set_privacy(photo, Privacy.PUBLIC)
    with world(account, tmp_path) as here:
        plan = here.plan(Actions(privacy=Privacy.PRIVATE))
        here.box.faults.add("revoked", methods=WRITES, after=20)
        with pytest.raises(NotAllowedError):
            here.apply(plan)
        here.box.faults.clear()
        account.me.is_pro = False
        with pytest.raises(RefusedError, match=r"yours holds 20 .* would hold 52\b"):
            here.apply(plan)
        run = here.journal.run_of(plan.plan_id)
        assert run is not None
        assert here.states(run)["done"] == 20
        # Neither what is done nor what took effect without an answer is counted twice.
        pending = [record for record in here.journal.records(run.run_id) if record.state in OPEN]
        for record in pending[:3]:
            here.journal.sent(run.run_id, record.number, {})
        account.set_privacy(account.photos[pending[0].change.photo_id], Privacy.PRIVATE)
        for record in pending[1:3]:  # which leaves exactly 50 to be private
            account.photos.pop(record.change.photo_id)
        assert here.apply(plan).finished_at is not None


# -- cost ----------------------------------------------------------------------------------------------------


def calls_for(here: World, plan: Plan) -> int:
    before = len(here.box.log)
    here.apply(plan)
    return len(here.box.log) - before


def test_tagging_costs_little_more_than_one_call_a_photo(tmp_path: Path) -> None:
    account = make_account(700, hostile=False)
    with world(account, tmp_path) as here:
        plan = here.plan(Actions(add_tags=frozenset({"no_cv"})), ask=False)
        assert calls_for(here, plan) <= len(plan.changes) * 1.02 + 8


def test_privacy_costs_one_more_call_a_photo_for_its_permissions(here: World) -> None:
    plan = here.plan(Actions(privacy=Privacy.PRIVATE))
    assert calls_for(here, plan) <= 2 * len(plan.changes) + 8


def test_every_call_is_counted(here: World) -> None:
    plan = here.plan(EVERYTHING)
    here.box.faults.add("502", probability=0.05)
    tools = here.tools()
    before = len(here.box.log)
    here.apply(plan, tools)
    assert tools.transport.calls == len(here.box.log) - before


def test_a_group_whose_moderators_decide_counts_as_joined(here: World) -> None:
    run = here.apply(here.plan(Actions(leave_groups=True)))
    for pool in here.box.account.pools:
        pool.moderated = True
    undone = here.undo(run)
    records = here.journal.records(undone.run_id)
    assert {record.state for record in records} == {"done"}
    assert {record.reason for record in records} == {"it waits for the group's moderators"}
    assert {finding.state for finding in here.verify(undone)} == {"unreadable"}


def test_verify_finds_what_is_not_as_the_run_left_it(here: World) -> None:
    run = here.apply(here.plan(GENTLE, match=some(here, 20)))
    changed = here.journal.records(run.run_id)
    relicensed = next(record.change.photo_id for record in changed if record.change.mitigation == "license")
    here.box.account.set_license(here.box.account.photos[relicensed], "4")
    deleted = changed[-1].change.photo_id
    here.box.account.delete(here.box.account.photos[deleted])
    mismatched = {(f.record.change.photo_id, f.reason) for f in here.verify(run) if f.state == "mismatched"}
    last = changed[-1].change
    assert mismatched >= {(relicensed, "CC BY 2.0 now, All Rights Reserved in the journal")}
    assert {photo_id for photo_id, _ in mismatched} == {relicensed, deleted}
    gone = {reason for photo_id, reason in mismatched if photo_id == deleted}
    assert all(reason.startswith("the photo is gone, ") for reason in gone), (last, gone)


def test_what_became_of_a_call_without_an_answer_is_asked_of_flickr(here: World) -> None:
    run = start(here.plan(Actions(license="0"), match=some(here, 12)), here.tools())
    done, not_done, deleted, *rest = here.journal.records(run.run_id)
    for record in (done, not_done, deleted):
        here.journal.sent(run.run_id, record.number, {})
    photos = here.box.account.photos
    here.box.account.set_license(photos[done.change.photo_id], "0")
    here.box.account.delete(photos[deleted.change.photo_id])
    resolve(Reader(here.api(), here.nsid, here.photos()), here.journal, run.run_id)
    settled = here.journal.records(run.run_id)
    assert [record.state for record in settled] == ["done", "sent", "drifted"] + ["pending"] * len(rest)
    assert settled[0].reason == "seen after a call whose answer never arrived"
    assert settled[2].reason == "gone: the photo is no longer on Flickr"
    assert here.writes() == []


def test_verify_knows_that_a_later_run_changed_it_again(here: World) -> None:
    run = here.apply(here.plan(GENTLE, match=some(here, 10)))
    here.undo(run)
    assert {finding.state for finding in here.verify(run)} == {"superseded"}


def test_every_mitigation_can_be_described(here: World) -> None:
    plan = here.plan(EVERYTHING)
    back = here.undo_plan(here.apply(plan), unhide=True)
    said: dict[str, set[str]] = {}
    for change in (*plan.changes, *back.changes):
        said.setdefault(change.mitigation, set()).add(describe(change))
    assert said.keys() == MITIGATIONS.keys()
    assert said["add-tag"] == {"add tag no_cv"}
    assert said["remove-tag"] == {"remove tag no_cv"}
    assert "licence: CC BY 2.0 → All Rights Reserved" in said["license"]
    assert {"visible to: public → private", "visible to: private → public"} <= said["privacy"]
    assert said["hide"] == {"hide from public searches"}
    assert said["unhide"] == {"show in public searches again"}
    assert "safety level: safe → restricted" in said["safety-level"]
    for name, words in (("leave-group", "leave group "), ("join-group", "back into group ")):
        assert said[name]
        assert all(text.startswith(words) and len(text) > len(words) for text in said[name])


def test_a_run_that_stops_leaves_no_thread_in_a_closed_database(tmp_path: Path) -> None:
    """Many threads, stopped in the middle, then all closed at once: a crash here ends the interpreter."""
    for attempt in range(5):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        with world(make_account(20), folder) as here:
            plan = here.plan(GENTLE, ask=False)
            here.box.faults.add("revoked", after=10 + attempt)
            with pytest.raises(NotAllowedError):
                here.apply(plan, replace(here.tools(), concurrency=12))


def test_what_took_effect_is_not_called_failed_because_a_reading_is_refused(here: World) -> None:
    plan = here.plan(Actions(license="0"), match=some(here, 1), ask=False)
    here.box.faults.add("cut", methods=["flickr.photos.licenses.setLicense"], count=1, done=True)
    here.box.faults.add("fail", methods=["flickr.photos.getInfo"], after=1, value=111)
    with pytest.raises(UnreachableError):
        here.apply(plan)
    here.box.faults.clear()
    # Seen on going on: the photo shows that the call did it, and the reading of what undo needs is refused.
    here.box.faults.add("fail", methods=["flickr.photos.getInfo"], after=1, value=111)
    with pytest.raises(UnreachableError):
        here.apply(plan)
    here.box.faults.clear()
    run = here.apply(plan)
    assert here.states(run) == {"done": 1}
    assert len(here.writes(effective=True)) == 1


def test_a_change_that_cannot_be_read_back_keeps_the_run_open(here: World) -> None:
    plan = here.plan(Actions(license="0"), match=some(here, 1), ask=False)
    here.box.faults.add("ignored", methods=["flickr.photos.licenses.setLicense"])
    here.box.faults.add("fail", methods=["flickr.photos.getInfo"], after=1, value=111)
    with pytest.raises(UnreachableError, match="1 change could not be read back") as caught:
        here.apply(plan)
    assert caught.value.hint
    here.box.faults.clear()
    run = here.apply(plan)
    assert run.finished_at is not None
    (record,) = here.journal.records(run.run_id)
    assert record.verified is False


def test_an_error_code_of_flickr_names_a_next_step(here: World) -> None:
    here.box.faults.add("fail", methods=["flickr.test.login"], value=111)
    with pytest.raises(CallError) as caught:
        here.api().login()
    assert caught.value.hint
