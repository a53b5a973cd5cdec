"""From a plan to its run: the checks that come before the first write, then the run, then the local store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from auditor import clock
from auditor.account.photo import Photo, account_from_person
from auditor.account.store import AccountStore
from auditor.errors import NotAllowedError, RefusedError
from auditor.flickr.api import Login, ReadApi
from auditor.flickr.budget import CallBudget
from auditor.flickr.transport import Credentials, Retry
from auditor.flickr.writing import WriteTransport
from auditor.mitigation.change import OPEN, Change
from auditor.mitigation.kinds.registry import WRITE_METHODS, of
from auditor.mitigation.planning import preflight
from auditor.mitigation.planning.flickr_facts import check_account
from auditor.mitigation.planning.plan import Plan, new_id
from auditor.mitigation.running.journal import Journal, Run, plan_state
from auditor.mitigation.running.photo_state import Reader
from auditor.mitigation.running.runner import Runner
from auditor.mitigation.running.verify import resolve
from auditor.progress import SILENT, Progress
from auditor.settings import Settings

_PERMISSIONS = ("read", "write", "delete")
"""What a login may do, each more than the one before."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run works with."""

    transport: WriteTransport
    journal: Journal
    store: AccountStore
    concurrency: int = 8
    retry: Retry = field(default_factory=Retry)
    progress: Progress = SILENT
    now: Callable[[], datetime] = clock.utc


def run_context(
    settings: Settings,
    credentials: Credentials,
    budget: CallBudget,
    journal: Journal,
    store: AccountStore,
    progress: Progress = SILENT,
) -> RunContext:
    """What runs of a home work with: the only client that can write, with the mitigations' methods alone."""
    transport = WriteTransport(
        credentials, budget, base_url=settings.flickr_url, methods=WRITE_METHODS, progress=progress
    )
    return RunContext(transport, journal, store, concurrency=settings.concurrency, progress=progress)


def check_plan(plan: Plan, journal: Journal, photos: int, cap: int | None, now: datetime) -> None:
    """Everything that needs no call to Flickr; a run that is under way was checked when it began.

    `cap` None: the default for an account of `photos` photos. Errors: `RefusedError`.
    """
    state = plan_state(plan, journal, now)
    if state == "stale":
        raise RefusedError(
            f"the plan is stale: it rests on data of {plan.snapshot_at:%Y-%m-%d}, and 7 days is the limit",
            hint="Run flickr-auditor sync, then make the plan again.",
        )
    if state == "ready" and plan.undoes is None:
        preflight.check_cap(len(plan.changes), photos, cap)


def check_permission(api: ReadApi, plan: Plan) -> None:
    """Errors: `NotAllowedError` for a login that may do less than the plan's mitigations need."""
    granted = api.permissions()
    needed = max((of(change).permission for change in plan.changes), key=_PERMISSIONS.index, default="read")
    if granted in _PERMISSIONS and _PERMISSIONS.index(granted) < _PERMISSIONS.index(needed):
        raise NotAllowedError(
            f"your login may only {granted}, and these changes need the permission to {needed}",
            hint=f"Run: flickr-auditor login --perms {needed}",
        )


def check_limits_now(api: ReadApi, login: Login, plan: Plan, context: RunContext, run: Run | None) -> None:
    """The limits of a free account, with the numbers of this moment; who is not told to be Pro may be free.

    Of a run that is under way what is left counts. Errors: `RefusedError`.
    """
    changes = plan.changes if run is None else _left(run, context.journal)
    if not any(change.mitigation == "privacy" for change in changes):
        return
    account = account_from_person(login, api.person(plan.nsid))
    if account.is_pro:
        return
    photos = context.store.photos(plan.nsid)
    if run is not None:
        # What took effect without an answer is in Flickr's count already, and must not count twice.
        resolve(Reader(api, run.nsid, photos), context.journal, run.run_id)
        changes = _left(run, context.journal)
    pages = (next(api.own_photos(privacy_filter=kind), None) for kind in (None, 1))
    everything, public = (page.total if page else None for page in pages)
    if everything is None or public is None:
        preflight.check_limits(account, preflight.non_public(photos), changes)
    else:
        preflight.check_limits(account, everything - public, changes, facts="as Flickr counts now")


def _left(run: Run, journal: Journal) -> tuple[Change, ...]:
    """The changes of a run that are still to be made."""
    return tuple(record.change for record in journal.records(run.run_id) if record.state in OPEN)


def start(plan: Plan, context: RunContext) -> Run:
    """The run of `plan`: the one that is under way, or a new one; both after the checks with Flickr."""
    api = ReadApi(context.transport)
    run = context.journal.run_of(plan.plan_id)
    login = check_account(api, plan.nsid)
    check_permission(api, plan)
    check_limits_now(api, login, plan, context, run)
    return run or context.journal.begin(plan, new_id("run", context.now()))


def carry_out(run: Run, context: RunContext) -> None:
    """Make the open changes of a run; the local store learns what is read back, its snapshot keeps its age.

    Errors: those of `Runner.run`; the run can then go on later.
    """
    known = context.store.account(run.nsid) is not None

    def keep(photos: Sequence[Photo]) -> None:
        if known and photos:
            context.store.update(run.nsid, photos, clock.wall())

    Runner(
        context.transport,
        Reader(ReadApi(context.transport), run.nsid, context.store.photos(run.nsid)),
        context.journal,
        run.run_id,
        keep=keep,
        concurrency=context.concurrency,
        retry=context.retry,
        progress=context.progress,
    ).run()
