"""``optout``: letters that ask publishers to remove photos, and what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli.output import Format, FormatOption, OutputOption, emit, emit_json, note
from auditor.cli.session import Session
from auditor.errors import ConfigurationError, RefusedError, UsageError
from auditor.optout.law import Ground, Role

if TYPE_CHECKING:
    from auditor.audit.audit import AccountState
    from auditor.datasets.card import Card
    from auditor.datasets.index.lookup import Index
    from auditor.flickr.urls import PhotoAddress
    from auditor.optout.cases import Case
    from auditor.optout.letter import Letter
    from auditor.optout.photos import RequestedPhoto
    from auditor.optout.workflow import Desk

EXIT_OVERDUE = 1
MAX_ANSWER_BYTES = 1 << 20

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case's id, as in `optout status`.")]
OnOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day it happened; today if left out."
    ),
]


def register(app: typer.Typer, guarded: Callable[..., Any]) -> None:
    """Add the group ``optout`` to the program."""
    group = typer.Typer(
        help="Letters that ask publishers to remove photos, and what became of them. No legal advice.",
        no_args_is_help=True,
    )
    for function in (draft, sent, answer, close, status, recheck):
        group.command(function.__name__)(guarded(function))
    app.add_typer(group, name="optout")


def draft(
    context: typer.Context,
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="The dataset's name, as in `datasets list`.")
    ],
    ground: Annotated[
        Ground, typer.Option(help="The law that the letter rests on; none: a courteous request.")
    ] = Ground.NONE,
    role: Annotated[
        Role, typer.Option("--as", help="Who asks: the photographer, a person shown, or a child's guardian.")
    ] = (Role.PHOTOGRAPHER),
    name: Annotated[str | None, typer.Option(help="Your name as it shall stand in the letter.")] = None,
    lang: Annotated[str | None, typer.Option(metavar="en|de|fr|es", help="The letter's language.")] = None,
    link: Annotated[
        list[str] | None,
        typer.Option(help="A photo that shows you or the child; can be given several times."),
    ] = None,
    include_private: Annotated[
        bool, typer.Option("--include-private", help="Name photos too that are not public on Flickr.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the files, instead of one in the home.")
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Write a letter with the link of every photo that a dataset holds. Nothing is sent."""
    from auditor.datasets import catalogue
    from auditor.datasets.index.lookup import Index
    from auditor.optout import language, law, photos, summary
    from auditor.optout.case_store import CaseStore
    from auditor.optout.workflow import Wish
    from auditor.text import plain

    session: Session = context.obj
    card = catalogue.get(dataset)
    law.law(ground, role)
    chosen = language.get(lang or session.settings.optout.get("lang", "en"))
    links = _links(link or [], role)
    desk = _desk(session)
    index = Index.open(session.settings.indexes / card.name)
    left_out: dict[str, int] = {}
    state = None
    if role is Role.PHOTOGRAPHER:
        state = _account_state(session)
        found = _in_account(state, index, card)
    else:
        found = photos.from_links(links, index, card.certainty)
        left_out["not in the index"] = len({photo.photo_id for photo in links}) - len(found)
    selection = photos.select(found, include_private=include_private)
    left_out["not public on Flickr (--include-private names them)"] = len(selection.left_out)
    case: Case | None = None
    letters: tuple[Letter, ...] = ()
    if selection.asked:
        sender = plain(name or session.settings.optout.get("name", "")) or None
        wish = Wish(ground, role, chosen.code, sender, include_private)
        account = state.account if state else None
        case, letters = desk.draft(wish, card, selection, index, account=account, out=out)
    report = summary.DraftReport(
        case=case,
        dataset=card.name,
        left_out={reason: number for reason, number in left_out.items() if number},
        gone=letters[0].gone_count if letters else 0,
        parts=len(letters),
        fill_in=summary.fill_in(case) if case else (),
        warnings=summary.warnings(card, case, selection, CaseStore(session.conn).all()) if case else (),
    )
    if format is Format.json:
        emit_json(summary.draft_json(report, desk.today), output)
        return
    emit(summary.draft_text(report, desk.today), output)
    for warning in report.warnings:
        note(f"Note: {warning}")


