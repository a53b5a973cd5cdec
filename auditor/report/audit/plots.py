"""The charts of an audit as files, for talks and articles: PNG and SVG, drawn by matplotlib (extra `plots`).

The figures are those of the page (`charts`): counts of photos. No title or name of a photo is in them.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor.audit.result import AuditResult
from auditor.errors import ConfigurationError
from auditor.files import private_dir, storage_errors
from auditor.report.audit import charts
from auditor.report.audit.as_html import charted
from auditor.report.audit.shown import AuditView
from auditor.report.audit.view import audit_view

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS: Final = ("png", "svg")
_COLOURS: Final = {
    "face": "#b3261e",
    "other": "#8a5a00",
    "huge": "#7b8794",
    "own": "#0b57a4",
    "good": "#1f6f43",
    "none": "#b3261e",
}


def draw(result: AuditResult, folder: Path) -> list[Path]:
    """Write the charts of `result` into `folder`, which is made where it is missing; return the files.

    Errors: `ConfigurationError` without matplotlib, `StorageError` when the disk gives out.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"charts as files need {error.name}, which is not installed",
            hint="Run: pip install 'flickr-auditor[plots]'",
        ) from error
    view = audit_view(result)
    drawn = [charted(photo, int(view.generated[:4] or 0)) for photo in view.photos]
    private_dir(folder)
    written = []
    for name, paint in {"datasets": _datasets, "years": _years, "protection": _protection}.items():
        figure = Figure(figsize=(9, 5), layout="constrained")
        paint(figure.subplots(), view, drawn)
        for kind in KINDS:
            path = folder / f"{name}.{kind}"
            with storage_errors(path):
                figure.savefig(path, dpi=160, metadata={"Date": None} if kind == "svg" else None)
            written.append(path)
    return written


def _datasets(axes: "Axes", view: AuditView, _: list[charts.Charted]) -> None:
    rows = [row for row in reversed(view.indexes) if row.photos]
    colours = [_COLOURS[row.dataset.mark] for row in rows]
    axes.bar_label(
        axes.barh([row.dataset.short for row in rows], [row.photos for row in rows], color=colours)
    )
    axes.set_title(f"{view.headline} ({view.generated[:10]})")
    axes.set_xlabel("photos")


def _years(axes: "Axes", _: AuditView, drawn: list[charts.Charted]) -> None:
    years = sorted({photo.year for photo in drawn if photo.year is not None})
    below = [0] * len(years)
    for kind, label in charts.KINDS.items():
        counts = [sum(photo.kind == kind and photo.year == year for photo in drawn) for year in years]
        axes.bar([str(year) for year in years], counts, bottom=below, color=_COLOURS[kind], label=label)
        below = [low + high for low, high in zip(below, counts, strict=True)]
    undated = sum(photo.year is None for photo in drawn)
    axes.set_title(
        "Exposed photos by the year they were taken" + (f" ({undated} undated)" if undated else "")
    )
    axes.legend()


def _protection(axes: "Axes", _: AuditView, drawn: list[charts.Charted]) -> None:
    bars = charts.protection(drawn)[::-1]
    colours = [_COLOURS["none" if bar.kind == "none" else "good"] for bar in bars]
    axes.bar_label(axes.barh([bar.label for bar in bars], [bar.number for bar in bars], color=colours))
    axes.set_title(f"Protected so far, of {charts.exposed(drawn)}")
