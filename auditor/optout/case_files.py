"""What a case has on disk: its letters in four forms, and the folder to hand to an authority or a lawyer.

All files are private. A letter is text, Markdown, an unsent e-mail and a PDF for fax and post, with its links
as a table. Parts are rendered one after the other, so that the largest letter takes the memory of one part.
"""

import shutil
import sqlite3
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from auditor import pdf
from auditor.files import private_dir, replacing, storage_errors, write_atomic
from auditor.flickr import licenses
from auditor.optout import ladder
from auditor.optout.case import AnswerClass, Case, Kind, LetterRecord
from auditor.optout.case_store import CasePhoto, CaseStore, Desk, RemovalState
from auditor.optout.letter import Letter
from auditor.optout.photos import RequestedPhoto
from auditor.optout.render import Markup, render, render_public
from auditor.outside import world
from auditor.text import csv_table, plain

MAIL_DOMAIN = "flickr-auditor.invalid"
"""Of our Message-IDs: a name that nobody can own (RFC 2606), for the user's mail program sends the letter."""

ANSWERS = "answers"
"""The folder in a case's own that holds what came in."""

COLUMNS = (
    "link",
    "photo_id",
    "records",
    "match_key",
    "certainty",
    "on_flickr",
    "license_recorded",
    "license_history",
    "license_last_read",
    "license_read_on",
)


def write_letter(
    parts: Sequence[Letter],
    folder: Path,
    *,
    message_id: str,
    templates: Path | None = None,
    public: bool = False,
) -> tuple[str, ...]:
    """Write all parts of a letter into `folder` and return the files' paths.

    With `public`, a note for a public channel is written too: it holds no links and nothing personal. Nothing
    is left behind when a part fails. Errors: `ConfigurationError` for a template that does not work,
    `StorageError` when `folder` cannot be written.
    """
    if not folder.is_dir():  # a folder that the user made keeps its permissions
        private_dir(folder)
    names = []
    with storage_errors(folder), tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as work:
        for letter in parts:
            for name, content in _contents(letter, message_id, templates):
                write_atomic(Path(work) / name, content)
                names.append(name)
        if public:
            note = render_public(parts[0], folder=templates)
            write_atomic(Path(work) / "public-note.txt", f"{note.subject}\n\n{note.body}")
            names.append("public-note.txt")
        for name in names:
            (Path(work) / name).replace(folder / name)
    return tuple(str(folder / name) for name in names)


def _contents(letter: Letter, message_id: str, templates: Path | None) -> Iterator[tuple[str, str | bytes]]:
    number = letter.part
    text = render(letter, Markup.PLAIN, folder=templates)
    markdown = render(letter, Markup.MARKDOWN, folder=templates)
    links = (f"links-{number}.csv", links_csv(letter)) if letter.photos else None
    yield f"letter-{number}.txt", f"{text.subject}\n\n{text.body}"
    yield f"letter-{number}.md", f"# {markdown.subject}\n\n{markdown.body}"
    yield (
        f"letter-{number}.eml",
        email(
            to=letter.to.email,
            subject=text.subject,
            body=text.body,
            message_id=f"<{message_id}.{number}@{MAIL_DOMAIN}>",
            links=links,
        ),
    )
    if pdf.available():
        yield f"letter-{number}.pdf", pdf.pdf(text.subject, text.body)
    if links:
        yield links


def links_csv(letter: Letter) -> str:
    """One row a photo, with its records."""
    own = letter.account is not None
    return csv_table(
        COLUMNS,
        (
            (
                photo.link or "",
                photo.photo_id or "",
                records_of(photo),
                photo.match_key,
                photo.certainty,
                photo.standing.value if own else "",
                licenses.get(photo.license_then).name if own and photo.license_then else "",
                _by_history(photo) if own else "",
                licenses.get(photo.license_now).name if own and photo.license_now else "",
                photo.license_read_on or "" if own and photo.license_now else "",
            )
            for photo in letter.photos
        ),
    )


def _by_history(photo: RequestedPhoto) -> str:
    if not photo.history_license:
        return ""
    return f"{'unchanged since ' * photo.history_unchanged}{photo.history_day}: {photo.history_license}"


def records_of(photo: RequestedPhoto) -> str:
    """All records of a photo in one cell, with `` | `` between."""
    places = [
        f"{place.source} {place.record}{f' ({place.key})' if place.key else ''}" for place in photo.places
    ]
    return " | ".join([*places, *([f"{photo.more_places} more"] if photo.more_places else [])])


def email(
    *, to: str | None, subject: str, body: str, message_id: str, links: tuple[str, str] | None = None
) -> bytes:
    """The letter as an unsent e-mail that opens in a mail program: the bytes of an ``.eml`` file.

    Without `to`, the user fills the recipient in. `links` is the name and text of the links' CSV. Nothing can
    add a header: values are single lines, and the policy refuses any that are not.
    """
    message = EmailMessage(policy=SMTP)
    # Outlook and others open a message with this header as a draft.
    message["X-Unsent"] = "1"
    message["Message-ID"] = message_id
    if to:
        message["To"] = plain(to)
    message["Subject"] = plain(subject)
    message.set_content(body, charset="utf-8")
    if links:
        name, text = links
        message.add_attachment(text.encode(), maintype="text", subtype="csv", filename=name)
    return message.as_bytes()


