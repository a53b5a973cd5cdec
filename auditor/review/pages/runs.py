"""Runs, from here and from the command line: what became of each change, and the way back."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from auditor.mitigation.change import OPEN, ChangeRecord
from auditor.mitigation.kinds.hide import Hide
from auditor.mitigation.kinds.registry import describe
from auditor.mitigation.planning.plan import Plan
from auditor.mitigation.running.undo import plan_of, prepare_undo
from auditor.mitigation.running.verify import verify_run
from auditor.report.run import run_json, runs_json
from auditor.review.forms import read_form, see
from auditor.review.jobs import JobProgress
from auditor.review.pages.jobs import event
from auditor.review.pages.plans import begin
from auditor.review.render import fragment, page, state_of
from auditor.text import count, plain
from auditor.workspace import Workspace

SHOWN = 500
"""Changes on the page of a run, those that went wrong first."""
WAITING = 10
"""Plans that were not applied, the newest."""
_LOOK = 1.0


def runs(request: Request) -> Response:
    """All runs and the plans that wait, the newest first."""
    state = state_of(request)
    with state.workspace() as space:
        listed = runs_json(space.journal.runs())["runs"]
        plans = space.plans.waiting(space.nsid, WAITING) if space.nsid else []
    return page(request, "runs.html", runs=listed, plans=plans)


def run(request: Request) -> Response:
    """One run."""
    state = state_of(request)
    with state.workspace() as space:
        journal = space.journal
        found = journal.run(request.path_params["run_id"])
        records = journal.records(found.run_id)
        titles = {photo.id: plain(photo.title, 80) for photo in space.store.photos(found.nsid)}
    rank = {"failed": 0, "drifted": 1, "sent": 2, "pending": 3}
    order = sorted(records, key=lambda record: rank.get(record.state, 9))
    return page(
        request,
        "run.html",
        run=found,
        counts=_counts(records),
        items=[
            (record, titles.get(record.change.photo_id, ""), plain(describe(record.change)))
            for record in order[:SHOWN]
        ],
        total=len(records),
        hid=sum(record.change.mitigation == Hide.name and record.state == "done" for record in records),
        job=state.jobs.get(f"apply-{found.plan_id}"),
        checked=state.jobs.get(f"verify-{found.run_id}"),
    )


def _counts(records: Iterable[ChangeRecord]) -> dict[str, int]:
    """How many changes stand how."""
    counts = {"done": 0, "already": 0, "drifted": 0, "failed": 0, "left": 0}
    for record in records:
        counts["left" if record.state in OPEN else record.state] += 1
    return counts


async def events(request: Request) -> StreamingResponse:
    """The counts as the journal has them, while something is left; watching starts nothing.

    From the journal, so that runs of the command line count up here too.
    """
    state = state_of(request)

    def load() -> dict[str, int]:
        with state.workspace() as space:
            journal = space.journal
            return _counts(journal.records(journal.run(request.path_params["run_id"]).run_id))

    first = await run_in_threadpool(load)

    async def watch() -> AsyncIterator[str]:
        counts, last = first, dict[str, int]()
        while True:
            if counts != last:
                yield event("progress", fragment("run_counts.html", counts=counts))
                last = counts
            if not counts["left"]:
                yield event("end", "done")
                return
            if await request.is_disconnected():
                return
            await asyncio.sleep(_LOOK)
            counts = await run_in_threadpool(load)

    return StreamingResponse(watch(), media_type="text/event-stream")


async def resume(request: Request) -> Response:
    """Go on with a run that was interrupted here or elsewhere."""
    await read_form(request)
    state = state_of(request)

    def load() -> Plan:
        with state.workspace() as space:
            journal = space.journal
            found = journal.run(request.path_params["run_id"])
            return plan_of(found, journal.records(found.run_id))

    return begin(state, await run_in_threadpool(load))


async def verify(request: Request) -> Response:
    """Read every photo of the run again."""
    await read_form(request)
    state = state_of(request)
    run_id = request.path_params["run_id"]

    def work(progress: JobProgress) -> str:
        with state.workspace(progress) as space:
            found = space.journal.run(run_id)
            space.check_account(found.nsid)
            api = space.read_api(wait=False)
            photos = space.store.photos(found.nsid)
            findings = verify_run(found, space.journal, api, photos, progress=progress)
            result = run_json(found, findings, calls=api.calls, verifying=True)
        hidden = sum(finding.state == "unreadable" for finding in findings)
        other = len(findings) - result["verified"] - result["mismatched"] - hidden
        as_wanted = f"{count(result['verified'], 'change')} read back as wanted"
        rest = {"NOT as wanted": result["mismatched"], "that Flickr does not show": hidden}
        rest["not compared: not made, or changed again since"] = other
        return ", ".join([as_wanted, *(f"{number:,} {words}" for words, number in rest.items() if number)])

    state.jobs.start(f"verify-{run_id}", "Reading the photos again", f"/runs/{run_id}", work)
    return see(f"/jobs/verify-{run_id}")


async def undo(request: Request) -> Response:
    """Plan the way back; it is shown before it is gone, as every plan."""
    unhide = bool((await read_form(request)).get("unhide"))
    state = state_of(request)

    def load() -> Plan:
        with state.workspace() as space, space.account_lock("undo"):
            return _undo(space, request.path_params["run_id"], unhide=unhide)

    plan = await run_in_threadpool(load)
    return see(f"/plans/{plan.plan_id}")


def _undo(space: Workspace, run_id: str, *, unhide: bool) -> Plan:
    journal = space.journal
    found = journal.run(run_id)
    return prepare_undo(
        found,
        journal,
        space.plans,
        api=space.read_api(wait=False),
        photos=space.store.photos(found.nsid),
        budget=space.planned_budget(),
        unhide=unhide,
    )


ROUTES = [
    Route("/runs", runs),
    Route("/runs/{run_id}", run),
    Route("/runs/{run_id}/events", events),
    Route("/runs/{run_id}/resume", resume, methods=["POST"]),
    Route("/runs/{run_id}/verify", verify, methods=["POST"]),
    Route("/runs/{run_id}/undo", undo, methods=["POST"]),
]
