"""CSV for spreadsheets and notebooks: one row for each exposure. No cell can run as a formula."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from auditor.audit.result import AuditResult, CheckedTarget
from auditor.audit.rows import AUDIT_COLUMNS, PLACE_COLUMNS, audit_rows, located
from auditor.text import csv_cell

_TARGET = ("target", "kind", "photo_id", "url", "owner", "owner_alias")
CHECK_COLUMNS = (*_TARGET, *PLACE_COLUMNS, "note", "error")


def audit(result: AuditResult) -> str:
    """See `auditor.audit.rows`."""
    return _csv(audit_rows(result), AUDIT_COLUMNS)


def check(targets: Sequence[CheckedTarget]) -> str:
    """Columns `CHECK_COLUMNS`; a target without exposures has one row."""
    return _csv(_check_rows(targets), CHECK_COLUMNS)


def _check_rows(targets: Sequence[CheckedTarget]) -> Iterable[dict[str, Any]]:
    for checked in targets:
        owner = checked.owner or checked.owner_alias
        known = {
            "target": checked.target.text,
            "kind": checked.target.kind,
            "photo_id": checked.target.photo.photo_id if checked.target.photo else None,
            "owner": checked.owner,
            "owner_alias": checked.owner_alias,
            "note": checked.note,
            "error": checked.error,
        }
        yield from ({**known, **located(item.photo_id, owner, item.exposure)} for item in checked.exposures)
        if not checked.exposures:
            yield known


def _csv(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> str:
    cells = [{column: csv_cell(row.get(column)) for column in columns} for row in rows]
    # As objects: pandas would turn a column of counts with a gap into floats.
    frame = pd.DataFrame(cells, columns=list(columns), dtype=object)
    return str(frame.to_csv(index=False, lineterminator="\n"))
