"""The report as one HTML file that needs nothing else: no script, only thumbnails by link from Flickr.

It is opened from disk and holds hostile titles, so besides Jinja's escaping its content security policy
allows inline styles and pictures of Flickr's host, nothing more.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from auditor.audit.result import AuditResult, CheckedTarget
from auditor.report.audit.view import audit_view, target_view
from auditor.text import count


def audit(result: AuditResult) -> str:
    """The audit, all photos of it."""
    return environment().get_template("audit.html").render(view=audit_view(result))


def check(targets: Sequence[CheckedTarget]) -> str:
    """What was found about each target."""
    views = [target_view(target) for target in targets]
    return environment().get_template("check.html").render(targets=views)


@cache
def environment() -> Environment:
    """The templates of `auditor/report/templates`, escaping by themselves."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["count"] = count
    return environment
