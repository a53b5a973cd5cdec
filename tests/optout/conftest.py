"""Letters, cases and an index to write them from. All ids, names and NSIDs are invented."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import auditor.report
from auditor import database
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.cli.app import run
from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.datasets.index.build import build
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.readers import select
from auditor.flickr.privacy import Privacy
from auditor.optout import addressees
from auditor.optout import letter as letters
from auditor.optout.case import Case, Fingerprint, IndexVersion, Kind, LetterRecord, Purpose
from auditor.optout.law import Ground, Role
from auditor.optout.letter import FollowUp, Letter
from auditor.optout.photos import Place, RequestedPhoto, Standing
from tests.cli.conftest import Result
from tests.errors_read_well import _every_error_reads_well as _every_error_reads_well

NSID = "99000001@N07"
TODAY = date(2026, 11, 21)
VERSION = IndexVersion(
    sources=(("ffhq-v2.json", "ab" * 32),),
    read_on=date(2026, 3, 1),
)
PHOTO = RequestedPhoto(
    photo_id="5000000001",
    link=f"https://www.flickr.com/photos/{NSID}/5000000001/",
    match_key=MatchKey.PHOTO_ID,
    certainty="published",
    places=(Place("ffhq-v2.json", '["17"]'),),
    standing=Standing.PUBLIC,
    license_then="2",
    license_now="0",
    license_read_on="2026-11-20",
)
ACCOUNT = Account(NSID, "Ann Example", "annexample")
CASE = Case(
    id="ffhq-1",
    datasets=("ffhq",),
    purpose=Purpose.REMOVAL,
    ground=Ground.GDPR,
    role=Role.PHOTOGRAPHER,
    language="en",
    sender="Ann Example",
    nsid=NSID,
    include_private=False,
    to="NVIDIA Research",
    contact="nvidia",
    folder="/letters/ffhq-1",
    photos=1,
    records=1,
    index=VERSION,
    fingerprint=Fingerprint(rows=10, indexed=10, witness_key="photo_id", witnesses=()),
    drafted_on=TODAY,
    letters=(LetterRecord(1, Kind.REQUEST, "NVIDIA Research", TODAY),),
)


def a_letter(
    photos: Sequence[RequestedPhoto] = (PHOTO,),
    *,
    card: Card | None = None,
    account: Account = ACCOUNT,
    follow_up: FollowUp | None = None,
    index: IndexVersion = VERSION,
    **case: Any,
) -> Letter:
    """The first part of a letter about `photos`, with the fields of `case` changed."""
    chosen = card or catalogue.get("ffhq")
    return letters.request(
        replace(CASE, **case),
        [chosen],
        photos,
        to=addressees.of_card(chosen).recipient,
        index=index,
        account=account,
        written_on=TODAY,
        follow_up=follow_up,
    )[0]


def ffhq(photos: Sequence[tuple[str, str]]) -> str:
    """An FFHQ-like index of (owner, photo id) pairs, one face each."""
    return json.dumps(
        {
            str(number): {
                "category": "training",
                "metadata": {
                    "photo_url": f"https://www.flickr.com/photos/{owner}/{photo_id}/",
                    "photo_title": "Somebody",
                    "author": "Somebody",
                    "license": "Attribution-NonCommercial License",
                    "license_url": "http://creativecommons.org/licenses/by-nc/2.0/",
                },
            }
            for number, (owner, photo_id) in enumerate(photos)
        }
    )


STRANGERS = [("99000002@N07", str(3_000_000_000 + number)) for number in range(300)]


class Home:
    """A home with an account of `count` photos, all of them in its FFHQ index."""

    def __init__(self, path: Path, count: int, *, private: Sequence[int] = ()) -> None:
        self.path = path
        known = (path / "auditor.sqlite3").exists()
        self.photos = [
            Photo(
                id=str(5_000_000_000 + number),
                title=f"Photo {number}",
                license_id="0",
                privacy=Privacy.PRIVATE if number in private else Privacy.PUBLIC,
                secret=f"{number:010x}",
                server="65535",
                original_secret=f"0123456789{number:x}",
            )
            for number in range(count)
        ]
        self.mine = [(NSID, photo.id) for photo in self.photos]
        self.conn = database.connect(path / "auditor.sqlite3")
        if not known:
            AccountStore(self.conn).save(
                ACCOUNT, self.photos, taken_at=time.time(), source="api", complete=True, full=True
            )

    def index(self, photos: Sequence[tuple[str, str]], name: str = "ffhq") -> None:
        """Build the local index of the dataset `name` from an FFHQ-like file."""
        file = self.file(photos)
        card = catalogue.get(name)
        build(self.path / "indexes", name, [file], formats=select(card.formats), card=card, replace=True)

    def file(self, photos: Sequence[tuple[str, str]], name: str = "ffhq-dataset-v2.json") -> Path:
        """An FFHQ-like file."""
        file = self.path / name
        file.write_text(ffhq(photos))
        return file


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `home`, made once."""
    path = tmp_path_factory.mktemp("made")
    made = Home(path, 12, private=[7])
    made.index([*made.mine, made.mine[1], (NSID, "4000000001"), *STRANGERS])
    made.conn.close()
    return path


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    """Twelve photos, all in the index: the second with two faces, one private; and one deleted since."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return Home(tmp_path, 12, private=[7])


SCHEMA = json.loads((Path(auditor.report.__file__).parent / "schemas" / "optout.json").read_text())
Program = Callable[..., Result]


@pytest.fixture
def program(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Program:
    """Runs ``optout`` with a home; JSON results are checked against the schema."""
    for name in ("FLICKR_API_KEY", "FLICKR_API_SECRET", "AUDITOR_CONFIG", "AUDITOR_FLICKR_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AUDITOR_HOME", str(home.path))
    monkeypatch.chdir(home.path)

    def call(*words: object) -> Result:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            run(["optout", *(str(word) for word in words)])
        captured = capfd.readouterr()
        code = ended.value.code
        result = Result(code if isinstance(code, int) else 0, captured.out, captured.err)
        if "json" in words and result.code in {0, 1}:
            jsonschema.validate(result.json, SCHEMA)
        return result

    return call


def a_mail(path: Path, text: str, **headers: str) -> Path:
    """A mail in the file `path`."""
    message = EmailMessage()
    message["From"] = headers.pop("From", "Research <researchinquiries@nvidia.com>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    path.write_bytes(message.as_bytes())
    return path
