"""Cases in the home's database, and the desk: what all work on cases needs."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from auditor import clock
from auditor.errors import ConfigurationError, UsageError
from auditor.files import user_path
from auditor.optout.case import (
    Answer,
    AnswerClass,
    Case,
    Fingerprint,
    IndexVersion,
    Kind,
    LetterRecord,
    Purpose,
    RecheckCounts,
)
from auditor.optout.law import Ground, Role
from auditor.optout.photos import Place, RequestedPhoto, Standing
from auditor.settings import Settings


class RemovalState(StrEnum):
    """What became of a photo of a case."""

    ASKED = "asked"
    REMOVED = "removed"
    STILL_THERE = "still-there"
    LEFT_OUT = "left-out"
    """Found when the letter was drafted, and never named to the publisher."""


@dataclass(frozen=True, slots=True)
class CasePhoto:
    """A photo of a case and what became of it."""

    photo: RequestedPhoto
    state: RemovalState


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """Something that happened to a case, for its chronology."""

    on: date
    kind: str
    note: str


class CaseStore:
    """Reads and writes cases; the caller opens the transaction around what belongs together."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def new_id(self, stem: str) -> str:
        """The next id, such as ``ffhq-2``; free as long as the transaction lasts, for no case is deleted."""
        taken = {row["id"] for row in self._conn.execute("SELECT id FROM optout_case")}
        number = 1
        while f"{stem}-{number}" in taken:
            number += 1
        return f"{stem}-{number}"

    def all(self) -> list[Case]:
        """Every case, oldest first."""
        rows = self._conn.execute("SELECT * FROM optout_case ORDER BY drafted_on, rowid")
        return [self._whole(row) for row in rows]

    def get(self, case_id: str) -> Case:
        """The case, or the newest one for ``last``.

        Errors: `UsageError`, naming the cases there are, for an id that is none of them.
        """
        if case_id == "last":
            row = self._conn.execute("SELECT * FROM optout_case ORDER BY rowid DESC LIMIT 1").fetchone()
        else:
            row = self._conn.execute("SELECT * FROM optout_case WHERE id = ?", (case_id,)).fetchone()
        if row is None:
            known = ", ".join(case.id for case in self.all())
            raise UsageError(
                f'there is no case "{case_id}"',
                hint=f"Cases: {known}."
                if known
                else "There is none yet: flickr-auditor optout draft DATASET",
            )
        return self._whole(row)

    def _whole(self, row: sqlite3.Row) -> Case:
        letters = self._conn.execute(
            "SELECT * FROM optout_letter WHERE case_id = ? ORDER BY number", (row["id"],)
        )
        answers = self._conn.execute(
            "SELECT * FROM optout_answer WHERE case_id = ? ORDER BY number", (row["id"],)
        )
        return replace(
            _case(row),
            letters=tuple(_letter(letter) for letter in letters),
            answers=tuple(_answer(answer) for answer in answers),
        )

    def save(self, case: Case, *, event: str, on: date, note: str = "") -> None:
        """Add or replace `case`, and write down what happened to it."""
        self._upsert("optout_case", "id", _row(case))
        for table, rows in (
            ("optout_letter", [_letter_row(letter) for letter in case.letters]),
            ("optout_answer", [_answer_row(answer) for answer in case.answers]),
        ):
            self._conn.execute(f"DELETE FROM {table} WHERE case_id = ?", (case.id,))  # noqa: S608 - own names
            for row in rows:
                self._insert(table, {"case_id": case.id, **row})
        self.log(case.id, event=event, on=on, note=note)

    def log(self, case_id: str, *, event: str, on: date, note: str = "") -> None:
        """Write down what happened to a case without changing it."""
        self._insert(
            "optout_event", {"case_id": case_id, "on_date": on.isoformat(), "kind": event, "note": note}
        )

    def events(self, case_id: str) -> list[CaseEvent]:
        """What happened to a case, in the order in which it was written down."""
        rows = self._conn.execute("SELECT * FROM optout_event WHERE case_id = ? ORDER BY rowid", (case_id,))
        return [CaseEvent(date.fromisoformat(row["on_date"]), row["kind"], row["note"]) for row in rows]

    def _upsert(self, table: str, key: str, row: dict[str, object]) -> None:
        changes = ", ".join(f"{name} = excluded.{name}" for name in row)
        self._insert(table, row, f" ON CONFLICT ({key}) DO UPDATE SET {changes}")

    def _insert(self, table: str, row: dict[str, object], conflict: str = "") -> None:
        self._conn.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}){conflict}",  # noqa: S608 - own names
            tuple(row.values()),
        )

    def photos(self, case_id: str) -> list[CasePhoto]:
        """The photos of a case, in the order of the letter."""
        rows = self._conn.execute(
            "SELECT * FROM optout_photo WHERE case_id = ? ORDER BY position", (case_id,)
        )
        return [_photo(row) for row in rows]

    def asked(self, case_id: str) -> list[RequestedPhoto]:
        """The photos that a case asks, or once asked, to remove."""
        return [item.photo for item in self.photos(case_id) if item.state is not RemovalState.LEFT_OUT]

    def left_out(self, case_id: str) -> list[RequestedPhoto]:
        """The photos that were found and never named."""
        return [item.photo for item in self.photos(case_id) if item.state is RemovalState.LEFT_OUT]

    def outstanding(self, case_id: str) -> list[RequestedPhoto]:
        """Those of them that nothing shows to be removed."""
        open_states = {RemovalState.ASKED, RemovalState.STILL_THERE}
        return [item.photo for item in self.photos(case_id) if item.state in open_states]

    def save_photos(self, case_id: str, photos: Iterable[CasePhoto]) -> None:
        """Replace the photos of a case."""
        self._conn.execute("DELETE FROM optout_photo WHERE case_id = ?", (case_id,))
        self._conn.executemany(
            "INSERT INTO optout_photo (case_id, position, photo_id, link, state, proof)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (case_id, position, item.photo.photo_id, item.photo.link, item.state, _proof(item.photo))
                for position, item in enumerate(photos)
            ],
        )


