"""The report on a terminal: photos first, so that the summary is what stands above the prompt."""

import io
from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.audit.result import AuditResult, CheckResult
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
from auditor.text import count

MOST_PHOTOS = 50
_UNWRAPPED = 10_000  # columns: what a program or a pager reads is not broken into lines


def audit(result: AuditResult, *, columns: int | None = None) -> str:
    """The audit; on a terminal the first `MOST_PHOTOS` photos only, with a word on how to get all."""
    return _render(_audit(audit_view(result), MOST_PHOTOS if columns else None), columns)


def check(result: CheckResult, *, columns: int | None = None) -> str:
    """What was found about each target."""
    most = MOST_PHOTOS if columns else None
    return _render(_check(check_view(result), most), columns)


def _check(view: CheckView, most: int | None) -> Iterable[RenderableType]:
    for target in view.targets:
        yield from _target(target, most)
    yield Text()
    yield from (Text(sentence, style="dim") for sentence in view.where)


class _Whole(Text):
    """A line that is never broken or cut: links and commands are there to be copied."""


def _render(parts: Iterable[RenderableType], columns: int | None) -> str:
    console = Console(
        file=io.StringIO(),
        width=columns or _UNWRAPPED,
        force_terminal=columns is not None,
        color_system=None if columns is None else "auto",
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    lines: list[str] = []
    for part in parts:  # one by one: rich keeps kilobytes for each word of what it has captured
        with console.capture() as capture:
            console.print(part, soft_wrap=isinstance(part, _Whole))
        lines += (line.rstrip() for line in capture.get().splitlines())
    return "\n".join(lines).strip("\n") + "\n"


def _audit(view: AuditView, most: int | None) -> Iterable[RenderableType]:
    """All parts; `most` is how many photos of a kind are listed, None: all."""
    yield Text(f"Audit of {view.owner}, {view.generated}; account as of {view.snapshot or 'unknown'}.")
    yield from (Text(caution, style="bold yellow") for caution in view.cautions)
    yield from _photos("Your photos in datasets", view.photos, most)
    yield from _photos(view.gone_title, view.gone, most)
    if view.files:
        yield _heading("Files on your disk that datasets hold")
    for file in view.files:
        yield _Whole(file.path)
        yield from map(_found, file.found)
    yield Text(f"\n{view.headline}.", style="bold red" if view.tone == "alarm" else "bold")
    yield from map(Text, view.details)
    if view.indexes:
        yield Text()
        yield _indexes(view.indexes)
        yield _sources(view.indexes)
    yield from _coverage(view.missing)
    if view.lineage:
        yield _heading("Drawn from the same source")
        yield from map(Text, view.lineage)
    if view.steps:
        yield _heading("What to do now")
    for step in view.steps:
        yield Text(f"{step.why}:")
        yield _Whole(f"    {step.command}", style="cyan")
    yield _heading("Settings for your next uploads")
    yield from map(Text, view.uploads)


def _photos(heading: str, photos: Sequence[PhotoRow], most: int | None) -> Iterable[RenderableType]:
    if not photos:
        return
    yield _heading(heading)
    for photo in photos[:most]:
        yield from _photo(photo)
    if more := _left_out(photos, most):
        command = "flickr-auditor audit --format html --output report.html"
        yield Text(f"… and {more}. All of them: {command}", style="bold")


def _left_out(photos: Sequence[PhotoRow], most: int | None) -> str:
    """How many are not listed; "" when all are."""
    left = len(photos) - len(photos[:most])
    return count(left, "more photo") if left else ""


def _photo(photo: PhotoRow) -> Iterable[RenderableType]:
    head = Text(photo.id or "(no photo id recorded)", style="bold")
    if photo.title:
        head.append(f"  {photo.title}", style="not bold")
        tag = "tagged no_cv" if photo.has_no_cv else "not tagged no_cv"
        head.append(f"  [{photo.privacy}, {photo.license}, {tag}]", style="not bold dim")
    yield head
    if photo.url:
        yield _Whole(f"    {photo.url}", style="blue")
    yield from map(_found, photo.found)
    yield from (_indented(Text(f"drawn from one another: {chain}", style="dim")) for chain in photo.chains)


def _found(found: Found) -> RenderableType:
    text = Text(found.dataset.short, style="red" if found.dataset.is_face else "yellow")
    text.append(f": {found.sentence}", style="default")
    return _indented(text)


def _indexes(indexes: Sequence[IndexRow]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="underline")
    table.add_column("Dataset", overflow="fold", max_width=30)
    table.add_column("About", no_wrap=True)
    table.add_column("Yours", justify="right", no_wrap=True)
    table.add_column("Gone", justify="right", no_wrap=True)
    table.add_column("Records", justify="right", no_wrap=True)
    table.add_column("Index of", no_wrap=True)
    for row in indexes:
        color = "red" if row.dataset.is_face else "yellow"
        table.add_row(
            row.dataset.short,
            row.dataset.kind,
            f"{row.photos:,}",
            f"{row.gone:,}",
            f"{row.records:,}",
            row.built,
            style=color if row.found else None,
        )
    return table


def _sources(indexes: Sequence[IndexRow]) -> RenderableType:
    """The files of every index, with the start of their sha256; of sets in many parts the first."""
    built = []
    for row in indexes:
        first = " ".join(f"{name} {sha256}…" for name, sha256 in row.sources[:1])
        more = f" and {count(len(row.sources) - 1, 'other')}" if len(row.sources) > 1 else ""
        built.append(f"{row.dataset.short}: {first}{more} ({row.provenance})")
    return Text(f"Built from (sha256): {'; '.join(built)}.", style="dim")


def _coverage(groups: Sequence[MissingGroup]) -> Iterable[RenderableType]:
    if not groups:
        return
    yield _heading(f"Not checked: {count(sum(len(group.all) for group in groups), 'dataset')}")
    for group in groups:
        faces = ", ".join(item.dataset for item in group.faces)
        others = count(len(group.others), "other")
        names = f"{faces} and {others}" if faces and group.others else faces or others
        yield Text(f"{group.reason} ({len(group.all)}): {names}.")
    yield Text("--format html or json names them all, with the reason.", style="dim")


def _target(view: TargetView, most: int | None) -> Iterable[RenderableType]:
    head = Text(f"{view.target}: ", style="bold")
    head.append(view.headline, style="red" if view.photos else "yellow" if view.failed else "not bold")
    yield head
    yield from (_indented(Text(note, style="dim")) for note in view.notes)
    if view.is_photo:
        yield from (_found(found) for photo in view.photos for found in photo.found)
        return
    for photo in view.photos[:most]:
        yield from map(_indented, _photo(photo))
    if more := _left_out(view.photos, most):
        yield Text(f"… and {more}; --format csv or json lists all of them", style="bold")


def _indented(text: RenderableType) -> RenderableType:
    return Padding(text, (0, 0, 0, 4))


def _heading(text: str) -> RenderableType:
    return Text(f"\n{text}", style="bold underline")
