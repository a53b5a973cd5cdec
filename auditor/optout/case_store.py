"""Cases in the home's database."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum

from auditor.errors import UsageError
from auditor.optout.cases import Case, Fingerprint, IndexVersion, Outcome
from auditor.optout.law import Ground, Role
from auditor.optout.photos import Place, RequestedPhoto, Standing

_DATES = ("drafted_on", "sent_on", "received_on", "answered_on", "closed_on")


class PhotoState(StrEnum):
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
    state: PhotoState


class CaseStore:
    """Reads and writes cases; the caller opens the transaction around what belongs together."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def new_id(self, dataset: str) -> str:
        """The next id, such as ``ffhq-2``; free as long as the transaction lasts, for no case is deleted."""
        count = self._conn.execute(
            "SELECT count(*) FROM optout_case WHERE dataset = ?", (dataset,)
        ).fetchone()[0]
        return f"{dataset}-{count + 1}"

    def all(self) -> list[Case]:
        """Every case, oldest first."""
        return [
            _case(row) for row in self._conn.execute("SELECT * FROM optout_case ORDER BY drafted_on, rowid")
        ]

    def get(self, case_id: str) -> Case:
        """Raises `UsageError`, naming the cases there are, for an id that is none of them."""
        row = self._conn.execute("SELECT * FROM optout_case WHERE id = ?", (case_id,)).fetchone()
        if row is None:
            known = ", ".join(case.id for case in self.all())
            raise UsageError(
                f'there is no case "{case_id}"',
                hint=f"Cases: {known}."
                if known
                else "There is none yet: flickr-auditor optout draft DATASET",
            )
        return _case(row)

    def save(self, case: Case, *, event: str, on: date, note: str = "") -> None:
        """Add or replace `case`, and write down what happened to it."""
        row = _row(case)
        self._conn.execute(
            f"INSERT INTO optout_case ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608 - own names
            f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in row)}",
            tuple(row.values()),
        )
        self._conn.execute(
            "INSERT INTO optout_event (case_id, on_date, kind, note) VALUES (?, ?, ?, ?)",
            (case.id, on.isoformat(), event, note),
        )

    def photos(self, case_id: str) -> list[CasePhoto]:
        """The photos of a case, in the order of the letter."""
        rows = self._conn.execute(
            "SELECT * FROM optout_photo WHERE case_id = ? ORDER BY position", (case_id,)
        )
        return [_photo(row) for row in rows]

    def asked(self, case_id: str) -> list[RequestedPhoto]:
        """The photos that a case asks, or once asked, to remove."""
        return [item.photo for item in self.photos(case_id) if item.state is not PhotoState.LEFT_OUT]

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
        "dataset": case.dataset,
        "ground": case.ground.value,
        "role": case.role.value,
        "language": case.language,
        "sender": case.sender,
        "nsid": case.nsid,
        "include_private": case.include_private,
        "folder": case.folder,
        "files": json.dumps(case.files),
        "photos": case.photos,
        "records": case.records,
        "index_version": json.dumps(asdict(case.index), default=date.isoformat),
        "fingerprint": json.dumps(asdict(case.fingerprint)),
        **{name: day and day.isoformat() for name in _DATES for day in [getattr(case, name)]},
        "outcome": json.dumps(asdict(case.outcome), default=date.isoformat) if case.outcome else None,
    }


def _case(row: sqlite3.Row) -> Case:
    index = json.loads(row["index_version"])
    fingerprint = json.loads(row["fingerprint"])
    outcome = json.loads(row["outcome"]) if row["outcome"] else None
    return Case(
        id=row["id"],
        dataset=row["dataset"],
        ground=Ground(row["ground"]),
        role=Role(row["role"]),
        language=row["language"],
        sender=row["sender"],
        nsid=row["nsid"],
        include_private=bool(row["include_private"]),
        folder=row["folder"],
        files=tuple(json.loads(row["files"])),
        photos=row["photos"],
        records=row["records"],
        index=IndexVersion(
            sources=tuple((name, sha256) for name, sha256 in index["sources"]),
            read_on=date.fromisoformat(index["read_on"]),
        ),
        fingerprint=Fingerprint(**{**fingerprint, "witnesses": tuple(fingerprint["witnesses"])}),
        drafted_on=date.fromisoformat(row["drafted_on"]),
        sent_on=_day(row["sent_on"]),
        received_on=_day(row["received_on"]),
        answered_on=_day(row["answered_on"]),
        closed_on=_day(row["closed_on"]),
        outcome=Outcome(**{**outcome, "checked_on": date.fromisoformat(outcome["checked_on"])})
        if outcome
        else None,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _proof(photo: RequestedPhoto) -> str:
    # `asdict` takes many times as long, and a case can have tens of thousands.
    values = {item.name: getattr(photo, item.name) for item in fields(photo)}
    values["places"] = [{"source": place.source, "record": place.record} for place in photo.places]
    return json.dumps({key: value for key, value in values.items() if key not in {"photo_id", "link"}})


def _photo(row: sqlite3.Row) -> CasePhoto:
    proof = json.loads(row["proof"])
    photo = RequestedPhoto(
        photo_id=row["photo_id"],
        link=row["link"],
        match_key=proof["match_key"],
        certainty=proof["certainty"],
        places=tuple(Place(**place) for place in proof["places"]),
        standing=Standing(proof["standing"]),
        license_then=proof["license_then"],
        license_now=proof["license_now"],
        url_hash=proof["url_hash"],
        steps_done=tuple(proof["steps_done"]),
    )
    return CasePhoto(photo, PhotoState(row["state"]))
