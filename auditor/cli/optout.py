"""``optout``: letters that ask publishers about photos and to remove them, and the cases that follow."""

import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor import clock
from auditor.cli.commands import example
from auditor.cli.listing import Leaf, Listing
from auditor.cli.output import Format, FormatOption, OutputOption, confirm, emit, emit_json, note
from auditor.cli.session import Session
from auditor.errors import ConfigurationError, RefusedError, UsageError
from auditor.files import user_path
from auditor.optout.case import AnswerClass
from auditor.optout.law import Ground, Role

if TYPE_CHECKING:
    from auditor.account.photo import Account
    from auditor.optout.answers import Proposal
    from auditor.optout.case import Case
    from auditor.optout.workflow import Desk, Drafted, Wish

EXIT_OVERDUE = 1
MAX_ANSWER_BYTES = 1 << 20

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="The case's id, as in `optout status`; last: the newest.")
]
OnOption = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day it happened (default: today)."),
]
GroundOption = Annotated[
    Ground,
    typer.Option(
        metavar="LAW",
        help="gdpr, uk-gdpr, bipa or ccpa: the law that the letter invokes; none: a polite request.",
    ),
]
RoleOption = Annotated[
    Role,
    typer.Option(
        "--as", metavar="WHO", help="photographer, subject (a person shown) or guardian (of a child)."
    ),
]
NameOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Your name as it should appear in the letter.")
]
LangOption = Annotated[str | None, typer.Option(metavar="en|de|fr|es", help="The letter's language.")]
DirOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder for the files (default: in the home folder).")
]


def register(app: typer.Typer, guarded: Callable[..., Any]) -> None:
    """Add the group ``optout`` to the program."""
    group = typer.Typer(
        cls=Listing,
        help="Letters that ask publishers about your photos, and to remove them. Not legal advice.",
        no_args_is_help=True,
    )
    for function in (ask, draft, sent, answer, remind, complain, close, status, recheck, file, folder):
        name = function.__name__
        group.command(name, cls=Leaf, epilog=example(f"optout {name}"))(guarded(function))
    app.add_typer(group, name="optout")


