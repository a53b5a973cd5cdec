"""What became of a run, written out as table or json; `apply`, `undo` and `verify` share one form."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from auditor.mitigation.change import OPEN, ChangeRecord
from auditor.mitigation.kinds.registry import describe
from auditor.mitigation.running.journal import Run, RunSummary
from auditor.mitigation.running.verify import Finding, mismatch
from auditor.report.json_text import json_text
from auditor.text import count, iso, plain, wrapped

MOST_ITEMS = 50
_STATES = ("done", "already", "drifted", "failed", "pending")


def as_findings(records: Sequence[ChangeRecord]) -> list[Finding]:
    """The changes of a run as the journal has them.

    One without an answer is pending, and one that was answered "ok" and read back otherwise is mismatched.
    """
    return list(map(_as_finding, records))


def _as_finding(record: ChangeRecord) -> Finding:
    if record.state == "sent":
        return Finding(record, "pending", "no answer yet: run apply again")
    if record.state == "done" and record.verified is False:
        return mismatch(record, record.observed)
    return Finding(record, record.state, record.reason)


def run_json(run: Run, findings: Sequence[Finding], *, calls: int, verifying: bool = False) -> dict[str, Any]:
    """The run for programs. `verifying`: the findings come from `verify`, not from the run's read-back."""
    states: Counter[str] = Counter("pending" if f.record.state in OPEN else f.record.state for f in findings)
    read: Counter[str] = Counter(finding.state for finding in findings)
    kept = Counter(finding.record.verified for finding in findings)
    return {
        "run_id": run.run_id,
        "plan_id": run.plan_id,
        "account": {"nsid": run.nsid},
        **{state: states[state] for state in _STATES},
        "verified": read["verified"] if verifying else kept[True],
        "mismatched": read["mismatched"] if verifying else kept[False],
        "calls": calls,
        "items": [
            {
                "photo_id": finding.record.change.photo_id,
                "mitigation": finding.record.change.mitigation,
                "state": finding.state,
                "reason": finding.reason,
            }
            for finding in findings
        ],
    }


def render_run(
    run: Run,
    findings: Sequence[Finding],
    format: str,
    *,
    calls: int,
    verifying: bool = False,
    columns: int | None = None,
) -> str:
    """`format` is table or json; `calls` are the requests that this command sent.

    `columns`: the width of the terminal that a table is for; there it holds the first changes only.
    """
    result = run_json(run, findings, calls=calls, verifying=verifying)
    if format == "json":
        return json_text(result)
    most = MOST_ITEMS if columns else None
    return "".join(f"{wrapped(line, columns)}\n" for line in _lines(result, findings, most))


def _lines(result: dict[str, Any], findings: Sequence[Finding], most: int | None) -> Iterator[str]:
    notable = [finding for finding in findings if finding.state not in {"done", "verified", "unreadable"}]
    for finding in notable[:most]:
        change = finding.record.change
        reason = f": {plain(finding.reason)}" if finding.reason else ""
        yield f"{change.photo_id}  {plain(describe(change))}  {finding.state}{reason}"
    if most is not None and len(notable) > most:
        yield f"… and {count(len(notable) - most, 'more change')}. To see all, add --output run.txt"
    yield f"Run {result['run_id']} on {result['account']['nsid']}: " + ", ".join(
        f"{result[state]:,} {state}" for state in _STATES
    )
    read_back = f"{result['verified']:,} read back as wanted"
    hidden = sum(finding.state == "unreadable" for finding in findings)
    if hidden:
        read_back += f", {hidden:,} that Flickr does not show"
    if result["mismatched"]:
        read_back += f", {result['mismatched']:,} NOT as wanted"
    yield f"  {read_back}; {count(result['calls'], 'call')} to Flickr"


def runs_json(runs: Sequence[RunSummary]) -> dict[str, Any]:
    """All runs for programs, the latest first."""
    return {"runs": [_summary(entry) for entry in runs]}


def runs_text(runs: Sequence[RunSummary]) -> str:
    """All runs for people, a line each."""
    return "\n".join(_run_line(_summary(entry)) for entry in runs) or "No plan has been applied yet."


def _summary(entry: RunSummary) -> dict[str, Any]:
    run, states = entry.run, entry.states
    return {
        "run_id": run.run_id,
        "plan_id": run.plan_id,
        "account": {"nsid": run.nsid},
        "undoes": run.undoes,
        "started_at": iso(run.started_at),
        "finished_at": None if run.finished_at is None else iso(run.finished_at),
        **{state: states.get(state, 0) for state in _STATES},
        "pending": sum(states.get(state, 0) for state in OPEN),
        "not_read_back": entry.not_read_back,
    }


def _run_line(row: dict[str, Any]) -> str:
    told = {state: row[state] for state in _STATES} | {"not read back": row["not_read_back"]}
    counts = ", ".join(f"{number:,} {word}" for word, number in told.items() if number) or "nothing"
    # The id of a plan from elsewhere was once taken as it was.
    what = f"undo of {plain(row['undoes'])}" if row["undoes"] else f"of {plain(row['plan_id'])}"
    return f"{row['run_id']}  {row['started_at']}  {what} on {row['account']['nsid']}: {counts}"
