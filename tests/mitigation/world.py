"""A pretend Flickr and a home that has synced it, worked with from inside the process."""

import sqlite3
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor import database
from auditor.account.photo import Photo
from auditor.account.store import AccountStore
from auditor.account.sync import sync
from auditor.flickr.api import ReadApi
from auditor.flickr.budget import CallBudget
from auditor.flickr.privacy import Privacy
from auditor.flickr.transport import Credentials, Retry, Transport
from auditor.flickr.writing import WriteTransport
from auditor.mitigation.kinds.registry import WRITE_METHODS
from auditor.mitigation.planning import planner
from auditor.mitigation.planning.build_plan import PlanRequest, make_plan
from auditor.mitigation.planning.plan import Plan
from auditor.mitigation.planning.plan_store import PlanStore
from auditor.mitigation.planning.policy import Actions, Match, Policy
from auditor.mitigation.running.journal import Journal, Run
from auditor.mitigation.running.photo_state import Reader
from auditor.mitigation.running.run import RunContext, carry_out, start
from auditor.mitigation.running.undo import undo_plan
from auditor.mitigation.running.verify import Finding, verify
from auditor.sandbox import Sandbox
from auditor.sandbox.account import Account as SandboxAccount

QUICK = Retry(attempts=8, first=0.005, longest=0.02)
LOST_FOR_GOOD = {"secret", "original_secret", "faves", "lastupdate", "license_history"}
"""What making a photo private and back changes for good."""
EVERYTHING = Actions(
    add_tags=frozenset({"no_cv"}),
    license="0",
    privacy=Privacy.PRIVATE,
    hide=True,
    safety_level="restricted",
    leave_groups=True,
)


class World:
    """One home and its sandbox; close it, or use `world`."""

    def __init__(self, box: Sandbox, home: Path) -> None:
        self.box = box
        self.home = home
        self.conn: sqlite3.Connection = database.connect(home / "auditor.sqlite3")
        self.store = AccountStore(self.conn)
        self.journal = Journal(self.conn)
        self.plans = PlanStore(self.conn, home / "plans")
        self.budget = CallBudget(home / "auditor.sqlite3", box.key, 1_000_000, wait=False)
        self._transports: list[Transport] = []

    def close(self) -> None:
        for transport in self._transports:
            transport.close()
        self.budget.close()
        self.conn.close()

    @property
    def nsid(self) -> str:
        return self.box.account.me.nsid

    def write_transport(
        self, *, perms: str = "write", methods: Collection[str] = WRITE_METHODS
    ) -> WriteTransport:
        credentials = Credentials(self.box.key, self.box.secret, *self.box.issue_token(perms))
        transport = WriteTransport(
            credentials, self.budget, base_url=self.box.url, retry=QUICK, methods=methods
        )
        self._transports.append(transport)
        return transport

    def api(self) -> ReadApi:
        credentials = Credentials(self.box.key, self.box.secret, *self.box.issue_token("read"))
        transport = Transport(credentials, self.budget, base_url=self.box.url, retry=QUICK)
        self._transports.append(transport)
        return ReadApi(transport)

    def sync(self) -> None:
        sync(self.api(), self.store, now=time.time(), full=True)

    def photos(self) -> list[Photo]:
        return self.store.photos(self.nsid)

    def plan(self, actions: Actions, *, match: Match = Match(), ask: bool = True) -> Plan:  # noqa: B008
        """A plan as the command line would make it, kept in the journal's list of plans."""
        made = make_plan(
            PlanRequest([Policy("test", match, actions)]),
            self.conn,
            self.home / "indexes",
            self.api() if ask else None,
            now=datetime.now(UTC),
            budget=planner.Budget(3600, 0, 4),
        )
        self.plans.remember(made)
        return made

    def tools(self, **options: Any) -> RunContext:
        return RunContext(
            self.write_transport(), self.journal, self.store, concurrency=4, retry=QUICK, **options
        )

    def apply(self, plan: Plan, tools: RunContext | None = None) -> Run:
        """Apply `plan`, or go on with it."""
        tools = tools or self.tools()
        run = start(plan, tools)
        carry_out(run, tools)
        return self.journal.run(run.run_id)

    def undo(self, run: Run, *, unhide: bool = False) -> Run:
        return self.apply(self.undo_plan(run, unhide=unhide))

    def undo_plan(self, run: Run, *, unhide: bool = False) -> Plan:
        """The plan that undoes `run`, as things stand now."""
        records, events = self.journal.records(run.run_id), self.journal.events(run.run_id)
        plan = undo_plan(run, records, events, now=datetime.now(UTC), unhide=unhide)
        self.plans.remember(plan)
        return plan

    def verify(self, run: Run) -> list[Finding]:
        return verify(Reader(self.api(), self.nsid, self.photos()), self.journal, run.run_id)

    def states(self, run: Run) -> Counter[str]:
        return Counter(record.state for record in self.journal.records(run.run_id))

    def writes(self, *, effective: bool = False) -> list[tuple[str, dict[str, str]]]:
        """The writing calls that the server saw."""
        return [(x.method, x.args) for x in self.box.log if x.writes and (x.effective or not effective)]


@contextmanager
def world(account: SandboxAccount, home: Path, *, seed: int = 0) -> Iterator[World]:
    """A sandbox with this account and a home that has synced it; the sandbox must have had no bug."""
    with Sandbox(account, seed=seed) as box:
        made = World(box, home)
        try:
            made.sync()
            yield made
        finally:
            made.close()
        assert box.errors == [], box.errors[0]


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, set[str]]:
    """Photo id → fields that differ between two states of a sandbox, "pools" among them."""
    found: dict[str, set[str]] = {}
    for photo_id in before["photos"].keys() | after["photos"].keys():
        old, new = before["photos"].get(photo_id), after["photos"].get(photo_id)
        if old is None or new is None:
            found[photo_id] = {"gone"}
        elif fields := {key for key in old if old[key] != new[key]}:
            found[photo_id] = fields
    for old, new in zip(before["pools"], after["pools"], strict=True):
        for photo_id in set(old["photos"]) ^ set(new["photos"]):
            found.setdefault(photo_id, set()).add("pools")
    return found


def some(here: World, number: int) -> Match:
    """The first photos of the account."""
    return Match(ids=frozenset(photo.id for photo in here.photos()[:number]))