def free_folder(case_folder: Path, stem: str) -> Path:
    """A folder below the case's that holds nothing yet, such as ``reminder-2``."""
    number = 1
    while (folder := case_folder / f"{stem}-{number}").exists():
        number += 1
    return folder


def keep_answer(case_folder: Path, name: str, content: bytes) -> Path:
    """Keep the text or mail of an answer in the case's folder, under a name that is free."""
    folder = private_dir(case_folder / ANSWERS)
    path = folder / name
    number = 2
    while path.exists():
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    write_atomic(path, content)
    return path


def write_zip(target: Path, files: Iterable[tuple[str, Path]], texts: Mapping[str, str | bytes]) -> None:
    """Write a zip of `files` (name inside, path) and `texts`, whole or not at all.

    Files are copied block by block: an answer can hold 50 MB. Links are not followed.
    """
    with (
        storage_errors(target.parent),
        replacing(target) as work,
        zipfile.ZipFile(work, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, text in texts.items():
            archive.writestr(name, text)
        for name, file in files:
            if file.is_symlink() or not file.is_file():
                continue
            with file.open("rb") as source, archive.open(name, "w", force_zip64=True) as copy:
                shutil.copyfileobj(source, copy)


def add_letter(
    desk: Desk,
    case: Case,
    kind: Kind,
    parts: Sequence[Letter],
    folder: Path,
    *,
    replies_to: AnswerClass | None = None,
    public: bool = False,
) -> Case:
    """`case` with a letter more, whose files are in `folder`."""
    number = ladder.next_letter_number(case)
    # The token keeps strangers from filing a mail to the case by guessing its reference.
    message_id = f"{case.id}.{number}.{world().token(8)}"
    files = write_letter(parts, folder, message_id=message_id, templates=desk.templates, public=public)
    return ladder.wrote(
        case,
        LetterRecord(
            number=number,
            kind=kind,
            to=parts[0].to.name,
            drafted_on=desk.today,
            files=files,
            message_id=message_id,
            replies_to=replies_to,
        ),
    )


def earlier_cases(store: CaseStore, case: Case) -> tuple[Case, ...]:
    """The cases whose answers led to `case`, the first question first."""
    found: list[Case] = []
    while follows := (found[0] if found else case).follows:
        found.insert(0, store.get(follows))
    return tuple(found)


def folder_files(store: CaseStore, case: Case) -> list[tuple[str, Path]]:
    """What belongs into a case's folder: letters and answers, also of the cases that led to it.

    Only what the cases name or kept themselves: with `--out`, a letter may lie among the user's other files.
    """
    return [
        (f"{member.id}/{_place(path, Path(member.folder))}", path)
        for member in (*earlier_cases(store, case), case)
        for path in _own_files(member)
        if path.is_file() and not path.is_symlink()
    ]


def _own_files(case: Case) -> Iterator[Path]:
    yield from (Path(name) for letter in case.letters for name in letter.files)
    kept = Path(case.folder) / ANSWERS
    if kept.is_dir() and not kept.is_symlink():
        yield from sorted(kept.iterdir())


def _place(path: Path, folder: Path) -> str:
    """Where a file lies in its case's folder; its name alone where it lies elsewhere."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def proof_csv(photos: Iterable[CasePhoto]) -> str:
    """The proof table: one row a photo, with what became of it and every record that proves it."""
    return csv_table(
        ("link", "photo_id", "state", "match_key", "certainty", "records"),
        (
            (
                item.photo.link or "",
                item.photo.photo_id or "",
                item.state.value,
                item.photo.match_key,
                item.photo.certainty,
                records_of(item.photo),
            )
            for item in photos
            if item.state is not RemovalState.LEFT_OUT
        ),
    )


@dataclass(frozen=True, slots=True)
class Protection:
    """What a run of the tool did on Flickr for photos of a case, as Flickr confirmed it."""

    run_id: str
    undoes: str | None
    """The run whose changes it took back."""
    day: date
    what: str
    photos: int


def protections(conn: sqlite3.Connection, photo_ids: Iterable[str]) -> tuple[Protection, ...]:
    """The runs that changed some of these photos, oldest first; an undo is a run of its own."""
    wanted = {int(photo_id) for photo_id in photo_ids if photo_id}
    rows = conn.execute(
        "SELECT run_id, undoes, started_at, mitigation, photo_id FROM change JOIN run USING (run_id)"
        " WHERE state IN ('done', 'already') ORDER BY started_at, mitigation"
    )
    counts = Counter(tuple(change) for *change, photo_id in rows if photo_id in wanted)
    return tuple(
        Protection(run_id, undoes, datetime.fromtimestamp(started_at, UTC).date(), mitigation, number)
        for (run_id, undoes, started_at, mitigation), number in counts.items()
    )
