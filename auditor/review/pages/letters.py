"""The letters: ask, draft, send, note the answer, remind, complain. Nothing is ever sent from here.

The ladder is the one of `auditor.optout.case`: what the page offers is what `steps` says comes next.
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from auditor.datasets import catalogue
from auditor.datasets.index.lookup import Index
from auditor.errors import UsageError
from auditor.files import private_dir
from auditor.optout import addressees, answers, incoming, ladder, next_index, opening, workflow
from auditor.optout.case import AnswerClass
from auditor.optout.case_store import Desk
from auditor.optout.ladder import Step
from auditor.optout.law import Ground, Role
from auditor.optout.opening import Drafted, LetterOptions
from auditor.optout.render import LANGUAGES
from auditor.report.optout.chronology import write_folder
from auditor.review.drops import Drop
from auditor.review.forms import Form, read_form, see
from auditor.review.jobs import Job, JobProgress
from auditor.review.render import address, page, state_of
from auditor.review.state import State
from auditor.workspace import Workspace

SHOWN: Final = 200_000
"""Characters of a letter on its page; the files hold all of it."""


def _desk(space: Workspace) -> Desk:
    return Desk.of(space.conn, space.settings)


def letters(request: Request) -> Response:
    """All cases, the overdue ones first, and what can be written."""
    state = state_of(request)
    with state.workspace() as space:
        desk = _desk(space)
        known = desk.store.all()
        synced = space.nsid is not None
        view = state.library(space).view if synced else None
        unchecked = opening.unchecked(desk)
        defaults = {"name": "", "lang": "en", **space.settings.optout}
    found = {row.dataset.name for row in view.indexes if row.found} if view else set[str]()
    open_cases = {name for case in known if not case.closed_on for name in case.datasets}
    cards = catalogue.load()
    return page(
        request,
        "letters.html",
        cases=sorted(known, key=lambda case: (not case.overdue(desk.today), case.closed_on is not None)),
        today=desk.today,
        synced=synced,
        view=view,
        draftable=[cards[name] for name in cards if name in found and name not in open_cases],
        askable=[
            card for card in unchecked if card.name not in open_cases and addressees.no_letter(card) is None
        ],
        grounds=list(Ground),
        roles=list(Role),
        languages=LANGUAGES,
        defaults=defaults,
        next_step=lambda case: NEXT[ladder.steps(ladder.position(case, desk.today))[0]],
    )


async def write(request: Request) -> Response:
    """Draft a letter: for photos that were found, or to ask where nobody can check."""
    form = await read_form(request)
    state = state_of(request)
    drafted = await run_in_threadpool(_write, state, form)
    if drafted.case is None:
        if drafted.left_out:
            raise UsageError(
                f"none of your photos in {drafted.dataset} is known to be public on Flickr",
                hint="Tick “Name photos that are not public, too”.",
            )
        raise UsageError(
            f"no photo to ask about was found in {drafted.dataset}",
            hint=" ".join((*drafted.warnings, "You can ask what they hold.")),
        )
    return see(f"/letters/{drafted.case.id}")


def _write(state: State, form: Form) -> Drafted:
    card = catalogue.get(form.get("dataset"))
    with state.workspace() as space:
        desk = _desk(space)
        options = LetterOptions.of(
            space.settings,
            _ground(form),
            Role.PHOTOGRAPHER,
            name=form.get("name"),
            language=form.get("language"),
            include_private=bool(form.get("include_private")),
        )
        if form.get("what") == "ask":
            return opening.ask(desk, options, [card], nsid=space.account)
        index = Index.open(space.settings.indexes / card.name)
        return opening.draft(desk, options, card, index, nsid=space.account)


def _ground(form: Form) -> Ground:
    try:
        return Ground(form.get("ground") or Ground.NONE)
    except ValueError:
        raise UsageError("this is no ground of ours", hint="Choose one of the list.") from None


def letter(request: Request) -> Response:
    """One case: its newest letter, its history, and what comes next."""
    with state_of(request).workspace() as space:
        desk = _desk(space)
        case = desk.store.get(request.path_params["case_id"])
        events = desk.store.events(case.id)
        notes = (*opening.limits(desk, case), *workflow.before_sending(desk, case))
    parts = [file for file in map(Path, case.files) if file.match("letter-*.txt")]
    text = _read(parts[0]) if parts else ""
    steps = ladder.steps(ladder.position(case, desk.today))
    return page(
        request,
        "letter.html",
        case=case,
        today=desk.today,
        text=text[:SHOWN],
        cut=len(text) > SHOWN,
        parts=len(parts),
        files=[Path(file).name for file in case.files],
        events=events,
        steps=[step.value for step in steps],
        next_step=NEXT[steps[0]],
        notes=notes,
        fill_in=case.sender is None,
        meanings=MEANINGS,
        proposed=case.newest_answer.meaning if case.newest_answer else None,
    )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def download(request: Request) -> Response:
    """A file of the newest letter; only those that the case itself names."""
    with state_of(request).workspace() as space:
        case = _desk(space).store.get(request.path_params["case_id"])
    wanted = request.path_params["name"]
    for file in map(Path, case.files):
        if file.name == wanted and file.is_file():
            return FileResponse(file, filename=wanted)
    raise HTTPException(404)


async def folder(request: Request) -> Response:
    """All of a case in one zip; it stays beside the letters, as that of the command line does."""
    await read_form(request)
    state = state_of(request)

    def make() -> Path:
        with state.workspace() as space:
            desk = _desk(space)
            case = desk.store.get(request.path_params["case_id"])
            target = private_dir(desk.letters) / f"{case.id}.zip"
            write_folder(desk, case, target)
            return target

    made = await run_in_threadpool(make)
    return FileResponse(made, filename=made.name)


async def step(request: Request) -> Response:
    """Take the next step of a case."""
    form = await read_form(request)
    take = STEPS.get(request.path_params["step"])
    if take is None:
        raise HTTPException(404)
    state = state_of(request)
    case_id = request.path_params["case_id"]

    def go() -> None:
        with state.workspace() as space:
            take(_desk(space), case_id, form)

    await run_in_threadpool(go)
    return see(address(f"/letters/{case_id}"))


def recheck_dropped(state: State, drop: Drop, asked: Mapping[str, str]) -> Job:
    """Look the photos of a case up in the publisher's next list, and write the follow-up letter."""
    case_id = asked.get("as", "")

    def work(progress: JobProgress) -> str:
        with drop.reading(), state.workspace(progress) as space:
            desk = _desk(space)
            if nsid := desk.store.get(case_id).nsid:
                space.check_account(nsid)
            limit = space.settings.memory_limit
            done = next_index.recheck(
                desk, case_id, drop.files, include_new=False, memory_limit=limit, progress=progress
            )
        result = done.result
        summary = (
            f"{done.case.id}: {len(result.removed):,} removed, {len(result.still_there):,} still there,"
            f" {len(result.newly_found):,} newly found"
        )
        return ". ".join([summary, *(warning.rstrip(".") for warning in done.warnings)])

    back = f"/letters/{quote(case_id)}"
    return state.jobs.start(drop.job("recheck"), "Looking in the new list", back, work, announce=True)


