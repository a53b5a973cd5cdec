"""The report as text: photos first, so that the summary is what stands above a terminal's prompt.

To a file or a pipe its parts are written as they are. A terminal gets them with styles and broken to its
width by rich, which is imported for it alone: that takes longer than much of what `check` does.
"""

from collections.abc import Iterable, Iterator, Sequence

from auditor.audit.result import AuditResult, CheckResult
from auditor.report.audit.license_history import HEADING
from auditor.report.audit.parts import Column, Grid, Line, Part, Span
from auditor.report.audit.shown import (
    AuditView,
    CheckView,
    Found,
    IndexRow,
    MissingGroup,
    PhotoRow,
    TargetView,
)
from auditor.report.audit.view import audit_view, check_view
from auditor.text import count, whole_lines

MOST_PHOTOS = 50
MOST_LICENSES = 40
"""Lines about licences on a terminal."""


def audit(result: AuditResult, *, columns: int | None = None) -> Iterator[str]:
    """The audit; on a terminal the first `MOST_PHOTOS` photos only, with a word on how to get all."""
    return _render(_audit(audit_view(result), MOST_PHOTOS if columns else None), columns)


def check(result: CheckResult, *, columns: int | None = None) -> str:
    """What was found about each target."""
    most = MOST_PHOTOS if columns else None
    return "".join(_render(_check(check_view(result), most), columns))


def _render(parts: Iterable[Part], columns: int | None) -> Iterator[str]:
    if columns is None:
        return whole_lines(line for part in parts for line in part.plain())
    from auditor.report.audit import terminal

    return whole_lines(terminal.lines(parts, columns))


def _check(view: CheckView, most: int | None) -> Iterator[Part]:
    for target in view.targets:
        yield from _target(target, most)
    yield Line()
    yield from (_text(sentence, "dim") for sentence in view.where)


def _audit(view: AuditView, most: int | None) -> Iterator[Part]:
    """All parts; `most` is how many photos of a kind are listed, None: all."""
    yield _text(f"Audit of {view.owner}, {view.generated}; account as of {view.snapshot or 'unknown'}.")
    yield from (_text(caution, "bold yellow") for caution in view.cautions)
    yield from _photos("Your photos in datasets", view.photos, most)
    yield from _photos(view.gone_title, view.gone, most)
    if view.files:
        yield from _heading("Files on your disk that datasets hold")
    for file in view.files:
        yield _text(file.path, whole=True)
        yield from map(_found, file.found)
    yield Line()
    yield _text(f"{view.headline}.", "bold red" if view.tone == "alarm" else "bold")
    yield from map(_text, view.details)
    if view.indexes:
        yield Line()
        yield _indexes(view.indexes)
        yield _sources(view.indexes)
    yield from _coverage(view.missing)
    if view.lineage:
        yield from _heading("Drawn from the same source")
        yield from map(_text, view.lineage)
    if view.steps:
        yield from _heading("What to do now")
    for step in view.steps:
        yield _text(f"{step.why}:")
        yield _text(step.command, "cyan", indent=4, whole=True)
    yield from _heading("Settings for your next uploads")
    yield from map(_text, view.uploads)
    yield from _licenses(view.licenses, MOST_LICENSES if most else None)


def _licenses(lines: Sequence[str], most: int | None) -> Iterator[Line]:
    if not lines:
        return
    yield from _heading(HEADING)
    yield from (_text(line, indent=2) for line in lines[:most])
    if most and (more := len(lines) - most) > 0:
        yield _text(f"… {more:,} more: --output FILE or --format json has all", indent=2)


def _photos(heading: str, photos: Sequence[PhotoRow], most: int | None) -> Iterator[Part]:
    if not photos:
        return
    yield from _heading(heading)
    for photo in photos[:most]:
        yield from _photo(photo)
    if more := _left_out(photos, most):
        command = "flickr-auditor audit --format html --output report.html"
        yield _text(f"… and {more}. All of them: {command}", "bold")


def _left_out(photos: Sequence[PhotoRow], most: int | None) -> str:
    """How many are not listed; "" when all are."""
    left = len(photos) - len(photos[:most])
    return count(left, "more photo") if left else ""


def _photo(photo: PhotoRow) -> Iterator[Line]:
    head = [Span(photo.id or "(no photo id recorded)", "bold")]
    if photo.title:
        tag = "tagged no_cv" if photo.has_no_cv else "not tagged no_cv"
        head += [Span(f"  {photo.title}"), Span(f"  [{photo.privacy}, {photo.license}, {tag}]", "dim")]
    yield Line(head)
    if photo.url:
        yield _text(photo.url, "blue", indent=4, whole=True)
    yield from map(_found, photo.found)
    yield from (_text(f"drawn from one another: {chain}", "dim", indent=4) for chain in photo.chains)


def _found(found: Found) -> Line:
    name = Span(found.dataset.short, "red" if found.dataset.is_face else "yellow")
    return Line([name, Span(f": {found.sentence}")], indent=4)


def _indexes(indexes: Sequence[IndexRow]) -> Grid:
    columns = (
        Column("Dataset", left=True, widest=30),
        Column("About", left=True),
        *(Column("Yours"), Column("Gone"), Column("Records")),
        Column("Index of", left=True),
    )
    rows = [
        (
            (
                row.dataset.short,
                row.dataset.kind,
                f"{row.photos:,}",
                f"{row.gone:,}",
                f"{row.records:,}",
                row.built,
            ),
            "" if not row.found else "red" if row.dataset.is_face else "yellow",
        )
        for row in indexes
    ]
    return Grid(columns, rows)


def _sources(indexes: Sequence[IndexRow]) -> Line:
    """The files of every index, with the start of their sha256; of sets in many parts the first."""
    built = []
    for row in indexes:
        first = " ".join(f"{name} {sha256}…" for name, sha256 in row.sources[:1])
        more = f" and {count(len(row.sources) - 1, 'other')}" if len(row.sources) > 1 else ""
        built.append(f"{row.dataset.short}: {first}{more} ({row.provenance})")
    return _text(f"Built from (sha256): {'; '.join(built)}.", "dim")


def _coverage(groups: Sequence[MissingGroup]) -> Iterator[Line]:
    if not groups:
        return
    yield from _heading(f"Not checked: {count(sum(len(group.all) for group in groups), 'dataset')}")
    for group in groups:
        faces = ", ".join(item.dataset for item in group.faces)
        others = count(len(group.others), "other")
        names = f"{faces} and {others}" if faces and group.others else faces or others
        yield _text(f"{group.reason} ({len(group.all)}): {names}.")
    yield _text("--format html or json names them all, with the reason.", "dim")


def _target(view: TargetView, most: int | None) -> Iterator[Line]:
    style = "bold red" if view.photos else "bold yellow" if view.failed else ""
    yield Line([Span(f"{view.target}: ", "bold"), Span(view.headline, style)])
    yield from (_text(note, "dim", indent=4) for note in view.notes)
    if view.is_photo:
        yield from (_found(found) for photo in view.photos for found in photo.found)
        return
    for photo in view.photos[:most]:
        yield from (line._replace(indent=line.indent + 4) for line in _photo(photo))
    if more := _left_out(view.photos, most):
        yield _text(f"… and {more}; --format csv or json lists all of them", "bold")


def _text(text: str, style: str = "", *, indent: int = 0, whole: bool = False) -> Line:
    return Line([Span(text, style)], indent, whole)


def _heading(text: str) -> Iterator[Line]:
    yield Line()
    yield _text(text, "bold underline")
