"""What must be true whatever happens: checked at every call, after every command, and at the end of all.

The expectations are written apart from the program: from the plan's rows in the database and from the model
of Flickr, whose every change is known with the request that made it.
"""

import functools
import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.flickr import GROUP, PRIVACIES, Effect, writes
from tests.simulation.scheduler import Process, Violation

if TYPE_CHECKING:
    from tests.simulation.world import World

HOUR: Final = 3600.0
OLDEST: Final = 600.0
"""No write rests on a reading older than this."""
LAG: Final = 120.0
"""How old a listing may be without saying so."""
_SAFETY: Final = ("safe", "moderate", "restricted")
_TELLS: Final = {
    "privacy": {"getPhotos", "getInfo", "getPerms"},
    "leave-group": {"getAllContexts"},
    "join-group": {"getAllContexts"},
}
"""Which methods tell the state that a kind of change sets; else the listing and `getInfo`."""
_ROWS: Final = (
    "SELECT run_id, undoes, number, photo_id, mitigation, before, after, details, state, verified,"
    " finished_at IS NOT NULL, coalesce(reason, ''), coalesce(sent_at, 0) FROM change JOIN run USING (run_id)"
    " ORDER BY run.rowid, number"
)
_SIDE_EFFECTS: Final = {"privacy": {"secret"}}
UNREADABLE: Final = {"hide", "unhide"}
EXITS: Final = {0, 1, 2, 3, 4, 5, 6, 130}
"""What a command may end with: 70 is a bug."""


@dataclass
class Request:
    """A call as the program sent it."""

    number: int
    process: str
    method: str
    given: Mapping[str, str]
    sent_at: float
    row: "Row | None" = None
    """Of a write, the change in the journal that it belongs to."""
    done_at: float = 0.0
    misled: bool = False
    """Flickr answered that it was done, and it was not, or the other way round."""


@dataclass(frozen=True)
class Row:
    """A change in the journal."""

    run_id: str
    undoes: str | None
    number: int
    photo_id: str
    kind: str
    before: Any
    after: Any
    details: Mapping[str, str]
    state: str
    verified: int | None
    finished: bool
    reason: str
    sent_at: float = 0.0
    """By the program's clock."""

    @property
    def key(self) -> tuple[str, int]:
        """Which change of which run."""
        return self.run_id, self.number

    @property
    def subject(self) -> str:
        """What of the photo it changes, in the words of the model."""
        match self.kind:
            case "add-tag" | "remove-tag":
                return f"tag:{''.join(letter for letter in self.after['tag'].lower() if letter.isalnum())}"
            case "leave-group" | "join-group":
                return f"group:{self.after['group_id']}"
            case "hide" | "unhide":
                return "hidden"
            case "safety-level":
                return "safety"
            case _:
                return self.kind

    def shows(self, value: object, state: Any) -> bool:
        """Whether the model's `value` is the plan's `state`."""
        match self.kind:
            case "add-tag" | "remove-tag":
                return (value is not None) is state["present"]
            case "leave-group" | "join-group":
                return (value is not None) is state["member"]
            case "hide" | "unhide":
                return True
            case "safety-level":
                return value == _SAFETY.index(state)
            case _:
                return bool(value == state)


