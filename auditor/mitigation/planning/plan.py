"""The plan: the exact list of changes, as one file that says by its own hash whether somebody edited it.

A plan is bound to an account and to the data it was made from, and is single-use: the database remembers its
run. It holds no secret. Reading one trusts nothing, hash or not.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from auditor.errors import RefusedError, UsageError
from auditor.flickr.urls import is_nsid, is_photo_id
from auditor.mitigation.change import Change, Skip
from auditor.mitigation.kinds.registry import MITIGATIONS, of
from auditor.names import is_name
from auditor.outside import world
from auditor.text_files import read_bytes

SCHEMA_VERSION: Final = 1
MAX_AGE: Final = 7 * 24 * 3600
"""Seconds after which the data a plan was made from is too old to act on."""
LAST: Final = "last"
"""Instead of the id of a plan or a run: the newest."""
_DAY: Final = 24 * 3600
_LARGEST_FILE: Final = 300_000_000

PlanState = Literal["ready", "stale", "spent", "partly-applied"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, and what not."""

    plan_id: str
    nsid: str
    created_at: datetime
    snapshot_id: int | None
    """None for an undo, which is made from the journal."""
    snapshot_at: datetime
    """When the data was pulled that the plan rests on."""
    changes: tuple[Change, ...]
    skipped: tuple[Skip, ...] = ()
    warnings: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    """What new uploads will get, and what to set on Flickr's site."""
    estimated_calls: int = 0
    estimated_minutes: int = 0
    undoes: str | None = None
    """The run that this plan undoes."""

    @property
    def photos(self) -> int:
        """How many photos it changes."""
        return len({change.photo_id for change in self.changes})


def new_id(kind: Literal["plan", "undo", "run"], now: datetime) -> str:
    """A name that sorts by time and is safe as a file name."""
    return f"{kind}-{now:%Y%m%d-%H%M%S}-{world().token(3)}"


def is_stale(plan: Plan, now: datetime) -> bool:
    """Whether the data is too old; also where the clock says that it comes from the future."""
    age = (now - plan.snapshot_at).total_seconds()
    return not -_DAY <= age <= MAX_AGE


def to_json(plan: Plan, state: PlanState = "ready") -> dict[str, Any]:
    """The plan as in its file and in `show --format json`; there `state` says what became of it since."""
    content = _content(plan)
    return {**content, "state": state, "sha256": digest(plan)}


def digest(plan: Plan) -> str:
    """The hash over everything a plan says."""
    canonical = json.dumps(_content(plan), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _content(plan: Plan) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "plan_id": plan.plan_id,
        "account": {"nsid": plan.nsid},
        "created_at": plan.created_at.isoformat(),
        "snapshot": {"id": plan.snapshot_id, "taken_at": plan.snapshot_at.isoformat()},
        "undoes": plan.undoes,
        "changes": [_change_json(change) for change in plan.changes],
        "skipped": [
            {"photo_id": skip.photo_id, "mitigation": skip.mitigation or None, "reason": skip.reason}
            for skip in plan.skipped
        ],
        "warnings": list(plan.warnings),
        "advice": list(plan.advice),
        "calls": {"estimated": plan.estimated_calls, "minutes": plan.estimated_minutes},
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "photo_id": change.photo_id,
        "mitigation": change.mitigation,
        "before": change.before,
        "after": change.after,
        "reversible": change.reversible,
        "note": change.note,
        "details": dict(change.details),
    }


def load(path: Path) -> Plan:
    """The plan in a file.

    Errors: `UsageError` when there is none, `RefusedError` when it was edited or is of another format.
    """
    try:
        data = read_bytes(path, _LARGEST_FILE)
    except UsageError as error:
        hint = "Give the file or the id that `flickr-auditor plan` printed, or last for the newest."
        raise UsageError(error.message, hint=hint) from error
    try:
        table = json.loads(data)
    except (ValueError, RecursionError):
        raise _refused(path, "is not readable as a plan") from None
    if not isinstance(table, dict) or table.get("schema_version") != SCHEMA_VERSION:
        raise _refused(path, "has the format of another version of flickr-auditor")
    try:
        plan = _parse(table)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise _refused(path, f"is not readable as a plan ({error})") from None
    # This compares the hash and also catches keys that it does not cover. The state is no part of the plan.
    if table != to_json(plan) | {"state": table.get("state")}:
        raise _refused(path, "was changed after it was made")
    return plan


def _refused(path: Path, problem: str) -> RefusedError:
    return RefusedError(f"{path} {problem}", hint="Make a new plan: flickr-auditor plan …")


def _parse(table: Mapping[str, Any]) -> Plan:
    if not is_name(str(table["plan_id"])):
        raise ValueError("no id")
    nsid = str(table["account"]["nsid"])
    if not is_nsid(nsid):
        raise ValueError("no account")
    snapshot = table["snapshot"]
    changes = tuple(_parse_change(entry) for entry in table["changes"])
    _check_single(changes)
    return Plan(
        plan_id=str(table["plan_id"]),
        nsid=nsid,
        created_at=_moment(table["created_at"]),
        snapshot_id=None if snapshot["id"] is None else int(snapshot["id"]),
        snapshot_at=_moment(snapshot["taken_at"]),
        undoes=None if table["undoes"] is None else str(table["undoes"]),
        changes=changes,
        skipped=tuple(
            Skip(str(entry["photo_id"]), str(entry["reason"]), str(entry["mitigation"] or ""))
            for entry in table["skipped"]
        ),
        warnings=tuple(str(warning) for warning in table["warnings"]),
        advice=tuple(str(line) for line in table["advice"]),
        estimated_calls=int(table["calls"]["estimated"]),
        estimated_minutes=int(table["calls"]["minutes"]),
    )


def _parse_change(entry: Mapping[str, Any]) -> Change:
    if not is_photo_id(str(entry["photo_id"])):
        raise ValueError(f"no photo id: {entry['photo_id']!r}")
    if entry["mitigation"] not in MITIGATIONS:
        raise ValueError(f"no such mitigation: {entry['mitigation']!r}")
    if entry["reversible"] not in {"yes", "partly", "no"}:
        raise ValueError("reversible must be yes, partly or no")
    change = Change(
        photo_id=str(entry["photo_id"]),
        mitigation=str(entry["mitigation"]),
        before=entry["before"],
        after=entry["after"],
        reversible=entry["reversible"],
        note=str(entry["note"]),
        details={str(key): str(value) for key, value in entry["details"].items()},
    )
    problem = of(change).problem(change)
    if problem:
        raise ValueError(f"photo {change.photo_id}: {problem}")
    return change


def _check_single(changes: Sequence[Change]) -> None:
    seen = set()
    for change in changes:
        key = (change.photo_id, of(change).subject(change))
        if key in seen:
            raise ValueError(f"photo {change.photo_id} has two changes of {key[1]}")
        seen.add(key)


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment.astimezone(UTC)
