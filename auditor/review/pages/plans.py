"""A plan: what would change, what cannot be undone, and the number to type before anything does.

It is the very planner of the command line, with a client that can only read.
"""

from itertools import islice

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auditor import clock
from auditor.errors import ConfigurationError, NotAllowedError, UsageError
from auditor.flickr.api import ReadApi
from auditor.mitigation.kinds.registry import ASKED
from auditor.mitigation.planning import policy_file
from auditor.mitigation.planning.build_plan import PlanRequest, make_plan
from auditor.mitigation.planning.plan import Plan
from auditor.mitigation.planning.plan_store import check_origin
from auditor.mitigation.planning.policy import Actions, Match, Policy
from auditor.mitigation.running.journal import plan_state
from auditor.mitigation.running.run import carry_out, check_plan, run_context, start
from auditor.report.audit.cards import editor_links
from auditor.report.plan_view import plan_view
from auditor.review.forms import Form, read_form, see
from auditor.review.jobs import JobProgress
from auditor.review.render import page, state_of
from auditor.review.state import SUGGESTED, State
from auditor.review.words import on_page
from auditor.text import count
from auditor.workspace import Workspace

SHOWN = 200
"""Photos of a plan on its page; the report of the plan has all."""


async def make(request: Request) -> Response:
    """Plan the ticked photos."""
    form = await read_form(request)
    state = state_of(request)
    state.chosen = {key: form.all(key) for key in ASKED}
    actions = _actions(form)
    if not state.selection.ids:
        raise UsageError("no photo is ticked", hint="Tick photos first.")

    def work(progress: JobProgress) -> str:
        plan = _make(state, actions, progress)
        state.chosen = SUGGESTED
        progress.lead(f"/plans/{plan.plan_id}")
        return f"{count(len(plan.changes), 'change')} planned"

    state.jobs.start("plan", "Planning the changes", "/photos", work)
    await run_in_threadpool(state.jobs.settle, "plan")
    return see("/jobs/plan")


def _actions(form: Form) -> Actions:
    """What the form asks for. Errors: `UsageError`."""
    asked = Actions.asked({key: [word for word in form.all(key) if word] for key in ASKED})
    if not asked:
        raise UsageError("no action is given", hint="Choose at least one change.")
    return asked


def _make(state: State, actions: Actions, progress: JobProgress) -> Plan:
    ids = frozenset(state.selection.ids)
    with state.workspace(progress) as space:
        given = space.settings
        api = _read_api(space)
        plan = make_plan(
            PlanRequest(
                [Policy("review", Match(), actions)],
                Match(ids=ids),
                policy_file.exceptions(given.exceptions),
            ),
            space.conn,
            given.indexes,
            api,
            nsid=space.required_nsid(),
            now=clock.utc(),
            budget=space.planned_budget(),
            progress=progress,
        )
        space.plans.write(plan)
    return plan


def _read_api(space: Workspace) -> ReadApi | None:
    """None before login: a plan can be made without, but knows less and says so."""
    try:
        return space.read_api(wait=False)
    except (ConfigurationError, NotAllowedError):
        return None


def show(request: Request) -> Response:
    """What a plan would do, or did."""
    state = state_of(request)
    with state.workspace() as space:
        plan = space.plans.load(request.path_params["plan_id"])
        journal = space.journal
        run = journal.run_of(plan.plan_id)
        now_state = plan_state(plan, journal, clock.utc(), space.required_nsid())
        photos = {photo.id: photo for photo in space.store.photos(plan.nsid)}
        planned = dict.fromkeys(change.photo_id for change in plan.changes)
        known = [photos[key] for key in islice(planned, SHOWN) if key in photos]
        pictures = dict.fromkeys(planned) | state.pictures_of(space, plan.nsid, known)
        view = plan_view(plan, now_state, photos)
        ready = bool(space.settings.api_key and space.settings.api_secret)
    return page(
        request,
        "plan_page.html",
        plan=plan,
        view=view,
        skipped=[(on_page(reason), ids) for reason, ids in view.skipped],
        state=now_state,
        run=run,
        ready=ready,
        by_hand=() if ready else editor_links(list(planned)),
        lasting=[change for change in plan.changes if change.reversible != "yes"],
        pictures=pictures,
        shown=SHOWN,
        number=len(plan.changes),
    )


async def apply(request: Request) -> Response:
    """Make the changes of a plan, once the number of them was typed."""
    form = await read_form(request)
    state = state_of(request)
    plan_id = request.path_params["plan_id"]

    def load() -> Plan:
        with state.workspace() as space:
            plans = space.plans
            plan = plans.load(plan_id)
            check_origin(plan, plans, foreign=False)
            check_plan(
                plan,
                space.journal,
                len(space.store.photos(plan.nsid)),
                len(plan.changes),  # the number was typed: that is the cap
                clock.utc(),
            )
            return plan

    plan = await run_in_threadpool(load)
    if form.get("number").replace(",", "") != str(len(plan.changes)):
        raise UsageError(
            f"this plan makes {count(len(plan.changes), 'change')}, and you typed {form.get('number')!r}",
            hint="Nothing was changed. Type the number of changes to apply them.",
        )
    state.selection.set({change.photo_id for change in plan.changes}, ticked=False)
    return begin(state, plan)


def begin(state: State, plan: Plan) -> Response:
    """Start, or go on with, the run of `plan`; a second click joins the job that is under way."""

    def work(progress: JobProgress) -> str:
        with state.workspace(progress) as space, space.account_lock("undo" if plan.undoes else "apply"):
            space.check_account(plan.nsid)
            journal = space.journal
            known = journal.run_of(plan.plan_id)
            if known is not None and known.finished_at is not None:
                return "applied already"
            context = run_context(
                space.settings,
                space.credentials(),
                space.budget(wait=False),
                journal,
                space.store,
                progress,
            )
            run = start(plan, context)
            carry_out(run, context)
        return "the run has ended"  # what became of each change is on its page

    name = f"apply-{plan.plan_id}"
    what = "Undoing" if plan.undoes else "Applying"
    state.jobs.start(name, f"{what} {count(len(plan.changes), 'change')}", f"/plans/{plan.plan_id}/run", work)
    return see(f"/jobs/{name}")


def run_of(request: Request) -> Response:
    """From a plan to its run; back to the plan where nothing could begin."""
    plan_id = request.path_params["plan_id"]
    with state_of(request).workspace() as space:
        run = space.journal.run_of(plan_id)
    return see(f"/runs/{run.run_id}" if run else f"/plans/{plan_id}")


ROUTES = [
    Route("/plans", make, methods=["POST"]),
    Route("/plans/{plan_id}", show),
    Route("/plans/{plan_id}/apply", apply, methods=["POST"]),
    Route("/plans/{plan_id}/run", run_of),
]