class Invariants:
    """Watches one world."""

    def __init__(self, world: "World", calls_per_hour: int) -> None:
        self._world = world
        self._limit = calls_per_hour
        self.database: Path | None = None
        self.plans: dict[str, list[dict[str, Any]]] = {}
        """The changes of every plan that was shown, by its id."""
        self.secrets: set[str] = set()
        self.requests: list[Request] = []
        self.undoing: Callable[[Row], None] = lambda _: None
        """Told of every write of an undo, as by `Undos.check`."""
        self.checked = 0
        """Writes that were checked."""
        self._conn: sqlite3.Connection | None = None
        self._rows: tuple[int, list[Row]] = (-1, [])
        """The journal, and in which version of the database it was read."""
        self._calls: deque[float] = deque()
        self._read_at: dict[tuple[str, str, str], float] = {}
        """Process, photo and method → when Flickr had what it last told."""

    # -- calls -----------------------------------------------------------------------------------------------

    def sent(self, method: str, given: Mapping[str, str]) -> Request:
        """A call goes out."""
        world = self._world
        process = world.scheduler.task.process.name
        request = Request(len(self.requests), process, method, dict(given), world.scheduler.time)
        self.requests.append(request)
        self._calls.append(request.sent_at)
        while self._calls[0] <= request.sent_at - HOUR:
            self._calls.popleft()
        if len(self._calls) > self._limit:
            raise Violation(f"{len(self._calls)} calls within 60 minutes, and {self._limit} are allowed")
        if writes(method):
            self._check_write(request)
        return request

    def power_was_cut(self) -> None:
        """Calls are not synced to the disk one by one: a power cut may lose count of them (not a crash)."""
        self._calls.clear()

    def read(self, method: str, given: Mapping[str, str], request: Request, body: bytes) -> None:
        """An answer arrived that the program can read."""
        if writes(method):
            return
        name = method.rpartition(".")[2]
        if "photo_id" in given:
            photo_ids = [given["photo_id"]]
        else:
            answer = json.loads(body).get("photos")
            photo_ids = [row["id"] for row in answer["photo"]] if isinstance(answer, dict) else []
        for photo_id in photo_ids:
            self._read_at[request.process, photo_id, name] = request.done_at

    def _check_write(self, request: Request) -> None:
        """A write is in the journal, in a plan that was shown, as planned, and on a fresh reading."""
        self.checked += 1
        row = request.row = row_of(self.rows(), request, self._world.wall())
        if row is None:
            raise Violation(f"{request.method} {dict(request.given)} is not in the journal")
        if not self._world.disk.is_durable(self._path):
            raise Violation("a write goes out while its intent would not survive a power cut")
        if not any(_same(row, change) for change in self._plan(row)):
            raise Violation(f"a write that no plan showed: {row}")
        expected = _call(row, request)
        for name, value in (expected or {}).items():
            if request.given.get(name) != value:
                raise Violation(f"{request.method} sends {name}={request.given.get(name)}, not {value}")
        self._check_reading(row, request)
        if row.undoes is not None:
            self.undoing(row)

    def _check_reading(self, row: Row, request: Request) -> None:
        tells = _TELLS.get(row.kind, {"getPhotos", "getInfo"})
        read = [self._read_at.get((request.process, row.photo_id, name), 0.0) for name in tells]
        if (age := request.sent_at - max(read)) > OLDEST:
            raise Violation(f"a write on a reading that is {age:.0f} seconds old: {row}")
        then = set(map(_hashable, self._values(row, request.sent_at - OLDEST - LAG)))
        if not any(row.shows(value, row.before) for value in then):
            raise Violation(f"a write over something else than the plan's before: {row}, it was {then}")
        if row.kind == "privacy":
            for name, subject in (("perm_comment", "comment"), ("perm_addmeta", "add_meta")):
                known = row.details.get(name)
                were = {str(value) for value in self._values(row, request.sent_at - OLDEST, subject)}
                if request.given.get(name) not in ({known} if known else were):
                    raise Violation(f"setPerms sends {name}={request.given.get(name)}, it was {were}")

    def _values(self, row: Row, since: float, subject: str = "") -> Iterator[object]:
        """The values that a subject had since then."""
        subject = subject or row.subject
        photo = self._world.flickr.photos.get(row.photo_id)
        if photo is not None:
            yield photo.subjects().get(subject)
        for effect in reversed(self._world.flickr.effects):
            if effect.time < since:
                return
            if effect.photo_id == row.photo_id:
                yield effect.before.get(subject)

    def _plan(self, row: Row) -> list[dict[str, Any]]:
        plan_id = self.plan_of(row.run_id)
        if plan_id not in self.plans:
            # An undo is a plan that the command itself makes and keeps before it begins.
            file = self._path.parent / "plans" / f"{plan_id}.json"
            if not (row.undoes and file.exists()):
                raise Violation(f"a write of the plan {plan_id}, which nobody was shown")
            self.plans[plan_id] = json.loads(file.read_text())["changes"]
        return self.plans[plan_id]

    # -- after a command -------------------------------------------------------------------------------------

    def ended(self, process: Process) -> None:
        """A process ended by itself: its exit code, its words, and what it says became of everything."""
        out, err = process.out.getvalue(), process.err.getvalue()
        if process.code is None:
            return
        if process.code not in EXITS:
            raise Violation(f"{process.name} ended with {process.code}: {err[-3000:]}")
        if process.code in {2, 4, 5, 6} and "→ " not in err and "--help" not in err:
            raise Violation(f"{process.name} ended with {process.code} and names no next step: {err!r}")
        if "is not readable as a plan" in err:
            raise Violation(f"a plan that was shown is lost: {err}")
        for secret in self.secrets:
            if secret in out or secret in err:
                raise Violation(f"{process.name} shows a secret")

    def accounted(self, plan: Mapping[str, Any], *, everything: bool) -> None:
        """Every photo of the account is in the plan, as a change or as left out with a reason."""
        named = {entry["photo_id"] for entry in (*plan["changes"], *plan["skipped"])}
        if not all(entry["reason"] for entry in plan["skipped"]):
            raise Violation("a photo is left out without a reason")
        stored = {str(row[0]) for row in self.conn.execute("SELECT id FROM photo WHERE gone_at IS NULL")}
        if everything and named != stored:
            raise Violation(f"of {stored} the plan accounts for {named}")

    def audited(self, said: Mapping[str, Any], process: Process) -> None:
        """An audit finds the listed photo exactly where the index is whole and the account has the photo."""
        stored = {str(row[0]) for row in self.conn.execute("SELECT id FROM photo WHERE gone_at IS NULL")}
        checked = {index["dataset"] for index in said["indexes"]}
        found = {photo["id"] for photo in said["photos"]}
        if found != ({"1000"} & stored if "my-list" in checked else set()):
            raise Violation(f"of {stored}, with the indexes {checked}, an audit finds {found}")
        if process.code == 0 and (found or said["no_longer_in_account"]):
            raise Violation(f"an audit that finds {found} ends with 0")

    def told(self, process: Process) -> None:
        """What a run says of itself is what the journal says, and its exit code is what it says."""
        if process.code not in {0, 3, 5} or not process.out.getvalue().strip():
            return
        if "applied already" in process.err.getvalue():
            return  # nothing was to be done, whatever became of it then
        said = json.loads(process.out.getvalue())
        rows = [row for row in self.rows() if row.run_id == said["run_id"]]
        states = [said[state] for state in ("done", "already", "drifted", "failed", "pending")]
        if sum(states) != len(rows) or len(said["items"]) != len(rows):
            raise Violation(f"{said['run_id']} has {len(rows)} changes and tells of {states}")
        wrong = said["drifted"] or said["failed"] or said["mismatched"]
        if process.code == 0 and (wrong or said["pending"]):
            raise Violation(f"{process.name} ended with 0: {said}")
        if process.code == 3 and not wrong:
            raise Violation(f"{process.name} ended with 3, and nothing is wrong: {said}")

    def plan_of(self, run_id: str) -> str:
        """The plan of a run."""
        (plan_id,) = self.conn.execute("SELECT plan_id FROM run WHERE run_id = ?", (run_id,)).fetchone()
        return str(plan_id)

    def settled(self) -> None:
        """What the journal says became of every change is what became of it."""
        effects: dict[tuple[str, int], list[Effect]] = {}
        for effect in self._world.flickr.effects:
            if (row := made_by(effect)) is not None:
                effects.setdefault(row.key, []).append(effect)
        sent: dict[tuple[str, int], list[Request]] = {}
        for request in self.requests:
            if request.row is not None:
                sent.setdefault(request.row.key, []).append(request)
        for row in self.rows():
            self._check_row(row, effects.get(row.key, []), sent.get(row.key, []))

    def _check_row(self, row: Row, made: list[Effect], sent: list[Request]) -> None:
        others = self._others(row, made, sent)
        if len(made) > 1 and not others:
            raise Violation(f"done twice: {row}")
        for effect in made:
            allowed = {row.subject} | _SIDE_EFFECTS.get(row.kind, set())
            allowed |= {"comment", "add_meta"} if row.kind == "privacy" and (row.details or others) else set()
            if not effect.changed.keys() <= allowed and not _owner_between(self._world, effect):
                raise Violation(f"{row} changed {set(effect.changed) - allowed} too")
        if (
            row.state == "drifted"
            and row.reason.startswith("gone")
            and row.photo_id in self._world.flickr.photos
        ):
            raise Violation(f"called gone, and it is there: {row}")
        late = any(isinstance(e.request, Request) and e.time > e.request.done_at for e in made)
        if not (others or late):  # else what the program read may be of somebody else, or of later
            _check_state(row, done=bool(made), misled=any(request.misled for request in sent))

    def _others(self, row: Row, made: list[Effect], sent: list[Request]) -> list[Effect]:
        """What others than the row's own calls changed of its subject, from its first call on."""
        return [
            effect
            for effect in self._world.flickr.effects
            if effect.photo_id == row.photo_id
            and (row.subject in effect.changed or effect.deletes)
            and effect not in made
            and (not sent or effect.time >= sent[0].sent_at - OLDEST)
        ]

    def all_settled(self) -> None:
        """Nothing is left open once every run has gone on to its end."""
        for row in self.rows():
            if row.state in {"pending", "sent"}:
                raise Violation(f"never came to an end: {row}")
            readable = row.kind not in UNREADABLE and "moderators" not in row.reason
            if readable and row.finished and row.state == "done" and row.verified is None:
                raise Violation(f"never read back: {row}")

    def files_hold_no_secret(self) -> None:
        """No file of the home holds what signs the calls, but the one that was asked to."""
        for file in sorted(self._path.parent.rglob("*")):
            if file.is_file() and file.name != "token.json":
                content = file.read_bytes()
                for secret in self.secrets:
                    if secret.encode() in content:
                        raise Violation(f"{file.name} holds a secret")

    # -- the database, read by ourselves ---------------------------------------------------------------------

    @property
    def _path(self) -> Path:
        if self.database is None:
            raise RuntimeError("no home yet")
        return self.database

    def rows(self) -> list[Row]:
        """The journal as it is now."""
        if self.database is None or not self.database.exists():
            return []
        version = self.version()
        if version == self._rows[0]:
            return self._rows[1]
        try:
            found = self.conn.execute(_ROWS).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []  # the home was not finished yet
            raise
        rows = [
            Row(
                r[0], r[1], r[2], str(r[3]), r[4],
                _parsed(r[5]), _parsed(r[6]), _parsed(r[7]), r[8], r[9], bool(r[10]), r[11], r[12],
            )
            for r in found
        ]  # fmt: skip
        self._rows = version, rows
        return rows

    @property
    def conn(self) -> sqlite3.Connection:
        """A connection of our own, until `release`."""
        if self._conn is None:
            self._conn = sqlite3.connect(self._path, isolation_level=None)
            self._conn.execute("PRAGMA wal_autocheckpoint = 0")
        return self._conn

    def version(self) -> int:
        """A number that changes with every commit of the program."""
        (version,) = self.conn.execute("PRAGMA data_version").fetchone()
        return int(version)

    def write_back(self) -> None:
        """Write the log into the database, as the last connection does that is closed."""
        if self._conn is not None:
            self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def release(self) -> None:
        """Close our connection; if no other is left, this writes the log into the database."""
        if self._conn is not None:
            self._conn.close()
            self._conn, self._rows = None, (-1, [])


