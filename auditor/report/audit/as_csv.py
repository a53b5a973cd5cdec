"""CSV for spreadsheets and notebooks: one row for each exposure. No cell can run as a formula."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from auditor.audit.result import AuditResult, CheckResult
from auditor.audit.rows import AUDIT_COLUMNS, CHECK_COLUMNS, HISTORY_COLUMNS, audit_rows, check_rows
from auditor.text import csv_cell


def audit(result: AuditResult) -> str:
    """See `auditor.audit.rows`."""
    return _csv(audit_rows(result), (*AUDIT_COLUMNS, *HISTORY_COLUMNS))


def check(result: CheckResult) -> str:
    """See `auditor.audit.rows`."""
    return _csv(check_rows(result.targets), CHECK_COLUMNS)


def _csv(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> str:
    cells = [{column: csv_cell(row.get(column)) for column in columns} for row in rows]
    # As objects: pandas would turn a column of counts with a gap into floats.
    frame = pd.DataFrame(cells, columns=list(columns), dtype=object)
    return str(frame.to_csv(index=False, lineterminator="\n"))
