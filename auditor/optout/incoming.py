"""What comes in for a case: answers as text or mail, and the links that a publisher sends.

Nothing that came in is lost, and nothing is believed unseen: what an answer means counts once the user said
so, and a mail that cannot be the publisher's is kept and told.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor import database
from auditor.datasets import catalogue
from auditor.datasets.index import local, manifest
from auditor.datasets.index.build import build
from auditor.datasets.provenance import Provenance
from auditor.datasets.readers import GENERIC
from auditor.datasets.readers import select as select_formats
from auditor.errors import AuditorError, RefusedError, UsageError, WrongFileError
from auditor.files import private_dir
from auditor.flickr.urls import PhotoAddress, page_url, parse_photo
from auditor.mail import Mail, read_mail
from auditor.optout import addressees, answers, case_files, ladder
from auditor.optout.answers import Proposal
from auditor.optout.case import AnswerClass, Case, CaseState
from auditor.optout.case_store import Desk
from auditor.optout.photos import account_state
from auditor.progress import SILENT, Progress
from auditor.text import count, plain
from auditor.text_files import read_bytes, read_text

MAX_MAIL_BYTES = 100 << 20
"""A publisher may attach 50 MB of screenshots; more is no answer."""
MAX_LINKS_BYTES = 64 << 20
MAX_ANSWER_BYTES = 1 << 20


def record_answer(
    desk: Desk,
    case_id: str,
    on: date,
    *,
    text: str = "",
    proposal: Proposal | None = None,
    meaning: AnswerClass | None = None,
    file: str | None = None,
) -> Case:
    """Keep an answer to the newest letter. It counts as `meaning`, or waits to be confirmed as proposed."""
    with database.transaction(desk.conn):
        case = desk.store.get(case_id)
        guess = meaning or (proposal.meaning if proposal else None)
        case = ladder.answered(case, on, desk.today, meaning=guess, confirmed=meaning is not None, file=file)
        if text and file is None:
            kept = case_files.keep_answer(Path(case.folder), f"answer-{on.isoformat()}.txt", text.encode())
            answer = replace(case.answers[-1], file=str(kept))
            case = replace(case, answers=(*case.answers[:-1], answer))
        desk.store.save(case, event="answered", on=on, note=text[: answers.MAX_TEXT])
    return case


def take_answer(
    desk: Desk,
    case_id: str,
    *,
    on: date | None = None,
    text_file: Path | None = None,
    meaning: AnswerClass | None = None,
) -> tuple[Case, Proposal | None]:
    """Keep an answer, or only its `meaning` where that is all that is new; and what it seems to say.

    Without a meaning it waits for `understand`.
    """
    case = desk.store.get(case_id)
    if meaning and not (text_file or on) and case.newest_answer:
        return understand(desk, case.id, meaning), None
    text = read_answer(text_file) if text_file else ""
    proposal = answers.propose(text) if text and meaning is None else None
    case = record_answer(desk, case.id, on or desk.today, text=text, proposal=proposal, meaning=meaning)
    return case, proposal


def understand(desk: Desk, case_id: str, meaning: AnswerClass) -> Case:
    """Note what the newest answer means, as the user says."""
    with database.transaction(desk.conn):
        case = ladder.understood(desk.store.get(case_id), meaning)
        desk.store.save(case, event="understood", on=desk.today, note=meaning.value)
    return case


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of an incoming mail."""

    source: str
    case: Case | None
    """None: it belongs to no case."""
    by: str
    """How it was recognised: ``reference``, ``case number`` or ``""``."""
    proposal: Proposal | None
    notes: tuple[str, ...]


def file_mails(desk: Desk, paths: Iterable[Path]) -> tuple[list[Filed], list[AuditorError]]:
    """File each mail, and why some could not be read: one of them costs the others nothing."""
    filed: list[Filed] = []
    failures: list[AuditorError] = []
    for path in paths:
        try:
            filed.append(file_mail(desk, path))
        except AuditorError as error:
            failures.append(error)
            filed.append(Filed(path.name, None, "", None, (f"It was not filed: {error.message}.",)))
    return filed, failures


