"""What an audit or a check found, written out: one module for each format, loaded when it is asked for.

`view` prepares what people read (order, sentences, safe text) once for all formats; json and csv, which
programs read, take the values themselves.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from auditor.audit.result import AuditResult, CheckedTarget

_MODULES = {
    "json": "as_json",
    "csv": "as_csv",
    "markdown": "as_markdown",
    "html": "as_html",
}


class _Writer(Protocol):
    """What each format's module holds."""

    def audit(self, result: AuditResult) -> str: ...
    def check(self, targets: Sequence[CheckedTarget]) -> str: ...


def render_audit(result: AuditResult, format: str, *, columns: int | None = None) -> str:  # noqa: A002 - the option's name
    """`result` as table, json, csv, markdown or html.

    `columns` is the width of the terminal that a table is for; None: no terminal, so plain text without
    colours, and nothing wrapped. Raises KeyError for another format.
    """
    if format == "table":
        from auditor.report.audit import table

        return table.audit(result, columns=columns)
    return _writer(format).audit(result)


def render_check(targets: Sequence[CheckedTarget], format: str, *, columns: int | None = None) -> str:  # noqa: A002
    """What was found about `targets`, in their order; formats and `columns` as for `render_audit`."""
    if format == "table":
        from auditor.report.audit import table

        return table.check(targets, columns=columns)
    return _writer(format).check(targets)


def _writer(name: str) -> _Writer:
    return cast("_Writer", import_module(f"auditor.report.audit.{_MODULES[name]}"))
