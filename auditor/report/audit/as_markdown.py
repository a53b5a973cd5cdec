"""The report as a Markdown document (CommonMark with GitHub's tables)."""

import re
from collections.abc import Iterable, Iterator, Sequence

from auditor.audit.result import AuditResult, CheckResult
from auditor.report.audit.license_history import HEADING
from auditor.report.audit.shown import AuditView, Found, PhotoRow
from auditor.report.audit.view import audit_view, check_view
from auditor.text import count, whole_lines

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~#&$]")


def audit(result: AuditResult) -> Iterator[str]:
    """The audit, all photos of it."""
    return whole_lines(_audit(audit_view(result)))


def check(result: CheckResult) -> str:
    """What was found about each target."""
    checked = check_view(result)
    lines = ["# Flickr photos in datasets", "", *map(escape, checked.where), ""]
    for view in checked.targets:
        headline = escape(view.headline)
        lines += [f"## {escape(view.target)}", "", f"{headline[:1].upper()}{headline[1:]}.", ""]
        for note in view.notes:
            lines += [escape(note), ""]
        for photo in view.photos:
            lines += _photo(photo)
    return "".join(whole_lines(lines))


def _audit(view: AuditView) -> Iterable[str]:
    yield from (f"# Audit of {escape(view.owner)}", "", f"**{escape(view.headline)}.**", "")
    for caution in view.cautions:
        yield from (f"> {escape(caution)}", "")
    yield from (f"- {escape(detail)}" for detail in view.details)
    yield from (
        "",
        f"Audit of {escape(view.generated)}; account as of {escape(view.snapshot) or 'unknown'}.",
        "",
    )
    yield from _steps(view)
    yield from _section("Your photos in datasets", view.photos)
    yield from _section(view.gone_title, view.gone)
    if view.files:
        yield from ("## Files on your disk that datasets hold", "")
        for file in view.files:
            yield f"- {escape(file.path)}"
            yield from _places(file.found)
        yield ""
    yield from _checked(view)
    yield from _not_checked(view)
    if view.lineage:
        yield from ("## Drawn from the same source", "", *(f"- {escape(line)}" for line in view.lineage), "")
    yield from ("## Settings for your next uploads", "", *(f"- {escape(line)}" for line in view.uploads), "")
    if view.licenses:
        yield from (f"## {HEADING}", "", *(f"- {escape(line)}" for line in view.licenses), "")


def _steps(view: AuditView) -> Iterable[str]:
    if view.steps:
        yield from ("## What to do now", "")
    for step in view.steps:
        yield from (f"{escape(step.why)}:", "", f"    {step.command}", "")


def _section(heading: str, photos: Sequence[PhotoRow]) -> Iterable[str]:
    if photos:
        yield from (f"## {heading}", "")
    for photo in photos:
        yield from _photo(photo)


def _photo(photo: PhotoRow) -> Iterable[str]:
    name = f"[{photo.id}](<{photo.url}>)" if photo.id else "(no photo id recorded)"
    if photo.title:
        tag = "tagged no\\_cv" if photo.has_no_cv else "not tagged no\\_cv"
        name += f" {escape(photo.title)}: {photo.privacy}, {escape(photo.license)}, {tag}"
    yield f"- {name}"
    yield from _places(photo.found)
    yield from (f"  - drawn from one another: {escape(chain)}" for chain in photo.chains)
    yield ""


def _places(places: Iterable[Found]) -> Iterable[str]:
    for found in places:
        yield f"  - **{escape(found.dataset.short)}** ({found.dataset.kind}): {escape(found.sentence)}"


def _checked(view: AuditView) -> Iterable[str]:
    if not view.indexes:
        return
    yield from ("## Checked", "")
    yield "| Dataset | About | Your photos | Not any more | Records | Index of | Source (sha256) | Is |"
    yield "|---|---|--:|--:|--:|---|---|---|"
    for row in view.indexes:
        sources = ", ".join(f"{escape(name)} ({sha256}…)" for name, sha256 in row.sources)
        numbers = f"{row.photos:,} | {row.gone:,} | {row.records:,}"
        index = f"{row.built} | {sources} | {escape(row.provenance)}"
        yield f"| {escape(row.dataset.title)} | {row.dataset.kind} | {numbers} | {index} |"
    yield ""


def _not_checked(view: AuditView) -> Iterable[str]:
    if not view.missing:
        return
    total = sum(len(group.all) for group in view.missing)
    yield from (f"## Not checked: {count(total, 'dataset')}", "")
    for group in view.missing:
        yield from (f"### {escape(group.reason)} ({len(group.all)})", "")
        yield from (f"- **{escape(item.title)}** ({item.about}): {escape(item.reason)}" for item in group.all)
        yield ""


def escape(text: str) -> str:
    """`text` with all that Markdown or HTML would read as markup escaped."""
    return _SPECIAL.sub(r"\\\g<0>", text)
