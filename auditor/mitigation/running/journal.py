"""The journal: what every run meant to do, did, and was told, one row for each change.

The intent is on disk before a call goes out (WAL, synchronous FULL), so that a run that was killed at any
moment knows which answers it never got. A row is never rewritten by another run; a dry run writes none.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor import clock, database
from auditor.errors import UsageError
from auditor.mitigation.change import OPEN, Change, ChangeRecord, Outcome, Value
from auditor.mitigation.kinds.registry import of
from auditor.mitigation.planning.plan import LAST, Plan, PlanState, is_stale
from auditor.mitigation.running.ownership import Event

# Spliced into statements below: words of our own, not input.
_OPEN = ", ".join(f"'{state}'" for state in OPEN)


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a plan."""

    run_id: str
    plan_id: str
    nsid: str
    undoes: str | None
    started_at: float
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run and how its changes stand."""

    run: Run
    states: Mapping[str, int]
    not_read_back: int = 0
    """Changes of an unfinished run that Flickr confirmed, and that were not read back."""


class Journal:
    """Reads and writes runs; safe for threads. Errors: `StorageError`, such as for a full disk."""

    def __init__(self, conn: sqlite3.Connection, *, clock: Callable[[], float] = clock.wall) -> None:
        self._conn = conn
        self._path = database.path_of(conn)
        self._clock = clock
        self._lock = threading.RLock()

    # -- runs ------------------------------------------------------------------------------------------------

    def run_of(self, plan_id: str) -> Run | None:
        """The run of a plan, once it began."""
        row = self._row("SELECT * FROM run WHERE plan_id = ?", plan_id)
        return Run(**dict(row)) if row else None

    def run(self, run_id: str, nsid: str | None = None) -> Run:
        """The run of this id, or the newest (`last`), of account `nsid` if given.

        Errors: `UsageError` when there is no such run.
        """
        if run_id == LAST:
            # An undo that found nothing to undo is not what anybody means.
            row = self._row(
                "SELECT * FROM run WHERE nsid = coalesce(?, nsid)"
                " ORDER BY run_id IN (SELECT run_id FROM change) DESC, rowid DESC LIMIT 1",
                nsid,
            )
        else:
            row = self._row("SELECT * FROM run WHERE run_id = ?", run_id)
        if row is None:
            whose = f" to {nsid}" if nsid else ""
            what = f"no plan was applied{whose} yet" if run_id == LAST else f"there is no run {run_id!r}"
            raise UsageError(what, hint="See them with: flickr-auditor runs")
        return Run(**dict(row))

    def run_to_undo(self, run_id: str, nsid: str | None = None) -> Run:
        """The run that an undo is about: as `run`, but `last` goes on with an undo that was broken off."""
        found = self.run(run_id, nsid)
        return self.run(found.undoes) if run_id == LAST and found.undoes and not found.finished_at else found

    def unfinished_undo(self, run_id: str) -> Run | None:
        """The newest run that began to undo `run_id` and has something pending."""
        row = self._row(
            "SELECT * FROM run WHERE undoes = ? AND finished_at IS NULL ORDER BY rowid DESC LIMIT 1", run_id
        )
        return Run(**dict(row)) if row else None

    def unfinished(self) -> list[Run]:
        """The runs that have something pending."""
        with self._storage():
            rows = self._conn.execute("SELECT * FROM run WHERE finished_at IS NULL ORDER BY rowid").fetchall()
        return [Run(**dict(row)) for row in rows]

    def runs(self) -> list[RunSummary]:
        """All runs, the latest first."""
        with self._storage():
            rows = self._conn.execute("SELECT * FROM run ORDER BY started_at DESC, run_id DESC").fetchall()
            counts = self._conn.execute(
                "SELECT run_id, state, count(*) AS n FROM change GROUP BY 1, 2"
            ).fetchall()
            unread = dict[str, int](
                self._conn.execute(
                    "SELECT run_id, count(*) FROM change JOIN run USING (run_id)"
                    " WHERE finished_at IS NULL AND state = 'done' AND verified IS NULL GROUP BY 1"
                ).fetchall()
            )
        return [
            RunSummary(
                Run(**dict(row)),
                {c["state"]: c["n"] for c in counts if c["run_id"] == row["run_id"]},
                unread.get(row["run_id"], 0),
            )
            for row in rows
        ]

    def begin(self, plan: Plan, run_id: str) -> Run:
        """Start the run of a plan: all its changes are pending, in one transaction."""
        rows = [
            (
                run_id,
                number,
                int(change.photo_id),
                change.mitigation,
                of(change).subject(change),
                json.dumps(change.before),
                json.dumps(change.after),
                json.dumps(dict(change.details)),
                change.reversible,
                change.note,
            )
            for number, change in enumerate(plan.changes)
        ]
        with self._storage(), database.transaction(self._conn):
            self._conn.execute(
                "INSERT INTO run VALUES (?, ?, ?, ?, ?, NULL)",
                (run_id, plan.plan_id, plan.nsid, plan.undoes, self._clock()),
            )
            self._conn.executemany(
                "INSERT INTO change (run_id, number, photo_id, mitigation, subject, before, after, details,"
                " reversible, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        return self.run(run_id)

    def finish(self, run_id: str) -> bool:
        """Close the run if nothing is pending; return whether it is closed."""
        with self._storage():
            self._conn.execute(
                "UPDATE run SET finished_at = ? WHERE run_id = ? AND finished_at IS NULL"  # noqa: S608
                f" AND NOT EXISTS (SELECT 1 FROM change WHERE run_id = run.run_id AND state IN ({_OPEN}))",
                (self._clock(), run_id),
            )
        return self.run(run_id).finished_at is not None

    # -- changes ---------------------------------------------------------------------------------------------

    def records(self, run_id: str, photo_ids: Iterable[str] | None = None) -> list[ChangeRecord]:
        """The changes of a run as they stand, in the plan's order; of these photos only, if given."""
        query = "SELECT * FROM change WHERE run_id = ?"
        values = [run_id]
        if photo_ids is not None:
            query += " AND photo_id IN (SELECT value FROM json_each(?))"
            values.append(json.dumps([int(photo_id) for photo_id in photo_ids]))
        with self._storage():
            rows = self._conn.execute(f"{query} ORDER BY number", values).fetchall()
        return [_record(row) for row in rows]

    def of_photo(self, photo_id: str) -> list[tuple[Run, ChangeRecord]]:
        """What was done to a photo, the newest run first."""
        with self._storage():
            rows = self._conn.execute(
                "SELECT * FROM change JOIN run USING (run_id) WHERE photo_id = ?"
                " ORDER BY started_at DESC, number",
                (int(photo_id),),
            ).fetchall()
        return [(self.run(row["run_id"]), _record(row)) for row in rows]

    def sent(self, run_id: str, number: int, image: Mapping[str, Any]) -> None:
        """Write down that the call of a change goes out now; the image of the first time is kept."""
        self._update(
            "UPDATE change SET state = 'sent', before_image = coalesce(before_image, ?), sent_at = ?"  # noqa: S608
            f" WHERE run_id = ? AND number = ? AND state IN ({_OPEN})",
            (json.dumps(image), self._clock(), run_id, number),
        )

    def settle(self, run_id: str, number: int, outcome: Outcome) -> None:
        """Write down what became of a change."""
        self._update(
            "UPDATE change SET state = ?, reason = ?, answer = ?, observed = ?, answered_at = ?,"  # noqa: S608
            " settled = (SELECT coalesce(max(settled), 0) + 1 FROM change)"
            f" WHERE run_id = ? AND number = ? AND state IN ({_OPEN})",
            (
                outcome.state,
                outcome.reason,
                json.dumps(outcome.answer or {}),
                None if outcome.observed is None else json.dumps(outcome.observed),
                self._clock(),
                run_id,
                number,
            ),
        )

    def verified(self, run_id: str, number: int, *, as_wanted: bool, observed: Value = None) -> None:
        """Write down what was read back."""
        self._update(
            "UPDATE change SET verified = ?, observed = ? WHERE run_id = ? AND number = ?",
            (as_wanted, None if as_wanted else json.dumps(observed), run_id, number),
        )

    def superseded(self, run_id: str) -> dict[int, str]:
        """The changes of a run whose subject a later run changed again: number → the later run's id."""
        return self._changed_by(run_id, "other.settled > mine.settled AND other.run_id != mine.run_id")

    def changed_since_sent(self, run_id: str) -> dict[int, str]:
        """The changes sent without an answer whose subject a later run changed: number → that run's id."""
        return self._changed_by(run_id, "mine.state = 'sent' AND later.rowid > run.rowid")

    def _changed_by(self, run_id: str, condition: str) -> dict[int, str]:
        """The changes of a run whose subject others changed: number → the last of them."""
        with self._storage():
            rows = self._conn.execute(
                "SELECT mine.number, other.run_id FROM change mine JOIN run ON run.run_id = mine.run_id"  # noqa: S608
                " JOIN change other ON other.photo_id = mine.photo_id AND other.subject = mine.subject"
                " JOIN run later ON later.run_id = other.run_id"
                f" WHERE mine.run_id = ? AND other.state = 'done' AND later.nsid = run.nsid AND {condition}"
                " ORDER BY other.settled",
                (run_id,),
            ).fetchall()
        return {row["number"]: row["run_id"] for row in rows}

    def events(self, run_id: str) -> list[Event]:
        """All that any run of the account settled about the subjects of a run, in that order."""
        with self._storage():
            rows = self._conn.execute(
                "SELECT other.*, run.undoes FROM change other JOIN run USING (run_id)"
                " WHERE settled IS NOT NULL AND run.nsid = (SELECT nsid FROM run WHERE run_id = ?)"
                " AND EXISTS (SELECT 1 FROM change mine WHERE mine.run_id = ?"
                " AND mine.photo_id = other.photo_id AND mine.subject = other.subject) ORDER BY settled",
                (run_id, run_id),
            ).fetchall()
        return [Event(row["run_id"], row["undoes"], _record(row)) for row in rows]

    def not_read_back(self, run_id: str) -> list[tuple[ChangeRecord, float]]:
        """The changes that Flickr confirmed and nobody read back yet, each with the time of its answer."""
        with self._storage():
            rows = self._conn.execute(
                "SELECT * FROM change WHERE run_id = ? AND state = 'done' AND verified IS NULL"
                " ORDER BY settled",
                (run_id,),
            ).fetchall()
        return [(_record(row), row["answered_at"]) for row in rows]

    # -- SQLite ----------------------------------------------------------------------------------------------

    def _update(self, statement: str, values: Iterable[object]) -> None:
        with self._storage():
            if self._conn.execute(statement, tuple(values)).rowcount != 1:
                # Two writers on one journal would do things twice; the account lock exists to prevent it.
                raise RuntimeError("the journal has no such pending change")

    def _row(self, query: str, *values: object) -> sqlite3.Row | None:
        with self._storage():
            row: sqlite3.Row | None = self._conn.execute(query, values).fetchone()
        return row

    @contextmanager
    def _storage(self) -> Iterator[None]:
        with self._lock, database.errors(self._path):
            yield


def plan_state(plan: Plan, journal: Journal, now: datetime, nsid: str | None = None) -> PlanState:
    """What became of a plan. One that is under way is not stale: each change is checked on its own anyway.

    `nsid`: the account of this home, if it has one; the plan of another account is stale here.
    """
    run = journal.run_of(plan.plan_id)
    if run is not None:
        return "partly-applied" if run.finished_at is None else "spent"
    return "stale" if is_stale(plan, now) or nsid not in {None, plan.nsid} else "ready"


def _record(row: sqlite3.Row) -> ChangeRecord:
    return ChangeRecord(
        number=row["number"],
        change=Change(
            photo_id=str(row["photo_id"]),
            mitigation=row["mitigation"],
            before=json.loads(row["before"]),
            after=json.loads(row["after"]),
            reversible=row["reversible"],
            note=row["note"],
            details=json.loads(row["details"]),
        ),
        state=row["state"],
        reason=row["reason"],
        before_image=json.loads(row["before_image"] or "{}"),
        answer=json.loads(row["answer"] or "{}"),
        observed=json.loads(row["observed"] or "null"),
        verified=None if row["verified"] is None else bool(row["verified"]),
    )
