"""Whose a state is after undos of undos: sequences that the simulation found, one by one."""

from auditor.mitigation.change import Change, ChangeRecord
from auditor.mitigation.running.ownership import Event, Ownership, ownership

THERE, BACK = ("4", "0"), ("0", "4")
SUBJECT = ("9000000001", "license")


def event(run_id: str, undoes: str | None, way: tuple[str, str]) -> Event:
    change = Change("9000000001", "license", *way, "yes")
    return Event(run_id, undoes, ChangeRecord(1, change, "done"))


def of(run_id: str, *events: Event) -> Ownership:
    return ownership(run_id, events)[SUBJECT]


def test_another_undo_of_the_same_run_does_again_what_the_first_undo_did() -> None:
    """So the first undo can be undone, by what the other one left (seeds 169 and 5288)."""
    run, first = event("run", None, THERE), event("first", "run", BACK)
    undone, second = event("undone", "first", THERE), event("second", "run", BACK)

    assert of("first", run, first).lost == ""
    assert of("first", run, first, undone).lost == "undone already by undone"
    found = of("first", run, first, undone, second)
    assert found.lost == ""
    assert found.made_by is second.record


def test_another_run_that_sets_the_same_value_does_not() -> None:
    run, first = event("run", None, THERE), event("first", "run", BACK)
    other, back = event("other", None, THERE), event("back", None, BACK)
    assert of("first", run, first, other, back).lost == "changed again by other"


def test_a_later_run_that_was_undone_leaves_an_earlier_undo_standing() -> None:
    """It led back to the very state in which the earlier undo had left the photo (seed 100149)."""
    run, first = event("run", None, THERE), event("first", "run", BACK)
    later, taken_back = event("later", None, THERE), event("taken back", "later", BACK)
    assert of("first", run, first, later).lost == "changed again by later"
    found = of("first", run, first, later, taken_back)
    assert found.lost == ""
    assert found.made_by is taken_back.record
    assert of("run", run, first, later, taken_back).lost == "undone already by first"