def _row(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        "datasets": json.dumps(case.datasets),
        "purpose": case.purpose.value,
        "state": case.state.value,
        "ground": case.ground.value,
        "role": case.role.value,
        "language": case.language,
        "sender": case.sender,
        "nsid": case.nsid,
        "include_private": case.include_private,
        "addressee": case.to,
        "contact": case.contact,
        "folder": case.folder,
        "photos": case.photos,
        "records": case.records,
        "index_version": json.dumps(case.index and asdict(case.index), default=date.isoformat),
        "fingerprint": json.dumps(case.fingerprint and asdict(case.fingerprint)),
        "drafted_on": case.drafted_on.isoformat(),
        "closed_on": _text(case.closed_on),
        "outcome": json.dumps(asdict(case.outcome), default=date.isoformat) if case.outcome else None,
        "follows": case.follows,
    }


def _letter_row(letter: LetterRecord) -> dict[str, object]:
    return {
        "number": letter.number,
        "kind": letter.kind.value,
        "addressee": letter.to,
        "drafted_on": letter.drafted_on.isoformat(),
        "files": json.dumps(letter.files),
        "message_id": letter.message_id,
        "replies_to": letter.replies_to and letter.replies_to.value,
        "sent_on": _text(letter.sent_on),
        "received_on": _text(letter.received_on),
    }


def _answer_row(answer: Answer) -> dict[str, object]:
    return {
        "number": answer.number,
        "letter": answer.letter,
        "on_date": answer.on.isoformat(),
        "meaning": answer.meaning and answer.meaning.value,
        "confirmed": answer.confirmed,
        "file": answer.file,
    }


