"""An audit or a check as one HTML file: the number, what to do, charts that filter, and every photo."""

from collections.abc import Iterator

from auditor.audit.result import AuditResult, CheckResult
from auditor.flickr.privacy import Privacy
from auditor.report import Page
from auditor.report.audit import charts
from auditor.report.audit.cards import cards
from auditor.report.audit.shown import PhotoRow
from auditor.report.audit.view import audit_view, check_view
from auditor.report.page import parts, render

_HIDDEN = frozenset(privacy.value for privacy in Privacy if not privacy.is_public)
"""A privacy that is not known protects nobody."""


def audit(result: AuditResult, page: Page) -> Iterator[str]:
    """The audit, all photos of it."""
    view = audit_view(result)
    drawn = [charted(photo, int(view.generated[:4] or 0)) for photo in view.photos]
    pictures = [page.picture(photo.id, photo.thumbnail) for photo in view.photos]
    most = max((row.photos or row.gone for row in view.indexes), default=0)
    return parts(
        "audit.html",
        view=view,
        cards=list(cards(result, drawn, can_apply=page.can_apply)),
        rows=list(zip(view.photos, drawn, pictures, strict=True)),
        pictures=pictures,
        split=charts.split(drawn, result.photos),
        datasets=[
            charts.Bar(
                row.dataset.short,
                row.photos or row.gone,
                (row.photos or row.gone) / most,
                f"set={row.dataset.name}",
                row.dataset.mark,
            )
            for row in view.indexes
            if row.found
        ],
        years=charts.years(drawn),
        undated=sum(photo.year is None for photo in drawn),
        licences=charts.licences(drawn),
        protection=charts.protection(drawn),
        exposed=charts.exposed(drawn),
        groups=charts.LICENSE_GROUPS,
        kinds=charts.KINDS,
        ways=charts.PROTECTIONS,
    )


def check(result: CheckResult) -> str:
    """What was found about each target."""
    view = check_view(result)
    return render("check.html", targets=view.targets, where=view.where)


def charted(photo: PhotoRow, now: int) -> charts.Charted:
    """What the charts count of an exposed photo; `now` is this year."""
    ways = [
        way
        for way, applies in (
            ("tagged", photo.has_no_cv),
            ("reserved", charts.license_group(photo.license_id) == charts.RESERVED),
            ("hidden", photo.privacy in _HIDDEN),
        )
        if applies
    ]
    then = {charts.license_group(found.license_then_id) for found in photo.found}
    return charts.Charted(
        kind=min((found.dataset.mark for found in photo.found), key=list(charts.KINDS).index),
        year=charts.year_taken(photo.taken, now),
        license_now=charts.license_group(photo.license_id),
        licenses_then=tuple(sorted(then - {charts.UNKNOWN} or then)),
        protections=tuple(ways or ["none"]),
    )
