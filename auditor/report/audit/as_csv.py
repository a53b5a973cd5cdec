"""CSV for spreadsheets and notebooks: one row for each exposure. No cell can run as a formula."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from auditor.audit.result import AuditResult, CheckResult
from auditor.audit.rows import AUDIT_COLUMNS, CHECK_COLUMNS, HISTORY_COLUMNS, audit_rows, check_rows
from auditor.text import csv_lines


def audit(result: AuditResult) -> Iterator[str]:
    """See `auditor.audit.rows`."""
    return _csv(audit_rows(result), (*AUDIT_COLUMNS, *HISTORY_COLUMNS))


def check(result: CheckResult) -> str:
    """See `auditor.audit.rows`."""
    return "".join(_csv(check_rows(result.targets), CHECK_COLUMNS))


def _csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    return csv_lines(columns, ([row.get(column) for column in columns] for row in rows))
