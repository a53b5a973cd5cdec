"""A plan written out as table, json, csv, markdown or an HTML contact sheet."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from auditor.account.photo import Photo
from auditor.mitigation.change import Change
from auditor.mitigation.kinds.registry import of
from auditor.mitigation.planning.plan import Plan, PlanState, to_json
from auditor.report import Picture, linked
from auditor.report.json_text import json_text
from auditor.report.plan_view import PlanView, flat, plan_view
from auditor.text import count, csv_table, plain, wrapped

MOST_PHOTOS = 50
_MOST_IDS = 5
CSV_COLUMNS = ("photo_id", "url", "title", "mitigation", "before", "after", "reversible", "note", "skipped")


def named_changes(changes: Sequence[Change], most: int) -> list[str]:
    """What `changes` are, each kind with its number of photos: ``3 photos: CC BY 2.0 → CC0``."""
    kinds = Counter(plain(of(change).brief(change)) for change in changes)
    lines = [f"{count(number, 'photo')}: {words}" for words, number in kinds.most_common(most)]
    if len(kinds) > most:
        lines.append(f"… and {count(len(kinds) - most, 'other kind')} of change")
    return lines


def render_plan(
    plan: Plan,
    format: str,
    *,
    state: PlanState = "ready",
    photos: Mapping[str, Photo] | None = None,
    columns: int | None = None,
    picture: Picture = linked,
) -> str:
    """`photos` of the local store give titles and thumbnails; `format` is table, json, csv, markdown or html.

    `columns`: the width of the terminal that a table is for; there it holds the first photos only. `picture`
    is for html.
    """
    if format == "json":
        return json_text(to_json(plan, state))
    view = plan_view(plan, state, photos or {})
    if format == "table":
        most = MOST_PHOTOS if columns else None
        return "".join(f"{wrapped(line, columns)}\n" for line in _table_lines(view, most))
    if format == "html":
        return _html(view, picture)
    if format == "csv":
        return csv_table(CSV_COLUMNS, _csv_rows(plan, view))
    return "\n".join(_markdown_lines(view)).rstrip() + "\n"


def _table_lines(view: PlanView, most: int | None) -> Iterator[str]:
    """Photo by photo, then what to know before, and last, above the prompt, the summary."""
    for photo in view.photos[:most]:
        yield f"{photo.id}  {photo.title}".rstrip()
        yield f"    {photo.url}"
        for words, note in photo.words:
            yield f"    {words}" + (f"  ({note})" if note else "")
    if most is not None and len(view.photos) > most:
        yield f"… and {count(len(view.photos) - most, 'more photo')}. To see all:"
        yield f"    flickr-auditor show {view.plan_id} --output plan.html"
    if view.photos:
        yield ""
    for reason, ids in view.skipped:
        some = ", ".join(ids[:_MOST_IDS]) + (" …" if len(ids) > _MOST_IDS else "")
        yield f"  left out, {reason}: {len(ids):,} ({some})"
    for title, number, effect in view.kinds:
        yield f"  {title} ({number:,}): {effect}"
    yield from (f"  ! {warning}" for warning in view.warnings)
    yield f"{view.headline}."
    yield from (f"  {detail}" for detail in view.details)


def _csv_rows(plan: Plan, view: PlanView) -> Iterator[tuple[str, ...]]:
    known = {photo.id: photo for photo in view.photos}
    for change in plan.changes:
        photo = known[change.photo_id]
        states = (flat(change.before), flat(change.after), change.reversible)
        yield (photo.id, photo.url, photo.title, change.mitigation, *states, change.note, "")
    for skip in plan.skipped:
        yield (skip.photo_id, "", "", skip.mitigation, "", "", "", "", skip.reason)


def _markdown_lines(view: PlanView) -> Iterator[str]:
    from auditor.report.audit.as_markdown import escape

    yield from (f"# {view.headline}", "", *(f"- {escape(detail)}" for detail in view.details), "")
    yield from (f"- **{title}** ({number:,}): {effect}" for title, number, effect in view.kinds)
    if view.warnings:
        yield from (
            "",
            f"## {view.warnings_title}",
            "",
            *(f"- {escape(warning)}" for warning in view.warnings),
        )
    if view.photos:
        yield from ("", "## Photo by photo", "")
    for photo in view.photos:
        yield f"- [{photo.id}](<{photo.url}>) {escape(photo.title)}".rstrip()
        for words, note in photo.words:
            yield f"  - {escape(words)}" + (f" ({escape(note)})" if note else "")
    if view.skipped:
        yield from ("", "## Left out", "")
        yield from (f"- {escape(reason)}: {', '.join(map(escape, ids))}" for reason, ids in view.skipped)


def _html(view: PlanView, picture: Picture) -> str:
    from auditor.report.page import render

    shown = {photo.id: picture(photo.id, photo.thumbnail) for photo in view.photos}
    return render("plan.html", view=view, shown=shown, pictures=shown.values())