def file_mail(desk: Desk, path: Path) -> Filed:
    """Keep the mail at `path` with the case that it answers, and propose what it means.

    A mail that answers none of our letters is left alone. One for a case that is not waiting is kept without
    a change to the case: nothing is lost, and no state is skipped.
    """
    data = read_bytes(path, MAX_MAIL_BYTES)
    mail = read_mail(data)
    case, by = _case_of(desk.store.all(), mail)
    if case is None:
        return Filed(
            path.name, None, "", None, ("It refers to no case of this home; it was left where it is.",)
        )
    notes = list(_doubts_about(mail, case, by))
    name = _mail_name(mail)
    twins = (Path(case.folder) / case_files.ANSWERS).glob(f"{name}*.eml")
    if any(twin.read_bytes() == data for twin in twins):
        return Filed(path.name, case, by, None, ("It was filed before.", *notes))
    kept = case_files.keep_answer(Path(case.folder), f"{name}.eml", data)
    if case.state in {CaseState.DRAFTED, CaseState.CLOSED}:
        what = "was closed" if case.closed_on else "was not sent yet"
        desk.store.log(case.id, event="filed", on=desk.today, note=str(kept))
        return Filed(
            path.name, case, by, None, (f"The case {what}: the mail is kept, nothing else changes.", *notes)
        )
    on = mail.sent_on or desk.today
    sent_on = case.newest_sent.sent_on if case.newest_sent else None
    if on > desk.today or (sent_on and on < sent_on):
        notes.append(f"Its date, {on}, cannot be right; {desk.today} is taken instead.")
        on = desk.today
    proposal = answers.propose(mail.text, automatic=mail.automatic)
    case = record_answer(desk, case.id, on, text=mail.text, proposal=proposal, file=str(kept))
    return Filed(path.name, case, by, proposal, tuple(notes))


def _case_of(known: Sequence[Case], mail: Mail) -> tuple[Case | None, str]:
    for case in known:
        for letter in case.letters:
            if letter.message_id and any(
                reference.startswith(f"{letter.message_id}.") for reference in mail.references
            ):
                return case, "reference"
    for text in (mail.subject, mail.text):
        named = [case for case in known if _names(text, case.id)]
        if len(named) == 1:
            return named[0], "case number"
    return None, ""


def _names(text: str, case_id: str) -> bool:
    """Whether `text` names the case; "ffhq-12" does not name "ffhq-1"."""
    return re.search(rf"(?<![^\W_])(?<!-){re.escape(case_id)}(?![^\W_])(?!-)", text) is not None


def _doubts_about(mail: Mail, case: Case, by: str) -> Iterable[str]:
    """What makes it doubtful that the mail is the publisher's: anybody can write a case number."""
    card = catalogue.get(case.dataset)
    known = {
        channel.to.rpartition("@")[2].lower()
        for channel in addressees.of_case(case, card).channels
        if channel.kind == "email"
    }
    domain = mail.sender.rpartition("@")[2].lower()
    same = any(domain == other or domain.endswith(f".{other}") for other in known)
    if not same:
        sender = plain(mail.sender, 80) or "an unreadable address"
        yield f"It comes from {sender}, which is not a known address of {case.to}: check that it is genuine."
    if by == "case number":
        yield "It names the case, but is not a reply to one of its letters."
    if mail.attachments:
        yield f"{count(mail.attachments, 'attachment')} kept unopened inside the mail."


def _mail_name(mail: Mail) -> str:
    digest = hashlib.sha256(f"{mail.message_id}{mail.subject}{mail.text}".encode(errors="replace"))
    return f"mail-{mail.sent_on or 'undated'}-{digest.hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class LinksTaken:
    """What became of the lines of a list of links that a publisher sent."""

    photos: tuple[PhotoAddress, ...]
    skipped: Mapping[str, int]
    """Number of lines by the reason why they were left out."""