def sent(
    context: typer.Context,
    case_id: CaseArgument,
    on: OnOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Write down that the letter, or a follow-up, was sent: the deadline begins."""
    from auditor.optout import cases

    today = _today()
    _move(context.obj, case_id, "sent", lambda case, day: cases.sent(case, day, today), on, format, output)


def answer(
    context: typer.Context,
    case_id: CaseArgument,
    text_file: Annotated[
        Path | None,
        typer.Option("--text-file", metavar="FILE", help="The answer's text, kept with the case."),
    ] = None,
    on: OnOption = None,
    received: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The day on which, they say, your letter arrived: the deadline counts from then."
            " Without --text-file and --on the case goes on waiting.",
        ),
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Write down the publisher's answer."""
    from auditor.optout import cases

    today = _today()
    text = _read(text_file) if text_file else ""
    waits = received is not None and text_file is None and on is None

    def step(case: "Case", day: date) -> "Case":
        if received:
            case = cases.acknowledged(case, received.date(), today)
        return case if waits else cases.answered(case, day, today)

    event, day = ("acknowledged", received) if waits else ("answered", on)
    _move(context.obj, case_id, event, step, day, format, output, text)


def close(
    context: typer.Context,
    case_id: CaseArgument,
    on: OnOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """End a case: nothing more is waited for."""
    from auditor.optout import cases

    today = _today()
    _move(
        context.obj, case_id, "closed", lambda case, day: cases.closed(case, day, today), on, format, output
    )


def status(
    context: typer.Context,
    ics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the deadlines to this calendar file.")
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Show all cases: deadline, what is overdue, and the next step. Exit code 1: one is overdue."""
    from auditor.optout import summary
    from auditor.optout.case_store import CaseStore
    from auditor.optout.ics import calendar

    session: Session = context.obj
    cases, today = CaseStore(session.conn).all(), _today()
    if ics:
        emit(calendar(cases, datetime.now(UTC)), ics)
    if format is Format.json:
        emit_json(summary.status_json(cases, today), output)
    else:
        emit(summary.status_text(cases, today), output)
    if any(case.overdue(today) for case in cases):
        raise typer.Exit(EXIT_OVERDUE)


def recheck(
    context: typer.Context,
    case_id: CaseArgument,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="All files of the publisher's new index.")
    ],
    include_new: Annotated[
        bool, typer.Option("--include-new", help="Ask for photos too that the first letter did not name.")
    ] = False,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Look a case's photos up in the publisher's new index; write the follow-up for what is still there."""
    from auditor.datasets import catalogue
    from auditor.optout import photos, summary
    from auditor.optout.case_store import CaseStore
    from auditor.optout.next_index import missing_witnesses, new_index

    session: Session = context.obj
    desk, store = _desk(session), CaseStore(session.conn)
    case = store.get(case_id)
    card = catalogue.get(case.dataset)
    asked = store.asked(case.id)
    state = _account_state(session, also=asked) if case.nsid else None
    if state and state.account.nsid != case.nsid:
        raise RefusedError(
            f"case {case.id} is about the account {case.nsid}, but this home holds {state.account.nsid}",
            hint="Use the home of that account (--home DIR).",
        )
    with new_index(
        files,
        card,
        case.fingerprint,
        work=session.settings.home,
        memory_limit=session.settings.memory_limit,
        progress=session.progress,
    ) as index:
        found = _in_account(state, index, card) if state else photos.again(asked, index, card.certainty)
        case, result = desk.recheck(
            case, card, found, index, account=state.account if state else None, include_new=include_new
        )
        missing = missing_witnesses(index, case.fingerprint)
    warnings = summary.recheck_warnings(case, result, missing, include_new=include_new)
    if format is Format.json:
        emit_json(summary.recheck_json(case, result, desk.today, warnings), output)
        return
    emit(summary.recheck_text(case, result, desk.today, include_new=include_new), output)
    for warning in warnings:
        note(f"Note: {warning}")


def _move(
    session: Session,
    case_id: str,
    event: str,
    step: "Callable[[Case, date], Case]",
    on: datetime | None,
    format: Format,  # noqa: A002 - the option's name
    output: Path | None,
    text: str = "",
) -> None:
    """Take one step with a case, write it down and show the case."""
    from auditor import database
    from auditor.optout import summary
    from auditor.optout.case_store import CaseStore

    today = _today()
    day = on.date() if on else today
    store = CaseStore(session.conn)
    with database.transaction(session.conn):
        case = step(store.get(case_id), day)
        store.save(case, event=event, on=day, note=text)
    if format is Format.json:
        emit_json(summary.case_json(case, today), output)
    else:
        emit(summary.case_text(case, today), output)


def _desk(session: Session) -> "Desk":
    from auditor.optout.workflow import Desk

    return Desk(session.conn, session.settings.home / "letters", _today(), _templates(session))


def _templates(session: Session) -> Path | None:
    """The user's folder of templates, relative to the settings file that names it."""
    named = session.settings.optout.get("templates")
    if not named:
        return None
    base = session.settings.config_file.parent if session.settings.config_file else Path()
    folder = base / Path(named).expanduser()
    if not folder.is_dir():
        raise ConfigurationError(
            f"there is no folder {folder}", hint="Mend [optout] templates in the settings."
        )
    return folder


def _account_state(session: Session, also: "Sequence[RequestedPhoto]" = ()) -> "AccountState":
    """The account as it is known; `also` photos are looked for even if gone."""
    from auditor.audit.run import account_state

    state = account_state(session.conn)
    gone = state.gone_ids | {photo.photo_id for photo in also if photo.photo_id} - {
        photo.id for photo in state.photos
    }
    return replace(state, gone_ids=gone)


def _in_account(state: "AccountState", index: "Index", card: "Card") -> "Sequence[RequestedPhoto]":
    """What one index holds of the account."""
    from auditor.audit.audit import audit
    from auditor.datasets import catalogue
    from auditor.optout.photos import from_audit

    now = datetime.now(UTC).isoformat(timespec="seconds")
    result = audit(state, [index], catalogue.load(), generated_at=now, only=[card.name])
    return from_audit(result, state, index)


def _links(texts: Sequence[str], role: Role) -> "list[PhotoAddress]":
    """The photos given with ``--link``: needed, and meant, for people shown only."""
    from auditor.flickr.urls import parse_photo
    from auditor.text import plain

    if role is Role.PHOTOGRAPHER:
        if texts:
            raise UsageError(
                "--link is for people shown in a photo",
                hint="Add --as subject or --as guardian, or leave --link out.",
            )
        return []
    if not texts:
        raise UsageError(f"--as {role} needs the photos", hint="Give the link of each photo with --link.")
    photos = []
    for text in texts:
        photo = parse_photo(text)
        if photo is None:
            raise UsageError(
                f"{plain(text, 200)} is no link to a Flickr photo",
                hint="Open the photo on Flickr and copy its link.",
            )
        photos.append(photo)
    return photos


def _read(path: Path) -> str:
    from auditor.text_files import decode

    try:
        with path.open("rb") as file:
            data = file.read(MAX_ANSWER_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > MAX_ANSWER_BYTES:
        raise UsageError(
            f"{path} is longer than a letter", hint="Give the text of the answer only, up to 1 MB."
        )
    try:
        return decode(data)
    except ValueError as error:
        raise UsageError(f"{path} {error}", hint="Give the text of the answer, saved in UTF-8.") from None


def _today() -> date:
    """The day where the user is."""
    return datetime.now().astimezone().date()
