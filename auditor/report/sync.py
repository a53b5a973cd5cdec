"""What a sync brought, as JSON and in words."""

from typing import Any

from auditor.account.sync import SyncResult
from auditor.report.account import account_json
from auditor.text import count, iso, plain


def sync_json(result: SyncResult) -> dict[str, Any]:
    """The result as the contract has it."""
    return {
        "account": account_json(result.account),
        "photos": result.photos,
        "added": result.added,
        "changed": result.changed,
        "removed": result.removed,
        "complete": result.complete,
        "source": result.source,
        "calls": result.calls,
        "full": result.full,
        "listed": result.listed,
        "flickr_counts": {"total": result.total, "getCounts": result.counted},
        "skipped": result.skipped,
        "incomplete": list(result.incomplete),
        "as_of": None if result.as_of is None else iso(result.as_of),
        "as_of_certain": result.dated,
    }


def sync_text(result: SyncResult) -> str:
    """The counts, and what was skipped."""
    lines = [
        f"{count(result.photos, 'photo')} of {plain(result.account.username) or result.account.nsid}: "
        f"{result.added:,} added, {result.changed:,} changed, {result.removed:,} removed "
        f"({count(result.calls, 'call')} to Flickr)"
    ]
    if result.source == "export" and result.as_of is not None:
        lines.append(_age(result.as_of, certain=result.dated))
    what = "file" if result.source == "export" else "row"
    lines += [f"Skipped {count(number, what)}: {reason}" for reason, number in sorted(result.skipped.items())]
    if result.total is not None and result.counted is not None and result.total != result.counted:
        lines.append(
            f"Flickr counts them in two ways that differ: {result.total:,} in the listing,"
            f" {result.counted:,} by upload date. {_meaning(result)}"
        )
    return "\n".join(lines)


def _age(as_of: float, *, certain: bool) -> str:
    day = iso(as_of)[:10]
    if certain:
        return f"The export was made on {day}: all it says is as of that day."
    return (
        "The date of the export is unknown, as its files are copies or their dates cannot be right:"
        f" everything in it counts as of {day}, the newest date in it. The original zips from Flickr show the"
        " day."
    )


def _meaning(result: SyncResult) -> str:
    """Whether it is bad that Flickr's two counts differ."""
    if result.complete:
        return "This is not an error: every photo that either of them counts was loaded."
    return "So photos may be missing; see below."


def incomplete(result: SyncResult) -> str:
    """What may be missing, and why."""
    if result.source == "export":
        return f"The export does not show the whole account as it is today: {'; '.join(result.incomplete)}."
    counts = " and ".join(
        f"{number:,}" for number in dict.fromkeys([result.total, result.counted]) if number is not None
    )
    return (
        f"Not complete: {count(result.listed or 0, 'photo')} came, Flickr counts {counts or 'nothing'}"
        f"{''.join(f'; {reason}' for reason in result.incomplete)}."
        " Run sync --full again later; until then photos may be missing from audits."
    )