def read_links(path: Path, *, own: Collection[str] | None, nsid: str | None) -> LinksTaken:
    """The photos of the account in a publisher's list of links, one or more a line.

    `own` are the ids of the account's photos, also of those gone; None takes every link (a person shown).
    Links to other people's photos are left out: they are none of the user's business.
    """
    text = read_text(path, MAX_LINKS_BYTES)
    found: dict[str, PhotoAddress] = {}
    skipped = Counter[str]()
    for line in text.splitlines():
        if not line.strip():
            continue
        links = [photo for word in _words(line) if (photo := parse_photo(word))]
        if not links:
            skipped["no link to a Flickr photo"] += 1
        for photo in links:
            mine = own is None or photo.photo_id in own or (nsid is not None and photo.nsid == nsid)
            if not mine:
                skipped["not a photo of the account"] += 1
            elif photo.photo_id in found:
                skipped["named before"] += 1
            else:
                found[photo.photo_id] = photo
    return LinksTaken(tuple(found.values()), skipped)


def take_links(
    desk: Desk,
    case_id: str,
    path: Path,
    *,
    indexes: Path,
    dataset: str | None,
    on: date | None = None,
    text_file: Path | None = None,
    progress: Progress = SILENT,
) -> tuple[Case, LinksTaken]:
    """Make an index of the links that the publisher of a case sent, and keep its answer.

    Errors: `WrongFileError` when none is a photo of the account, `RefusedError` when the dataset has an index
    that is more than the publisher's word.
    """
    case = desk.store.get(case_id)
    on = on or desk.today
    text = read_answer(text_file) if text_file else ""
    name = _dataset_of(case, dataset)
    ladder.answered(case, on, desk.today)  # refuses a wrong day before anything is written
    state = account_state(desk.conn, case.nsid) if case.nsid else None
    own = {photo.id for photo in state.photos} | state.gone_ids if state else None
    taken = read_links(path, own=own, nsid=case.nsid)
    if not taken.photos:
        reasons = ", ".join(f"{number:,} × {reason}" for reason, number in taken.skipped.items())
        raise WrongFileError(
            f"{path.name} names no photo of the account{f' ({reasons})' if reasons else ''}",
            hint="Give the publisher's list as a text or CSV file with one link a line.",
        )
    if name in local.names(indexes) and manifest.read(indexes / name).provenance is not Provenance.TOLD:
        raise RefusedError(
            f"there is an index of {name} already, which says more than the publisher's list",
            hint=f"Use it: flickr-auditor optout draft {name}. Or remove it first: flickr-auditor datasets"
            f" remove {name}",
        )
    with TemporaryDirectory(prefix="links-", dir=private_dir(desk.letters)) as work:
        listed = Path(work) / f"answer-to-{case.id}.txt"
        lines = (
            page_url(photo.photo_id, photo.nsid or photo.path_alias or case.nsid) for photo in taken.photos
        )
        listed.write_text("".join(f"{line}\n" for line in lines))
        build(
            indexes,
            name,
            [listed],
            formats=select_formats([GENERIC]),
            card=catalogue.get(name),
            origin=f"{case.to}, in answer to {case.id}",
            told_on=on,
            replace=True,
            progress=progress,
        )
    kept = case_files.keep_answer(Path(case.folder), f"links-{on.isoformat()}.txt", path.read_bytes())
    case = record_answer(
        desk, case.id, on, text=text, meaning=AnswerClass.LINKS, file=None if text else str(kept)
    )
    return case, taken


def _dataset_of(case: Case, dataset: str | None) -> str:
    if dataset is None and len(case.datasets) == 1:
        return case.dataset
    if dataset in case.datasets:
        return str(dataset)
    raise UsageError(
        f"case {case.id} is about {', '.join(case.datasets)}",
        hint="Say which the links are of: --dataset NAME",
    )


def _words(line: str) -> list[str]:
    return [word.strip("<>()[],;\"'") for word in line.replace(",", " ").split()]


def read_answer(path: Path) -> str:
    """The text of an answer. Errors: as `text_files.read_text`."""
    return read_text(path, MAX_ANSWER_BYTES)