def ask(
    context: typer.Context,
    dataset: Annotated[
        str | None, typer.Argument(metavar="DATASET", help="The dataset's name, as in `datasets list`.")
    ] = None,
    all_unchecked: Annotated[
        bool,
        typer.Option(
            "--all-unchecked",
            help="Ask about every dataset that has no local index: one letter for each publisher.",
        ),
    ] = False,
    ground: GroundOption = Ground.NONE,
    role: RoleOption = Role.PHOTOGRAPHER,
    name: NameOption = None,
    lang: LangOption = None,
    link: Annotated[
        list[str] | None,
        typer.Option(metavar="LINK", help="A photo to name in the letter; repeatable."),
    ] = None,
    out: DirOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Ask a publisher whether your photos are in a dataset; needs no index. Nothing is sent."""
    from auditor.datasets import catalogue
    from auditor.optout import workflow
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    session: Session = context.obj
    if (dataset is None) is not all_unchecked:
        raise UsageError(
            "name one DATASET, or give --all-unchecked", hint="flickr-auditor optout ask ibm-dif"
        )
    wish = _wish(session, ground, role, name, lang)
    desk = _desk(session)
    if role is Role.PHOTOGRAPHER:
        session.store.required_snapshot()
    account = _account(session) if role is Role.PHOTOGRAPHER else None
    if dataset is not None:
        links = workflow.shown_in(link or [], role, optional=True)
        card = catalogue.get(dataset)
        report = workflow.ask(desk, wish, [card], account=account, links=links, out=out)
        _emit_draft(report, desk, format, output)
        return
    if role is not Role.PHOTOGRAPHER or link or out:
        raise UsageError(
            "--all-unchecked asks about your account alone", hint="Leave --as, --link and --out out."
        )
    asked = workflow.ask_all(desk, wish, _unchecked(session), account=account)
    if format is Format.json:
        emit_json(as_json.asked_all_json(asked, desk.today), output)
    else:
        emit(text.asked_all_text(asked), output)


def draft(
    context: typer.Context,
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="The dataset's name, as in `datasets list`.")
    ],
    ground: GroundOption = Ground.NONE,
    role: RoleOption = Role.PHOTOGRAPHER,
    name: NameOption = None,
    lang: LangOption = None,
    link: Annotated[
        list[str] | None,
        typer.Option(metavar="LINK", help="A photo that shows you or the child; repeatable."),
    ] = None,
    include_private: Annotated[
        bool, typer.Option("--include-private", help="Also name photos that are not public on Flickr.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Write instead to a host of copies, such as github or huggingface."
        ),
    ] = None,
    out: DirOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Write a letter with the link of every photo that a dataset holds. Nothing is sent."""
    from auditor.datasets import catalogue
    from auditor.datasets.index.lookup import Index
    from auditor.optout import workflow

    session: Session = context.obj
    card = catalogue.get(dataset)
    wish = _wish(session, ground, role, name, lang, include_private=include_private)
    links = workflow.shown_in(link or [], role)
    desk = _desk(session)
    index = Index.open(session.settings.indexes / card.name)
    state = workflow.account_state(session.conn, session.account) if role is Role.PHOTOGRAPHER else None
    report = workflow.draft(desk, wish, card, index, state=state, links=links, host=host, out=out)
    _emit_draft(report, desk, format, output)


def sent(
    context: typer.Context,
    case_id: CaseArgument,
    on: OnOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Record that the newest letter was sent: the deadline starts."""
    from auditor.optout import case as cases
    from auditor.optout import workflow

    desk = _desk(context.obj)
    day = on.date() if on else desk.today
    case = workflow.move(desk, case_id, "sent", lambda case: cases.sent(case, day, desk.today), day)
    _emit_case(case, desk, format, output)


def answer(
    context: typer.Context,
    case_id: CaseArgument,
    text_file: Annotated[
        Path | None,
        typer.Option("--text-file", metavar="FILE", help="The text of the answer; kept with the case."),
    ] = None,
    meaning: Annotated[
        AnswerClass | None,
        typer.Option(
            "--as",
            metavar="CLASS",
            help="What the answer says, e.g. confirmed, partly or refuses; if left out, one is suggested.",
        ),
    ] = None,
    links: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Links of your photos that the publisher sent: they become an index from the publisher.",
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --links: the dataset of the case that they are in."),
    ] = None,
    on: OnOption = None,
    received: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The date the publisher says it received your letter: the deadline counts from then."
            " Without --text-file and --on the case keeps waiting.",
        ),
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Record the publisher's answer, say what it means, and get the reply letter."""
    from auditor.optout import answers, incoming, workflow
    from auditor.optout import case as cases

    session: Session = context.obj
    desk = _desk(session)
    if received:
        day = received.date()
        case = workflow.move(
            desk, case_id, "acknowledged", lambda case: cases.acknowledged(case, day, desk.today), day
        )
        if not (text_file or on or meaning or links):
            _emit_case(case, desk, format, output)
            return
    if links:
        _take_links(session, desk, case_id, links, dataset, on, text_file, format, output)
        return
    before = desk.store.get(case_id)
    if meaning and not (text_file or on) and before.newest_answer:
        case = incoming.understand(desk, before.id, meaning)
    else:
        text = _read(text_file) if text_file else ""
        proposal = answers.propose(text) if text and meaning is None else None
        day = on.date() if on else desk.today
        case = incoming.record_answer(desk, before.id, day, text=text, proposal=proposal, meaning=meaning)
        if proposal:
            case = _confirmed(desk, case, proposal, format)
    case = workflow.reply(desk, case, account=_account(session))
    _emit_case(case, desk, format, output)


def _confirmed(desk: "Desk", case: "Case", proposal: "Proposal", format: Format) -> "Case":  # noqa: A002
    """Show what the answer seems to mean; on a terminal the user agrees or not."""
    from auditor.optout import incoming
    from auditor.report.optout.text import proposal_text

    note(proposal_text(proposal))
    if proposal.meaning is None or format is Format.json or not sys.stdin.isatty():
        return case
    if confirm("Is that what it says?", option="--as CLASS"):
        return incoming.understand(desk, case.id, proposal.meaning)
    return case


def _take_links(
    session: Session,
    desk: "Desk",
    case_id: str,
    links: Path,
    dataset: str | None,
    on: datetime | None,
    text_file: Path | None,
    format: Format,  # noqa: A002 - the option's name
    output: Path | None,
) -> None:
    from auditor.optout import incoming
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    case, taken = incoming.take_links(
        desk,
        case_id,
        links,
        indexes=session.settings.indexes,
        dataset=dataset,
        on=on.date() if on else desk.today,
        text=_read(text_file) if text_file else "",
        progress=session.progress,
    )
    if format is Format.json:
        links_told = as_json.links_json(taken.skipped, len(taken.photos))
        emit_json({**as_json.case_json(case, desk.today), **links_told}, output)
    else:
        told = text.links_text(len(taken.photos), taken.skipped)
        emit(f"{told}\n{text.case_text(case, desk.today)}", output)


def remind(
    context: typer.Context,
    case_id: CaseArgument,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Write the reminder of an overdue case."""
    from auditor.optout import workflow

    session: Session = context.obj
    desk = _desk(session)
    case, notes = workflow.remind(desk, case_id, account=_account(session))
    _emit_letter(case, desk, notes, format, output)


def complain(
    context: typer.Context,
    case_id: CaseArgument,
    country: Annotated[
        str | None,
        typer.Option(
            metavar="CC",
            help="Where you live or work, such as FR or DE-BE: its authority gets the complaint.",
        ),
    ] = None,
    lang: LangOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Write the complaint to the authority, or the next lawful step where there is none."""
    from auditor.optout import workflow

    session: Session = context.obj
    desk = _desk(session)
    case, notes = workflow.complain(desk, case_id, account=_account(session), country=country, language=lang)
    _emit_letter(case, desk, notes, format, output)


def close(
    context: typer.Context,
    case_id: CaseArgument,
    on: OnOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Close a case: nothing more is expected."""
    from auditor.optout import case as cases
    from auditor.optout import workflow

    desk = _desk(context.obj)
    day = on.date() if on else desk.today
    case = workflow.move(desk, case_id, "closed", lambda case: cases.closed(case, day, desk.today), day)
    _emit_case(case, desk, format, output)


def status(
    context: typer.Context,
    ics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the deadlines to this calendar file.")
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Show all cases: deadline, what is overdue, and the next step. Exit code 1: one is overdue."""
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text
    from auditor.report.optout.calendar import calendar

    desk = _desk(context.obj)
    cases, today = desk.store.all(), desk.today
    if ics:
        emit(calendar(cases, clock.utc()), ics)
    if format is Format.json:
        emit_json(as_json.status_json(cases, today), output)
    else:
        emit(text.status_text(cases, today), output)
    if any(case.overdue(today) for case in cases):
        raise typer.Exit(EXIT_OVERDUE)


def recheck(
    context: typer.Context,
    case_id: CaseArgument,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="All files of the publisher's new index.")
    ],
    include_new: Annotated[
        bool, typer.Option("--include-new", help="Also ask for photos that the first letter did not name.")
    ] = False,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Look a case's photos up in the publisher's new index; write the follow-up for what is still there."""
    from auditor.datasets import catalogue
    from auditor.optout import photos, workflow
    from auditor.optout.next_index import missing_witnesses, new_index
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    session: Session = context.obj
    desk = _desk(session)
    case = desk.store.get(case_id)
    if case.fingerprint is None:
        raise RefusedError(
            f"case {case.id} is a question: it names no photos that an index could still hold",
            hint=f"Build the index and ask for removal: flickr-auditor optout draft {case.dataset}",
        )
    card = catalogue.get(case.dataset)
    asked = desk.store.asked(case.id)
    state = workflow.account_state(session.conn, session.account, also=asked) if case.nsid else None
    if state:
        workflow.refuse_other_account(case, state.account)
    with new_index(
        files,
        card,
        case.fingerprint,
        work=session.settings.home,
        memory_limit=session.settings.memory_limit,
        progress=session.progress,
    ) as index:
        if state:
            found = workflow.in_account(state, index, card)
        else:
            found = photos.again(asked, index, card.certainty)
        case, result = workflow.recheck(
            desk, case, found, index, account=state.account if state else None, include_new=include_new
        )
        missing = missing_witnesses(index, case.fingerprint) if case.fingerprint else 0
    warnings = workflow.recheck_warnings(case, result, missing, include_new=include_new)
    if format is Format.json:
        emit_json(as_json.recheck_json(case, result, desk.today, warnings), output)
        return
    emit(text.recheck_text(case, result, desk.today, include_new=include_new), output)
    _notes(warnings)


def file(
    context: typer.Context,
    mails: Annotated[list[Path], typer.Argument(metavar="MAIL...", help="Mails as .eml files.")],
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """File incoming mail with the case that it answers, and suggest what it says."""
    from auditor.optout import incoming
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    desk = _desk(context.obj)
    filed = [incoming.file_mail(desk, path) for path in mails]
    if format is Format.json:
        emit_json(as_json.filed_json(filed), output)
    else:
        emit(text.filed_text(filed, desk.today), output)


def folder(
    context: typer.Context,
    case_id: CaseArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Name of the zip (default: in the home folder)."),
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Put a case into one zip for an authority or a lawyer: letters, answers, proof, chronology."""
    from auditor import pdf
    from auditor.datasets import catalogue
    from auditor.files import private_dir, writable_file
    from auditor.optout import case_files, workflow
    from auditor.report.optout import chronology
    from auditor.report.optout import json as as_json
    from auditor.text import plain

    desk = _desk(context.obj)
    case = desk.store.get(case_id)
    target = writable_file(out or private_dir(desk.letters) / f"{case.id}.zip")
    photos = desk.store.photos(case.id)
    files = workflow.folder_files(desk, case)
    done = workflow.protections(desk.conn, (item.photo.photo_id or "" for item in photos))
    cards = [catalogue.get(name) for name in case.datasets]
    earlier = workflow.earlier_cases(desk, case)
    page = chronology.page(
        case, cards, photos, desk.store.events(case.id), done, files, desk.today, earlier=earlier
    )
    texts: dict[str, str | bytes] = {
        "chronology.html": chronology.as_html(page),
        "proof.csv": workflow.proof_csv(photos),
    }
    if pdf.available():
        texts["chronology.pdf"] = chronology.as_pdf(page)
    case_files.write_zip(target, files, texts)
    if format is Format.json:
        emit_json({**as_json.case_json(case, desk.today), "files": [str(target)]}, output)
    else:
        emit(f"Case {case.id}: {len(files) + len(texts)} files in {plain(str(target))}", output)


def _unchecked(session: Session) -> list[str]:
    """The datasets of the catalogue without a local index, by name."""
    from auditor.datasets import catalogue
    from auditor.datasets.index.local import names

    here = set(names(session.settings.indexes))
    return [name for name in catalogue.load() if name not in here]


def _wish(
    session: Session,
    ground: Ground,
    role: Role,
    name: str | None,
    lang: str | None,
    *,
    include_private: bool = False,
) -> "Wish":
    from auditor.optout.workflow import Wish
    from auditor.text import plain

    given = session.settings.optout
    sender = plain(name or given.get("name", "")) or None
    return Wish(ground, role, lang or given.get("lang", "en"), sender, include_private).checked()


def _account(session: Session) -> "Account | None":
    """The account of the home; None where it was never synced."""
    snapshot = session.store.snapshot()
    return session.store.account(snapshot.nsid) if snapshot else None


def _emit_draft(report: "Drafted", desk: "Desk", format: Format, output: Path | None) -> None:  # noqa: A002
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    if format is Format.json:
        emit_json(as_json.draft_json(report, desk.today), output)
        return
    emit(text.draft_text(report, desk.today), output)
    _notes(report.warnings)


def _emit_letter(
    case: "Case",
    desk: "Desk",
    notes: Sequence[str],
    format: Format,  # noqa: A002 - the option's name
    output: Path | None,
) -> None:
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    if format is Format.json:
        emit_json(as_json.case_json(case, desk.today, notes), output)
        return
    emit(text.letter_text(case, desk.today), output)
    _notes(notes)


def _emit_case(case: "Case", desk: "Desk", format: Format, output: Path | None) -> None:  # noqa: A002
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    if format is Format.json:
        emit_json(as_json.case_json(case, desk.today), output)
    else:
        emit(text.case_text(case, desk.today), output)


def _notes(notes: Sequence[str]) -> None:
    for line in notes:
        note(f"Note: {line}")


def _desk(session: Session) -> "Desk":
    from auditor.optout.workflow import Desk

    return Desk(session.conn, session.settings.home / "letters", _today(), _templates(session))


def _templates(session: Session) -> Path | None:
    """The user's folder of templates, relative to the settings file that names it."""
    named = session.settings.optout.get("templates")
    if not named:
        return None
    base = session.settings.config_file.parent if session.settings.config_file else Path()
    folder = base / user_path(Path(named))
    if not folder.is_dir():
        raise ConfigurationError(
            f"there is no folder {folder}", hint="Correct [optout] templates in the settings."
        )
    return folder


def _read(path: Path) -> str:
    from auditor.optout.incoming import read_text

    return read_text(path, MAX_ANSWER_BYTES, "a letter")


def _today() -> date:
    """The day where the user is."""
    return clock.today()
