"""The contact sheet over the whole account: filter, tick, and see what would change."""

from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auditor.account.license_history import kept
from auditor.audit.license_facts import license_facts
from auditor.flickr import licenses
from auditor.flickr.tags import NO_CV, has_tag
from auditor.mitigation.kinds.registry import describe
from auditor.report.audit import charts
from auditor.review.forms import read_form, see
from auditor.review.library import PAGE, Filter, Library
from auditor.review.render import address, page, state_of
from auditor.text import plain


def photos(request: Request) -> Response:
    """A page of the photos that match."""
    state = state_of(request)
    wanted = Filter.parse(request.query_params)
    with state.workspace() as space:
        library = state.library(space)
        found = library.find(wanted)
        pages = max(1, -(-len(found) // PAGE))
        number = min(pages, max(1, _number(request.query_params.get("page", "1"))))
        entries = found[(number - 1) * PAGE : number * PAGE]
        pictures = state.pictures_of(space, library.result.account.nsid, (e.photo for e in entries))
    return page(
        request,
        "photos.html",
        entries=entries,
        pictures=pictures,
        wanted=wanted,
        total=len(found),
        everything=len(library.entries),
        number=number,
        pages=pages,
        ticked=frozenset(state.selection.ids),
        chosen=state.chosen,
        sets=[(row.dataset.name, row.dataset.short) for row in library.view.indexes if row.found],
        years=[(year, year) for year in sorted({e.year for e in library.entries if e.year}, reverse=True)],
        groups=charts.LICENSE_GROUPS,
        ways=charts.PROTECTIONS,
        kinds=charts.KINDS,
        view=library.view,
    )


def photo(request: Request) -> Response:
    """One photo: its exposures, and what was done with it."""
    state = state_of(request)
    with state.workspace() as space:
        library = state.library(space)
        nsid = library.result.account.nsid
        entry = library.by_id.get(request.path_params["photo_id"])
        if entry is None:
            raise HTTPException(404)
        picture = state.pictures_of(space, nsid, [entry.photo])[entry.id]
        held = kept(space.conn, [entry.id]).get(entry.id)
        done = [
            (run, record, plain(describe(record.change))) for run, record in space.journal.of_photo(entry.id)
        ]
    name = licenses.get(entry.photo.license_id).name if entry.photo.license_id else "licence unknown"
    ticked = entry.id in state.selection.ids
    return page(
        request,
        "photo.html",
        entry=entry,
        nsid=nsid,
        license=name,
        tagged=has_tag(entry.photo.tags, NO_CV),
        held=plain(str(license_facts(held, ()))) if held else "",
        done=done,
        checked=library.view.indexes,
        ticked=ticked,
        picture=picture,
    )


def picture(request: Request) -> Response:
    """The small picture of a photo of the account, drawn from the file of its export."""
    with state_of(request).workspace() as space:
        drawn = space.pictures(space.required_nsid()).get(request.path_params["photo_id"])
    if drawn is None:
        raise HTTPException(404)
    return Response(drawn, media_type="image/jpeg")


async def select(request: Request) -> Response:
    """Tick or untick: single photos, a page of them, or all that match a filter."""
    form = await read_form(request)
    state = state_of(request)
    what = form.get("what")
    ticked = form.get("ticked") != "no"

    def library() -> Library:
        with state.workspace() as space:
            return state.library(space)

    known = await run_in_threadpool(library)
    wanted = Filter.parse({name: form.get(f"filter_{name}") for name in Filter.__slots__})
    if what == "none":
        state.selection.clear()
    elif what == "all":
        state.selection.set((entry.id for entry in known.find(wanted)), ticked=ticked)
    else:
        state.selection.set((key for key in form.all("id") if key in known.by_id), ticked=ticked)
    if request.headers.get("accept") == "application/json":
        return JSONResponse({"selected": len(state.selection.ids)})
    return see(address("/photos", **replace(wanted).query(), page=form.get("page")))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


ROUTES = [
    Route("/photos", photos),
    Route("/photos/{photo_id:str}", photo),
    Route("/pictures/{photo_id:str}", picture),
    Route("/select", select, methods=["POST"]),
]
