"""What the invariants must not take for a broken promise, and what they must: cases that journeys came to."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation.choices import Choices
from tests.simulation.flickr import Effect, Photo
from tests.simulation.invariants import Request, Row, row_of
from tests.simulation.scheduler import Violation
from tests.simulation.undos import Undos
from tests.simulation.world import World


def row(run_id: str, before: str, after: str, undoes: str | None = None) -> Row:
    return Row(run_id, undoes, 0, "100", "license", before, after, {}, "sent", None, False, "")


def request(license_id: str, of: Row | None = None) -> Request:
    given = {"photo_id": "100", "license_id": license_id}
    return Request(0, "apply", "flickr.photos.licenses.setLicense", given, 0.0, of)


def test_a_write_belongs_to_the_change_that_wants_its_value() -> None:
    """A run that was killed had sent another value for the same photo, and is still open (seed 300392)."""
    killed, now = row("killed", "4", "0"), row("now", "4", "11")
    assert row_of([killed, now], request("11"), 0.0) is now
    assert row_of([killed, now], request("0"), 0.0) is killed
    assert row_of([killed], request("11"), 0.0) is killed  # which sends what the plan does not say
    assert row_of([], request("11"), 0.0) is None


def test_a_write_belongs_to_the_change_that_was_just_sent() -> None:
    """Two runs, the first of them killed, want the same of a photo (seed 428184)."""
    killed, now = (
        replace(row(name, "4", "0"), sent_at=sent) for name, sent in (("killed", 900.0), ("now", 1e3))
    )
    assert row_of([killed, now], request("0"), 1001.0) is now
    assert row_of([killed, replace(now, sent_at=0.0)], request("0"), 1001.0) is killed


@pytest.mark.parametrize(("undone_to", "right"), [("11", True), ("4", True), ("5", False)])
def test_an_undo_leads_to_what_was_there_or_to_what_was_read(
    tmp_path: Path, undone_to: str, right: bool
) -> None:
    """The owner set 4 in place of 11 while the call was on its way (seed 300533)."""
    world = World(Choices(given={}), tmp_path, [Photo("100", uploaded=0)])
    run, undo = row("run", "11", "0"), row("undo", "0", "11", undoes="run")
    world.flickr.effects = [
        Effect(1000.0, "100", {"license": ("11", "4")}),
        Effect(1001.0, "100", {"license": ("4", "0")}, request("0", run), {"license": "4"}),
        Effect(2000.0, "100", {"license": ("0", undone_to)}, request(undone_to, undo), {"license": "0"}),
    ]
    if right:
        Undos(world.flickr, world.invariants.rows).settled()
    else:
        with pytest.raises(Violation, match="an undo left license as 5, and it was 4"):
            Undos(world.flickr, world.invariants.rows).settled()


@pytest.mark.parametrize(("undone_to", "right"), [("nobody", True), ("everybody", True), ("friends", False)])
def test_a_run_whose_work_was_done_again_is_undone_to_what_either_found(
    tmp_path: Path, undone_to: str, right: bool
) -> None:
    """Undone, closed to comments by the owner, done again, undone again (seed 401634)."""
    world = World(Choices(given={}), tmp_path, [Photo("100", uploaded=0)])

    def effect(time: float, of: Row, old: str, new: str) -> Effect:
        changed = {"license": (of.before, of.after), "comment": (old, new)}
        return Effect(time, "100", changed, request(of.after, of), {"license": of.before, "comment": old})

    again = row("again", "4", "0", undoes="undo")
    world.flickr.effects = [
        effect(1000.0, row("run", "4", "0"), "everybody", "everybody"),
        effect(2000.0, row("undo", "0", "4", undoes="run"), "everybody", "everybody"),
        Effect(3000.0, "100", {"comment": ("everybody", "nobody")}),
        effect(4000.0, again, "nobody", "everybody"),
        effect(5000.0, row("last", "0", "4", undoes="run"), "everybody", undone_to),
    ]
    if right:
        Undos(world.flickr, world.invariants.rows).settled()
    else:
        with pytest.raises(Violation, match="an undo left comment as friends, and it was everybody"):
            Undos(world.flickr, world.invariants.rows).settled()


@pytest.mark.parametrize(("comment", "right"), [("everybody", True), ("friends", False)])
def test_an_undo_in_two_halves_is_one(tmp_path: Path, comment: str, right: bool) -> None:
    """Flickr did half of a call, the process died, and the next one did the rest (seed 402575)."""
    world = World(Choices(given={}), tmp_path, [Photo("100", uploaded=0)])
    run, undo = row("run", "4", "0"), row("undo", "0", "4", undoes="run")
    was, closed = {"license": "4", "comment": "everybody"}, {"license": "0", "comment": "nobody"}
    world.flickr.effects = [
        Effect(
            1000.0, "100", {"license": ("4", "0"), "comment": ("everybody", "nobody")}, request("0", run), was
        ),
        Effect(2000.0, "100", {"comment": ("nobody", comment)}, request("4", undo), closed),
        Effect(3000.0, "100", {"license": ("0", "4")}, request("4", undo), {**closed, "comment": comment}),
    ]
    if right:
        Undos(world.flickr, world.invariants.rows).settled()
    else:
        with pytest.raises(Violation, match="an undo left comment as friends, and it was everybody"):
            Undos(world.flickr, world.invariants.rows).settled()


def test_what_the_owner_did_while_a_call_was_lost_is_taken_for_done(tmp_path: Path) -> None:
    """The power went, the owner did by hand what the run had been about to, and undid it (seed 406249)."""
    world = World(Choices(given={}), tmp_path, [Photo("100", uploaded=0)])
    run, undo, again = (
        replace(each, state="done")
        for each in (
            row("run", "4", "0"),
            row("undo", "0", "4", undoes="run"),
            row("again", "4", "0", undoes="undo"),
        )
    )
    last = row("last", "0", "4", undoes="run")
    world.flickr.effects = [
        Effect(1000.0, "100", {"license": ("4", "0")}),
        Effect(2000.0, "100", {"license": ("0", "4")}, request("4", undo)),
        Effect(3000.0, "100", {"license": ("4", "0")}, request("0", again)),
    ]
    Undos(world.flickr, lambda: [run, undo, again, last]).check(last)
    world.flickr.effects[0] = Effect(1000.0, "100", {"license": ("4", "11")})
    with pytest.raises(Violation, match="again changed what this undo takes back"):
        Undos(world.flickr, lambda: [run, undo, again, last]).check(last)


def test_a_photo_that_was_deleted_meanwhile_had_what_it_had(tmp_path: Path) -> None:
    """It was read, deleted by the owner, and then a tag was sent that it never had (seed 410329)."""
    world = World(Choices(given={}), tmp_path, [Photo("100", uploaded=0)])
    world.flickr.delete("100")
    invariants, change = world.invariants, row("run", "4", "0")
    assert list(invariants._values(change, world.wall() - 1, "tag:nocv")) == [None]
    assert list(invariants._values(change, world.wall() - 1, "privacy")) == ["public"]
    assert list(invariants._values(change, world.wall() + 1, "privacy")) == []


def test_an_undo_goes_back_to_what_any_run_found_that_did_the_same_work(tmp_path: Path) -> None:
    """Undone and done again twice, the second time over comments that the owner had closed (seed 415822)."""
    world = World(Choices(given={}), tmp_path, [Photo("100", uploaded=0)])
    photo = {"license": "4", "comment": "everybody"}

    def effect(of: Row | None, **then: object) -> Effect:
        changed = {name: (photo[name], value) for name, value in then.items()}
        return Effect(
            1000.0 * len(world.flickr.effects), "100", changed, of and request(of.after, of), dict(photo)
        )

    for of, then in (
        (row("run", "4", "0"), {"license": "0"}),
        (row("undo", "0", "4", undoes="run"), {"license": "4"}),
        (row("again", "4", "0", undoes="undo"), {"license": "0"}),
        (row("other", "0", "4", undoes="run"), {"license": "4"}),
        (None, {"comment": "nobody"}),
        (row("third", "4", "0", undoes="other"), {"license": "0", "comment": "everybody"}),
        (row("last", "0", "4", undoes="again"), {"license": "4", "comment": "nobody"}),
    ):
        world.flickr.effects.append(effect(of, **then))
        photo |= then
    Undos(world.flickr, world.invariants.rows).settled()


def test_what_was_done_to_a_photo_that_is_gone_cannot_be_told(tmp_path: Path) -> None:
    """A photo left its group, the answer was lost, and the owner deleted it (seed 414413)."""
    world = World(Choices(given={}), tmp_path, [Photo("100", uploaded=0)])
    change = replace(row("run", "4", "0"), state="drifted", reason="gone: the photo is no longer on Flickr")
    sent = request("0", change)
    world.flickr.change("100", lambda photo: setattr(photo, "license", "0"), sent)
    made = world.flickr.effects[-1:]
    with pytest.raises(Violation, match="it is there"):
        world.invariants._check_row(change, made, [sent])
    world.flickr.delete("100")
    world.invariants._check_row(change, made, [sent])


@pytest.mark.parametrize(("state", "right"), [("sent", True), ("done", False)])
def test_what_nobody_heard_of_and_the_owner_set_back_stops_no_undo(
    tmp_path: Path, state: str, right: bool
) -> None:
    """A later run was killed with its call on its way, and the owner set back what it did (seed 490268)."""
    world = World(Choices(given={}), tmp_path, [Photo("100", uploaded=0)])
    run, later = replace(row("run", "4", "0"), state="done"), replace(row("later", "0", "11"), state=state)
    undo = row("undo", "0", "4", undoes="run")
    world.flickr.effects = [
        Effect(1000.0, "100", {"license": ("4", "0")}, request("0", run)),
        Effect(2000.0, "100", {"license": ("0", "11")}, request("11", later)),
        Effect(3000.0, "100", {"license": ("11", "0")}),
    ]
    watched = Undos(world.flickr, lambda: [run, later, undo])
    if right:
        watched.check(undo)
    else:
        with pytest.raises(Violation, match="later changed what this undo takes back"):
            watched.check(undo)