def _answered(desk: Desk, case_id: str, form: Form) -> None:
    """The answer's text is kept; what it means is proposed, never decided: that is the user's word."""
    text = form.get("text")
    if not text:
        raise UsageError("there is no answer", hint="Paste what they wrote.")
    incoming.record_answer(desk, case_id, _day(form, desk.today), text=text, proposal=answers.propose(text))


def _meaning(desk: Desk, case_id: str, form: Form) -> None:
    try:
        meaning = AnswerClass(form.get("meaning"))
    except ValueError:
        raise UsageError("it was not said what the answer means", hint="Choose one.") from None
    incoming.understand(desk, case_id, meaning)
    workflow.reply(desk, case_id)


def _day(form: Form, today: date) -> date:
    try:
        return date.fromisoformat(form.get("on")) if form.get("on") else today
    except ValueError:
        raise UsageError("this is not a date", hint="Write it like 2026-11-21.") from None


STEPS: Final[dict[str, Callable[[Desk, str, Form], object]]] = {
    "sent": lambda desk, case_id, form: workflow.sent(desk, case_id, _day(form, desk.today)),
    "answer": _answered,
    "meaning": _meaning,
    "remind": lambda desk, case_id, _: workflow.remind(desk, case_id),
    "complain": lambda desk, case_id, form: workflow.complain(desk, case_id, country=form.get("country")),
    "close": lambda desk, case_id, _: workflow.close(desk, case_id),
}
"""What the buttons of a case do."""

MEANINGS: Final[dict[AnswerClass, str]] = {
    AnswerClass.CONFIRMED: "All was removed, they say",
    AnswerClass.PARTLY: "A part was removed",
    AnswerClass.LINKS: "They hold photos, and give the links",
    AnswerClass.NOTHING_HELD: "They hold nothing, they say",
    AnswerClass.IDENTIFICATION: "They want to know who asks",
    AnswerClass.EXTENDS: "They take more time",
    AnswerClass.REFUSES_RESEARCH: "They refuse: it is for research",
    AnswerClass.REFUSES_MINING: "They refuse: text and data mining",
    AnswerClass.REFUSES_NOT_PERSONAL: "They refuse: no personal data",
    AnswerClass.REFUSES_NOT_CONTROLLER: "They refuse: they are not responsible",
    AnswerClass.REFUSES_PUBLIC: "They refuse: the photos were public, or freely licensed",
    AnswerClass.REFUSES: "They refuse, for another reason or none",
    AnswerClass.ELSEWHERE: "They send you to somebody else",
    AnswerClass.NO_ANSWER: "An automatic reply: nothing was decided",
}
"""What an answer can say, in the words of the page."""

NEXT: Final[dict[Step, str]] = {
    Step.SEND: "Read the letter and send it. Then come back and say when you sent it.",
    Step.WAIT: "Wait. When an answer comes, keep it here.",
    Step.SAY_WHAT_IT_MEANS: "Read the answer and say what it means.",
    Step.REPLY: "Confirm what the answer means once more: that writes the reply.",
    Step.DRAFT: "Ask for removal: the answer says which photos they hold.",
    Step.REMIND: "There was no answer in time: write a reminder.",
    Step.COMPLAIN: "The reminder was not answered: you can complain.",
    Step.RECHECK: "When the publisher has a new list, drop it here to see what is gone.",
    Step.CLOSE: "Nothing more is asked for: close the case.",
    Step.BEGIN_ANEW: "Nothing: the case is closed.",
}
"""What the user does next, by the buttons of the page; the command line says it in commands."""

ROUTES = [
    Route("/letters", letters),
    Route("/letters", write, methods=["POST"]),
    Route("/letters/{case_id}", letter),
    Route("/letters/{case_id}/files/{name}", download),
    Route("/letters/{case_id}/folder", folder, methods=["POST"]),
    Route("/letters/{case_id}/{step}", step, methods=["POST"]),
]
