"""The plans of a home: files in `plans/`, and in the database their hash and where they came from.

"Nothing is written but a plan that was shown": a file can be edited and its hash computed again, so what
counts is whether this home made the plan, by the hash it remembers. A plan of somebody else's can be applied
too, but only after it was looked at on a terminal, and never with the liberties of an undo of our own.
"""

import json
import sqlite3
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from pathlib import Path

from auditor import database
from auditor.errors import AuditorError, RefusedError, UsageError
from auditor.files import private_dir, user_path, write_atomic
from auditor.mitigation.planning.plan import LAST, Plan, digest, load, to_json
from auditor.names import inside
from auditor.text import count


class Origin(Enum):
    """How a plan came here."""

    MADE = "made here"
    ACCEPTED = "made elsewhere, and accepted after a look at it"
    CHANGED = "changed after it was made here"
    FOREIGN = "not made here"


class PlanStore:
    """Finds, reads and writes plans; `folder` is the home's `plans/`."""

    def __init__(self, conn: sqlite3.Connection, folder: Path) -> None:
        self._conn = conn
        self._folder = folder

    def load(self, name: str, nsid: str | None = None) -> Plan:
        """The plan of this id, that in a file, or the newest one (`last`), of account `nsid` if given.

        An id of a plan that was made here means that plan, whatever files are called like it. Errors: those
        of `planning.plan.load`.
        """
        return load(self._path(name, nsid))

    def _path(self, name: str, nsid: str | None) -> Path:
        known = self._row(
            "SELECT plan_id, path FROM plan WHERE NOT foreign_made AND nsid = coalesce(?, nsid)"
            " ORDER BY rowid DESC LIMIT 1"
            if name == LAST
            else "SELECT plan_id, path FROM plan WHERE plan_id = ? AND NOT foreign_made",
            nsid if name == LAST else name,
        )
        if known is not None:
            return Path(known["path"]) if known["path"] else self._own_path(known["plan_id"])
        if name == LAST:
            whose = f" for {nsid}" if nsid else ""
            raise UsageError(f"no plan was made{whose} yet", hint="Make one: flickr-auditor plan …")
        return user_path(Path(name))

    def _own_path(self, plan_id: str) -> Path:
        return inside(self._folder, f"{plan_id}.json", "a plan")

    def write(self, plan: Plan, out: Path | None = None) -> Path:
        """Write a plan that was made here to `out` or into the home, and remember it; return where it is."""
        path = out.absolute() if out else private_dir(self._folder) / f"{plan.plan_id}.json"
        write_atomic(path, json.dumps(to_json(plan), indent=1) + "\n")
        self.remember(plan, path if out else None)
        return path

    def remember(self, plan: Plan, path: Path | None = None, *, foreign: bool = False) -> None:
        """Keep the hash of a plan, and where it was written if not into the home."""
        values = (plan.plan_id, plan.nsid, digest(plan), plan.created_at.isoformat())
        with database.errors(database.path_of(self._conn)):
            self._conn.execute(
                "INSERT OR IGNORE INTO plan (plan_id, nsid, sha256, created_at, path, foreign_made)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (*values, str(path) if path else None, foreign),
            )

    def origin(self, plan: Plan) -> Origin:
        """How `plan`, as it was read, came here."""
        row = self._row("SELECT sha256, foreign_made FROM plan WHERE plan_id = ?", plan.plan_id)
        if row is None:
            return Origin.FOREIGN
        if row["sha256"] == digest(plan):
            return Origin.ACCEPTED if row["foreign_made"] else Origin.MADE
        return Origin.FOREIGN if row["foreign_made"] else Origin.CHANGED

    def waiting(self, nsid: str, most: int) -> list[Plan]:
        """The newest plans of an account that were not applied, as far as their files are still there."""
        with database.errors(database.path_of(self._conn)):
            rows = self._conn.execute(
                "SELECT plan_id FROM plan WHERE nsid = ? AND plan_id NOT IN (SELECT plan_id FROM run)"
                " ORDER BY rowid DESC LIMIT ?",
                (nsid, most),
            ).fetchall()
        found = []
        for row in rows:
            with suppress(AuditorError):
                found.append(self.load(row["plan_id"]))
        return found

    def shown(self, plan: Plan) -> None:
        """Remember that somebody looked at exactly this plan on a terminal."""
        with database.errors(database.path_of(self._conn)):
            self._conn.execute("INSERT OR IGNORE INTO plan_shown VALUES (?)", (digest(plan),))

    def was_shown(self, plan: Plan) -> bool:
        """Whether somebody looked at exactly this plan on a terminal."""
        return self._row("SELECT 1 FROM plan_shown WHERE sha256 = ?", digest(plan)) is not None

    def not_own(self, plan: Plan) -> list[str]:
        """The ids of the photos of `plan` that this home does not hold as those of its account."""
        changed = json.dumps(sorted({int(change.photo_id) for change in plan.changes}))
        with database.errors(database.path_of(self._conn)):
            rows = self._conn.execute(
                "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM photo WHERE nsid = ?)",
                (changed, plan.nsid),
            ).fetchall()
        return [str(row["value"]) for row in rows]

    def accept(self, plan: Plan) -> Plan:
        """`plan` as it may be applied here: ours as it is, and the same file always as the same plan.

        Somebody else's undoes no run of ours, whatever it says, so that the limits of every plan hold for it.
        Where its id is that of another plan it gets one of its own.
        """
        origin = self.origin(plan)
        if origin is Origin.MADE:
            return plan
        if origin is not Origin.ACCEPTED:
            taken = self._row("SELECT 1 FROM plan WHERE plan_id = ?", plan.plan_id) is not None
            if taken:
                plan = replace(plan, plan_id=f"{plan.plan_id[:80]}-{digest(plan)[:12]}")
            self.remember(plan, foreign=True)
        return replace(plan, undoes=None)

    def _row(self, query: str, *values: object) -> sqlite3.Row | None:
        with database.errors(database.path_of(self._conn)):
            row: sqlite3.Row | None = self._conn.execute(query, values).fetchone()
        return row


def check_origin(plan: Plan, plans: PlanStore, *, foreign: bool) -> bool:
    """Whether `plan` may be applied as it is; False: it was not shown yet and has to be.

    Errors: `RefusedError` for a plan that this home did not make, unless `foreign` is asked for; and even
    then for one of photos that are not known to be the account's own, or with details that are not shown.
    """
    origin = plans.origin(plan)
    if origin in {Origin.MADE, Origin.ACCEPTED}:
        return True
    if not foreign:
        raise RefusedError(
            f"the plan {plan.plan_id} was {origin.value}, so nobody here has reviewed it",
            hint="Look at it with `flickr-auditor show`, then apply it with --foreign; or make a new plan.",
        )
    if others := plans.not_own(plan):
        some = ", ".join(others[:5]) + (" …" if len(others) > 5 else "")
        raise RefusedError(
            f"the plan would change {count(len(others), 'photo')} that {plan.nsid} does not have, as last"
            f" synced: {some}",
            hint="For new photos: flickr-auditor sync, and try again. Else make a plan of your own photos.",
        )
    if hidden := next((change for change in plan.changes if change.details), None):
        # Permissions, the id of a tag: made by undo alone, and not in the words that somebody looks at.
        raise RefusedError(
            f"the plan sets what nobody is shown ({', '.join(hidden.details)} of photo {hidden.photo_id}), as"
            " only an undo of this home may",
            hint="Make a plan of your own: flickr-auditor plan …",
        )
    return plans.was_shown(plan)
