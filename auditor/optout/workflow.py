"""Where a case is worked on: draft the letter, and re-check it against the publisher's next index.

Letters, photos and case are written together or not at all.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from auditor import database
from auditor.account.photo import Account
from auditor.datasets.card import Card
from auditor.datasets.index.lookup import Index
from auditor.errors import UsageError
from auditor.files import private_dir
from auditor.optout import letter as letters
from auditor.optout.case_store import CasePhoto, CaseStore, PhotoState
from auditor.optout.cases import Case, IndexVersion, Outcome
from auditor.optout.law import Ground, Role
from auditor.optout.letter import FollowUp, Letter
from auditor.optout.letter_files import write_pack
from auditor.optout.next_index import Recheck, compare, fingerprint, refuse_unproven, version
from auditor.optout.photos import RequestedPhoto, Selection, select


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for when drafting."""

    ground: Ground
    role: Role
    language: str
    sender: str | None
    include_private: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What all work on cases needs."""

    conn: sqlite3.Connection
    letters: Path
    """The folder that gets one folder a case."""
    today: date
    templates: Path | None = None
    """The user's own templates."""

    def draft(
        self,
        wish: Wish,
        card: Card,
        selection: Selection,
        index: Index,
        *,
        account: Account | None,
        out: Path | None = None,
    ) -> tuple[Case, tuple[Letter, ...]]:
        """Open a case with its letter about `selection.asked`, which must not be empty.

        The files go to `out`, or to a folder of the case.
        """
        if out and (out / "letter-1.txt").exists():
            raise UsageError(f"{out} already holds a letter", hint="Name another folder with --out DIR.")
        store = CaseStore(self.conn)
        asked = selection.asked
        version_now = version(index)
        known_by = fingerprint(index, asked)
        with database.transaction(self.conn):
            case_id = store.new_id(card.name)
            folder = out.absolute() if out else private_dir(self.letters) / case_id
            case = Case(
                id=case_id,
                dataset=card.name,
                ground=wish.ground,
                role=wish.role,
                language=wish.language,
                sender=wish.sender,
                nsid=account.nsid if account else None,
                include_private=wish.include_private,
                folder=str(folder),
                files=(),
                photos=len(asked),
                records=sum(len(photo.places) for photo in asked),
                index=version_now,
                fingerprint=known_by,
                drafted_on=self.today,
            )
            written = letters.write(
                case, card, asked, index=version_now, account=account, written_on=self.today
            )
            files = write_pack(written, folder, templates=self.templates)
            case = replace(case, files=tuple(map(str, files)))
            store.save(case, event="drafted", on=self.today)
            store.save_photos(
                case_id,
                [CasePhoto(photo, PhotoState.ASKED) for photo in asked]
                + [CasePhoto(photo, PhotoState.LEFT_OUT) for photo in selection.left_out],
            )
        return case, written

    def recheck(
        self,
        case: Case,
        card: Card,
        found: Sequence[RequestedPhoto],
        index: Index,
        *,
        account: Account | None,
        include_new: bool,
    ) -> tuple[Case, Recheck]:
        """Compare `case` with what was `found` in the new `index`, and write the follow-up letter.

        With `include_new` the newly found photos become part of the case, but for those that are not public
        where the user did not agree to name such.

        Raises `WrongFileError` when nothing shows that `index` is the next version of the case's.
        """
        store = CaseStore(self.conn)
        asked = store.asked(case.id)
        left_out = [item.photo for item in store.photos(case.id) if item.state is PhotoState.LEFT_OUT]
        result = compare(asked, left_out, found)
        refuse_unproven(case, result)
        added = select(result.newly_found, include_private=case.include_private).asked if include_new else ()
        missing = sorted((*result.still_there, *added), key=lambda photo: photo.order)
        outcome = Outcome(
            checked_on=self.today,
            removed=len(result.removed),
            still_there=len(result.still_there),
            newly_found=len(result.newly_found),
            follow_up_waits=bool(missing),
        )
        with database.transaction(self.conn):
            follow_up = None  # a letter that was never sent has none; it is written anew
            if case.sent_on:
                follow_up = FollowUp(case.sent_on, len(asked), len(result.removed), len(added))
            files = case.files
            if missing:
                files = self._follow_up(case, card, missing, version(index), account, follow_up)
            case = replace(
                case,
                files=files,
                photos=len(asked) + len(added),
                records=case.records + sum(len(photo.places) for photo in added),
                outcome=outcome,
                # What is still there opens a closed case again.
                closed_on=None if missing else case.closed_on,
            )
            counts = (outcome.removed, outcome.still_there, outcome.newly_found)
            note = "{} removed, {} still there, {} newly found".format(*counts)
            store.save(case, event="rechecked", on=self.today, note=note)
            store.save_photos(
                case.id,
                [CasePhoto(photo, PhotoState.REMOVED) for photo in result.removed]
                + [CasePhoto(photo, PhotoState.STILL_THERE) for photo in missing]
                + [CasePhoto(photo, PhotoState.LEFT_OUT) for photo in left_out],
            )
        return case, result

    def _follow_up(
        self,
        case: Case,
        card: Card,
        photos: Sequence[RequestedPhoto],
        index: IndexVersion,
        account: Account | None,
        follow_up: FollowUp | None,
    ) -> tuple[str, ...]:
        written = letters.write(
            case, card, photos, index=index, account=account, written_on=self.today, follow_up=follow_up
        )
        number = 1
        while (folder := Path(case.folder) / f"follow-up-{number}").exists():
            number += 1
        return tuple(map(str, write_pack(written, folder, templates=self.templates)))
