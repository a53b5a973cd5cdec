"""``plan`` and ``show``: exactly what would be done, before anything is."""

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor import clock
from auditor.cli.exit_codes import FOUND
from auditor.cli.output import (
    Format,
    FormatOption,
    OutOption,
    OutputOption,
    ReportFormat,
    ReportFormatOption,
    Thumbnails,
    ThumbnailsOption,
    columns,
    emit,
    note,
)
from auditor.cli.pictures import page_for
from auditor.cli.session import Session
from auditor.errors import ConfigurationError, NotAllowedError, UsageError
from auditor.mitigation.kinds.base import Option
from auditor.mitigation.kinds.registry import ASKED
from auditor.mitigation.planning.policy import Actions
from auditor.text import count, plain

if TYPE_CHECKING:
    from auditor.flickr.api import ReadApi
    from auditor.mitigation.planning.plan import Plan, PlanState
    from auditor.mitigation.planning.policy import Policy


def _with_actions(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with an option for every mitigation that people can ask for."""
    signature = inspect.signature(command)
    fixed = [entry for entry in signature.parameters.values() if entry.kind is not entry.VAR_KEYWORD]
    options = [_parameter(kind.option) for kind in ASKED.values() if kind.option is not None]
    place = list(signature.parameters).index("policy")
    parameters = [*fixed[:place], *options, *fixed[place:]]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return command


def _parameter(option: Option) -> inspect.Parameter:
    given = typer.Option(option.flag, metavar=option.metavar or None, help=option.help)
    form: Any = (list[str] if option.repeatable else str) if option.metavar else bool
    return inspect.Parameter(
        option.key,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None if option.metavar else False,
        annotation=Annotated[form | None if option.metavar else form, given],
    )


def _words(given: object) -> Sequence[str]:
    """The words of an option; of a flag its own name stands for it."""
    match given:
        case list():
            return given
        case str():
            return [given]
        case _:
            return ["yes"] if given else []


@_with_actions
def plan(
    context: typer.Context,
    all_photos: Annotated[bool, typer.Option("--all", help="Every photo of the account.")] = False,
    exposed: Annotated[bool, typer.Option("--exposed", help="Photos found in any dataset.")] = False,
    dataset: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Photos found in this dataset; repeatable."),
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Photos that everyone can see.")] = False,
    reusable: Annotated[
        bool,
        typer.Option("--reusable", help="Photos whose licence lets others reuse them."),
    ] = False,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Photos with this tag; repeatable, photos must have all."),
    ] = None,
    album: Annotated[
        list[str] | None, typer.Option(metavar="ALBUM", help="Photos in this album (title, id or link).")
    ] = None,
    taken_after: Annotated[
        str | None, typer.Option(metavar="DAY", help="Taken on this day or later.")
    ] = None,
    taken_before: Annotated[str | None, typer.Option(metavar="DAY", help="Taken before this day.")] = None,
    ids: Annotated[
        Path | None,
        typer.Option("--ids", metavar="FILE", help="The photos whose ids or links are in FILE."),
    ] = None,
    except_file: Annotated[
        Path | None,
        typer.Option("--except", metavar="FILE", help="Leave out the photos whose ids or links are in FILE."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A [[policy]] of your settings; repeatable, the strictest wins."),
    ] = None,
    out: OutOption = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit code 1 when there is something to change.")
    ] = False,
    format: FormatOption = Format.table,
    output: OutputOption = None,
    **wanted: Any,
) -> None:
    """Make a plan: the exact changes, as a file. It changes nothing on Flickr.

    Choose photos (every option narrows the choice) and what to do with them.
    """
    from auditor.flickr.privacy import Privacy
    from auditor.mitigation.kinds.add_tag import AddTag
    from auditor.mitigation.planning import policy_file
    from auditor.mitigation.planning.build_plan import PlanRequest, make_plan
    from auditor.mitigation.planning.photo_list import read_photo_list
    from auditor.mitigation.planning.policy import ANY, Except, Match, album_named
    from auditor.names import dataset_name

    narrow = Match(
        exposed_in=frozenset(map(dataset_name, dataset) if dataset else ({ANY} if exposed else ())),
        privacy=frozenset({Privacy.PUBLIC} if public else ()),
        license_allows=frozenset({"reuse"} if reusable else ()),
        tags=frozenset(map(AddTag().parse, tag or ())),
        albums=frozenset(map(album_named, album or ())),
        taken_after=policy_file.day(taken_after) if taken_after else None,
        taken_before=policy_file.day(taken_before) if taken_before else None,
        ids=read_photo_list(ids) if ids else None,
    )
    actions = Actions.asked({key: _words(given) for key, given in wanted.items()})
    if not (all_photos or narrow or policy):
        raise UsageError(
            "no photos are selected",
            hint="Add e.g. --exposed, --public, --ids FILE, or --all for every photo.",
        )
    if not (actions or policy):
        raise UsageError(
            "no action is given", hint="Add e.g. --add-tag no_cv or --license all-rights-reserved."
        )
    session: Session = context.obj
    exceptions = policy_file.exceptions(session.settings.exceptions)
    if except_file:
        exceptions += (Except(read_photo_list(except_file), "named in --except"),)
    api = read_api(session)
    made = make_plan(
        PlanRequest(_policies(session, policy or (), actions), narrow, exceptions),
        session.conn,
        session.settings.indexes,
        api,
        nsid=session.account,
        now=clock.utc(),
        budget=session.planned_budget(),
        progress=session.progress,
    )
    path = session.plans.write(made, out)
    _tell(session, made, path, format, output)
    if detailed_exitcode and made.changes:
        raise typer.Exit(FOUND)


def show(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="Id or file of a plan; last: the newest.")],
    format: ReportFormatOption = ReportFormat.table,
    output: OutputOption = None,
    thumbnails: ThumbnailsOption = Thumbnails.link,
) -> None:
    """Show what a plan would do, photo by photo."""
    from auditor.mitigation.planning.plan_store import Origin

    session: Session = context.obj
    plans = session.plans
    found = plans.load(plan, session.account)
    emit(rendered(session, found, format.value, output, thumbnails), output)
    origin = plans.origin(found)
    if origin in {Origin.FOREIGN, Origin.CHANGED}:
        note(f"This plan was {origin.value}: apply takes it only with --foreign.")
    if output is None and sys.stdout.isatty():
        plans.shown(found)


def rendered(
    session: Session,
    plan: "Plan",
    format: str,
    output: Path | None = None,
    thumbnails: Thumbnails = Thumbnails.none,
) -> str:
    """A plan as `show` writes it, with the titles that the local store knows; `thumbnails` are for html."""
    from auditor.report.plan import render_plan

    photos = {photo.id: photo for photo in session.store.photos(plan.nsid)}
    state = _state(session, plan)
    if format != "html":
        return render_plan(plan, format, state=state, photos=photos, columns=columns(output))
    changed = dict.fromkeys(change.photo_id for change in plan.changes)
    page = page_for(session, plan.nsid, thumbnails, [photos[key] for key in changed if key in photos])
    return render_plan(plan, format, state=state, photos=photos, picture=page.picture)


def _state(session: Session, plan: "Plan") -> "PlanState":
    from auditor.mitigation.running.journal import plan_state

    return plan_state(plan, session.journal, clock.utc(), session.nsid)


def _tell(session: Session, plan: "Plan", path: Path, format: Format, output: Path | None) -> None:
    from auditor.mitigation.planning.preflight import Estimate, cap_of

    emit(rendered(session, plan, format.value, output), output)
    estimate = Estimate(plan.estimated_calls, plan.estimated_minutes)
    note(
        f"{count(len(plan.changes), 'change')} to {count(plan.photos, 'photo')}: {estimate}."
        f" The plan is {plain(path)}"
    )
    if not plan.changes:
        return
    if _state(session, plan) == "stale":
        note(
            "Nothing was changed. The plan rests on data that is too old: flickr-auditor sync, and plan again"
        )
        return
    name = plan.plan_id if path.parent == session.settings.plans else path
    cap = cap_of(len(session.store.photos(plan.nsid)))
    more = f" --max-changes {len(plan.changes)}" if len(plan.changes) > cap else ""
    why = f" (it is refused above {cap:,} changes, unless you allow more)" if more else ""
    note(f"Nothing was changed yet. To apply it{why}: flickr-auditor apply {plain(name)}{more}")


def _policies(session: Session, names: Sequence[str], actions: Actions) -> "list[Policy]":
    """The named policies, each with the actions of the options too; without any, the options themselves."""
    from auditor.mitigation.planning import policy_file
    from auditor.mitigation.planning.policy import Match, Policy

    known = policy_file.policies(session.settings.policies)
    chosen = []
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no policy {name!r}",
                hint=f"Your settings have: {', '.join(sorted(known)) or 'none'}.",
            )
        chosen.append(known[name])
    if not chosen:
        return [Policy("options", Match(), actions)]
    return [replace(policy, actions=policy.actions | actions) for policy in chosen]


def read_api(session: Session, *, wait: bool = True) -> "ReadApi | None":
    """A client that can read, or None before login: a plan can be made without, but knows less."""
    try:
        return session.read_api(wait=wait)
    except (ConfigurationError, NotAllowedError):
        return None
