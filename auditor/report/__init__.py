"""What an audit or a check found, written out: one module for each format, loaded when it is asked for.

`view` prepares what people read (order, sentences, safe text) once for all formats; json and csv, which
programs read, take the values themselves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from auditor.audit.result import AuditResult, CheckResult


def linked(photo_id: str | None, address: str | None) -> str | None:  # noqa: ARG001 - see `Picture`
    """Pictures by link: the reader's browser asks Flickr for those it shows."""
    return address


Picture = Callable[[str | None, str | None], str | None]
"""Photo id, address of its picture at Flickr (None: the public sees none) → what the page shows: that
address, the picture's data, or None."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTML page is to know beside the result."""

    picture: Picture = linked
    can_apply: bool = True
    """An API key is set, so a plan can be applied."""


class _Writer(Protocol):
    """What each format's module holds."""

    def audit(self, result: AuditResult) -> Iterator[str]: ...
    def check(self, result: CheckResult) -> str: ...


def render_audit(
    result: AuditResult,
    format: str,
    *,
    columns: int | None = None,
    page: "Page | None" = None,
) -> str:
    """`result` as table, json, csv, markdown or html; see `audit_parts`."""
    return "".join(audit_parts(result, format, columns=columns, page=page))


def audit_parts(
    result: AuditResult,
    format: str,
    *,
    columns: int | None = None,
    page: "Page | None" = None,
) -> Iterator[str]:
    """`result` as table, json, csv, markdown or html, part by part: a large one takes much memory.

    `columns` is the width of the terminal that a table is for; None: no terminal, so plain text without
    colours, and nothing wrapped; `page` is for html.
    """
    if format == "table":
        from auditor.report.audit import table

        yield from table.audit(result, columns=columns)
    elif format == "html":
        from auditor.report.audit import as_html

        yield from as_html.audit(result, page or Page())
    else:
        yield from _writer(format).audit(result)


def render_check(result: CheckResult, format: str, *, columns: int | None = None) -> str:
    """What was found about each target, in their order; formats and `columns` as for `render_audit`."""
    if format == "table":
        from auditor.report.audit import table

        return table.check(result, columns=columns)
    return _writer(format).check(result)


def _writer(name: str) -> _Writer:
    return cast("_Writer", import_module(f"auditor.report.audit.as_{name}"))