@functools.lru_cache(4096)
def _parsed(text: str) -> Any:
    """A column of the journal; the same few are read again and again."""
    return json.loads(text)


def made_by(effect: Effect) -> Row | None:
    """The change that an effect is of; None: the owner made it."""
    return effect.request.row if isinstance(effect.request, Request) else None


def row_of(rows: Iterable[Row], request: Request, now: float) -> Row | None:
    """The change that a write is for: the one just sent, for a run that was killed may have sent the same.

    `now` is the time by the program's clock. A change for which another value is sent comes last.
    """
    found = [row for row in rows if row.state == "sent" and _call(row, request) is not None]
    return min(
        found,
        key=lambda row: (_call(row, request) != _given(row, request), abs(now - row.sent_at)),
        default=None,
    )


def _given(row: Row, request: Request) -> dict[str, str | None]:
    return {name: request.given.get(name) for name in _call(row, request) or {}}


def _call(row: Row, request: Request) -> dict[str, str] | None:
    """The arguments of the call that makes a change; None where `request` is not that call."""
    about = {"photo_id": row.photo_id}
    match row.kind:
        case "add-tag":
            method, given = "photos.addTags", about | {"tags": row.after["tag"]}
        case "remove-tag":
            method, given = "photos.removeTag", {"tag_id": row.details.get("tag_id", "")}
        case "license":
            method, given = "photos.licenses.setLicense", about | {"license_id": row.after}
        case "privacy":
            flags = zip(("is_public", "is_friend", "is_family"), PRIVACIES[row.after], strict=True)
            method, given = "photos.setPerms", about | {name: str(flag) for name, flag in flags}
        case "hide" | "unhide":
            method, given = "photos.setSafetyLevel", about | {"hidden": "1" if row.kind == "hide" else "0"}
        case "safety-level":
            level = str(_SAFETY.index(row.after) + 1)
            method, given = "photos.setSafetyLevel", about | {"safety_level": level}
        case "leave-group":
            method, given = "groups.pools.remove", about | {"group_id": GROUP}
        case "join-group":
            method, given = "groups.pools.add", about | {"group_id": GROUP}
        case _:
            raise Violation(f"an unknown kind of change: {row}")
    which = {"photo_id", "tag_id", "hidden", "safety_level"}
    same = all(request.given.get(name) == given.get(name) for name in which)
    return given if request.method == f"flickr.{method}" and same else None


