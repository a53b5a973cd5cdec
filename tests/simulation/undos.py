"""What an undo may do, and what it must leave: checked at every write of an undo, and at the end of all.

Apart from the other invariants because a plan that is walked through everything has no undo: what is learnt
here of undos does not ask for the walk again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from tests.simulation.flickr import Effect, Flickr
from tests.simulation.invariants import LAG, OLDEST, UNREADABLE, Row, made_by
from tests.simulation.scheduler import Violation

_LOST: Final = {"secret"}
"""What no undo brings back."""


class Undos:
    """Watches the undos in one world."""

    def __init__(self, flickr: Flickr, rows: Callable[[], Sequence[Row]]) -> None:
        self._flickr = flickr
        self._rows = rows

    def check(self, row: Row) -> None:
        """An undo takes back what its run did: the photo is in the state in which the run left it, or again.

        The undo of a change leads back to the state that the change came from; any other leads to a new one.
        """
        if row.undoes is None or row.kind in UNREADABLE:
            return
        states = {each.key: each.state for each in self._rows()}
        now, last, steps = 0, "", dict[str, tuple[int, int]]()
        for number, effect in enumerate(self._flickr.effects, start=1):
            made = made_by(effect) or self._taken_for(effect)
            if made is None or (made.photo_id, made.subject) != (row.photo_id, row.subject):
                continue
            # Of a call that never had an answer nobody knows, when the owner has set back what it did.
            if made.run_id == row.run_id or states.get(made.key) != "sent":
                came_from, led_to = steps.get(made.undoes or "", (0, -1))
                steps[made.run_id] = now, came_from if led_to == now else number
                now, last = steps[made.run_id][1], made.run_id
        if last in {"", row.run_id} or steps.get(row.undoes, (0, -1))[1] == now:
            return
        # What an earlier run did stands where the undone one only found it so.
        runs = [each.run_id for each in self._rows()]
        if runs.index(last) > runs.index(row.undoes):
            raise Violation(f"{last} changed what this undo takes back: {row}")

    def settled(self) -> None:
        """What an undo took back is as it was before the run that it undoes."""
        made: dict[tuple[str, str, str], Effect] = {}
        undoes: dict[str, str | None] = {}
        for effect in self._flickr.effects:
            if (row := made_by(effect)) is not None:
                change = row.run_id, row.photo_id, row.subject
                made[change] = _together(made[change], effect) if change in made else effect
                undoes[row.run_id] = row.undoes
        for (_, photo_id, subject), effect in made.items():
            undo = made_by(effect)
            if undo is None or undo.undoes is None or undo.kind in UNREADABLE:
                continue
            if (first := made.get((undo.undoes, photo_id, subject))) is None:
                continue
            again = [
                one for (run_id, *of), one in made.items()
                if of == [photo_id, subject] and _work(run_id, undoes) == _work(undo.undoes, undoes)
            ]  # fmt: skip
            # Who may comment and add notes is set back to what it was, whoever changed it since. Where
            # another run did the same work again, to what that one found, which the owner may have set.
            for name in (first.changed.keys() | effect.changed.keys()) - _LOST:
                olds = [first.before.get(name), *self._unseen(first, name)]
                olds += [one.before.get(name) for one in again if one.time < effect.time]
                old, (_, new) = olds[0], effect.changed.get(name, (None, effect.before.get(name)))
                if new not in olds and not (name.startswith("tag:") and new and old):  # another spelling
                    raise Violation(f"an undo left {name} as {new}, and it was {old}: {undo}")

    def _taken_for(self, effect: Effect) -> Row | None:
        """The change that the owner made in place of a call that was lost: nobody can tell them apart."""
        if effect.request is not None:
            return None
        made = {row.key for row in map(made_by, self._flickr.effects) if row is not None}
        for row in self._rows():
            unclear = row.state == "done" and row.key not in made and row.photo_id == effect.photo_id
            if unclear and (change := effect.changed.get(row.subject)) and row.shows(change[1], row.after):
                return row
        return None

    def _unseen(self, effect: Effect, name: str) -> Iterator[object]:
        """What the owner replaced so shortly before that the program could not know, and undoes to."""
        for other in self._flickr.effects:
            of_the_owner = (
                other.request is None and other.photo_id == effect.photo_id and name in other.changed
            )
            if of_the_owner and effect.time - OLDEST - LAG <= other.time <= effect.time:
                yield other.changed[name][0]


def _work(run_id: str, undoes: Mapping[str, str | None]) -> tuple[str, bool]:
    """The run whose work a run does, and whether it takes it back: an undo of an undo does it again."""
    back = False
    while (undone := undoes.get(run_id)) is not None:
        run_id, back = undone, not back
    return run_id, back


def _together(first: Effect, then: Effect) -> Effect:
    """What two calls for one change did: the first was done in half, or others changed it in between."""
    changed = dict(first.changed)
    for name, (old, new) in then.changed.items():
        changed[name] = changed.get(name, (old, new))[0], new
    return Effect(then.time, then.photo_id, changed, then.request, first.before)