def _case(row: sqlite3.Row) -> Case:
    """The case without its letters and answers."""
    index, fingerprint = json.loads(row["index_version"]), json.loads(row["fingerprint"])
    outcome = json.loads(row["outcome"]) if row["outcome"] else None
    return Case(
        id=row["id"],
        datasets=tuple(json.loads(row["datasets"])),
        purpose=Purpose(row["purpose"]),
        ground=Ground(row["ground"]),
        role=Role(row["role"]),
        language=row["language"],
        sender=row["sender"],
        nsid=row["nsid"],
        include_private=bool(row["include_private"]),
        to=row["addressee"],
        contact=row["contact"],
        folder=row["folder"],
        photos=row["photos"],
        records=row["records"],
        index=_index_version(index) if index else None,
        fingerprint=Fingerprint(**{**fingerprint, "witnesses": tuple(fingerprint["witnesses"])})
        if fingerprint
        else None,
        drafted_on=date.fromisoformat(row["drafted_on"]),
        closed_on=_day(row["closed_on"]),
        outcome=RecheckCounts(**{**outcome, "checked_on": date.fromisoformat(outcome["checked_on"])})
        if outcome
        else None,
        follows=row["follows"],
    )


def _index_version(stored: dict[str, Any]) -> IndexVersion:
    sources = tuple((name, sha256) for name, sha256 in stored["sources"])
    read_on = date.fromisoformat(stored["read_on"])
    return IndexVersion(**{**stored, "sources": sources, "read_on": read_on})


def _letter(row: sqlite3.Row) -> LetterRecord:
    return LetterRecord(
        number=row["number"],
        kind=Kind(row["kind"]),
        to=row["addressee"],
        drafted_on=date.fromisoformat(row["drafted_on"]),
        files=tuple(json.loads(row["files"])),
        message_id=row["message_id"],
        replies_to=AnswerClass(row["replies_to"]) if row["replies_to"] else None,
        sent_on=_day(row["sent_on"]),
        received_on=_day(row["received_on"]),
    )


def _answer(row: sqlite3.Row) -> Answer:
    return Answer(
        number=row["number"],
        letter=row["letter"],
        on=date.fromisoformat(row["on_date"]),
        meaning=AnswerClass(row["meaning"]) if row["meaning"] else None,
        confirmed=bool(row["confirmed"]),
        file=row["file"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _proof(photo: RequestedPhoto) -> str:
    # `asdict` takes many times as long, and a case can have tens of thousands.
    values = {item.name: getattr(photo, item.name) for item in fields(photo)}
    values["places"] = [asdict(place) for place in photo.places]
    return json.dumps({key: value for key, value in values.items() if key not in {"photo_id", "link"}})


def _photo(row: sqlite3.Row) -> CasePhoto:
    proof = json.loads(row["proof"])
    photo = RequestedPhoto(
        **{
            **proof,
            "photo_id": row["photo_id"],
            "link": row["link"],
            "places": tuple(Place(**place) for place in proof["places"]),
            "standing": Standing(proof["standing"]),
            "steps_done": tuple(proof["steps_done"]),
        }
    )
    return CasePhoto(photo, RemovalState(row["state"]))


@dataclass(frozen=True, slots=True)
class Desk:
    """What all work on cases needs."""

    conn: sqlite3.Connection
    letters: Path
    """The folder that gets one folder a case."""
    indexes: Path
    today: date
    templates: Path | None = None
    """The user's own templates."""

    @classmethod
    def of(cls, conn: sqlite3.Connection, settings: Settings) -> Self:
        """The desk of a home, today. Errors: `ConfigurationError` where the user's templates are missing."""
        # The day where the user is: a letter is dated, and its term counted, by their calendar.
        today = clock.today()
        return cls(conn, settings.letters, settings.indexes, today, _templates(settings))

    @property
    def store(self) -> CaseStore:
        """The cases."""
        return CaseStore(self.conn)


def _templates(settings: Settings) -> Path | None:
    """The user's folder of templates, relative to the settings file that names it."""
    named = settings.optout.get("templates")
    if not named:
        return None
    base = settings.config_file.parent if settings.config_file else Path()
    folder = base / user_path(Path(named))
    if not folder.is_dir():
        raise ConfigurationError(
            f"there is no folder {folder}", hint="Correct [optout] templates in the settings."
        )
    return folder