def _check_state(row: Row, *, done: bool, misled: bool) -> None:
    """The state of a change is what became of it; `misled`: Flickr answered another thing than it did."""
    match row.state:
        case "done":
            queued = row.kind == "join-group" and "moderators" in row.reason
            # A call that hides a hidden photo does nothing, and nobody could know before.
            if not done and not misled and not queued and row.kind not in UNREADABLE:
                raise Violation(f"called done, and it was not: {row}")
            if not done and row.finished and row.verified == 1:
                raise Violation(f"verified, and it was not done: {row}")
        case "already" | "drifted" | "failed":
            unreadable = row.kind in UNREADABLE and (misled or "may have done it" in row.reason)
            if done and not unreadable:
                raise Violation(f"called {row.state}, and it was done: {row}")
        case "pending":
            if done:
                raise Violation(f"still to be done, and it was done: {row}")


def _same(row: Row, change: Mapping[str, Any]) -> bool:
    planned = (change["photo_id"], change["mitigation"], change["before"], change["after"])
    return planned == (row.photo_id, row.kind, row.before, row.after)


def _owner_between(world: "World", effect: Effect) -> bool:
    """Whether the owner changed the photo so shortly before that the program could not know."""
    return any(
        other.request is None
        and other.photo_id == effect.photo_id
        and effect.time - OLDEST - LAG <= other.time <= effect.time
        for other in world.flickr.effects
    )


def _hashable(value: object) -> object:
    return value if isinstance(value, str | int | bool | None) else repr(value)
