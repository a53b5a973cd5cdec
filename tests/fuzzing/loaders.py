"""Everything that reads what others wrote: valid examples of each, and how it may refuse a broken one."""

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from importlib import resources
from pathlib import Path
from typing import Any, Final, cast

from auditor import database, outside, settings
from auditor.account import data_export
from auditor.account.store import AccountStore
from auditor.account.sync import sync
from auditor.audit.shown import known_before
from auditor.datasets import catalogue, contacts
from auditor.datasets.card import parse_card
from auditor.datasets.index import manifest
from auditor.datasets.parsing import mails
from auditor.datasets.parsing.sources import Source
from auditor.datasets.sharing import registry
from auditor.errors import AuditorError
from auditor.flickr.api import ReadApi
from auditor.flickr.budget import CallBudget
from auditor.flickr.target import classify
from auditor.flickr.transport import Credentials, Retry, Transport
from auditor.lookup import described, keys, tree
from auditor.mail import read_mail
from auditor.mitigation.planning import plan, policy_file
from auditor.optout import incoming
from auditor.optout.answers import own_words, propose
from auditor.report import plan as plan_report
from auditor.target_lists import read_list, target_of
from tests.fuzzing import damage, packs

Read = Callable[[bytes, Path], object]
NSID: Final = "12345678@N01"
MOST_WORDS: Final = 3000
"""Characters of an error: no file makes it fill the screen."""


@dataclass(frozen=True)
class Loader:
    """One kind of file; `read` gets the content, and a folder that is empty."""

    name: str
    read: Read
    examples: tuple[bytes, ...]
    broken: Callable[[random.Random, bytes], bytes] = lambda rng, data: rng.choice(damage.BYTES)(rng, data)
    """Damage to what an example says."""
    refusals: tuple[type[Exception], ...] = (AuditorError,)
    """What it raises for a file that it does not take."""
    most_growth: int = 300_000
    """KiB by which the process may grow with all variants, those that are made here included."""

    def variant(self, rng: random.Random) -> bytes:
        """A damaged example."""
        data = rng.choice(self.examples)
        if rng.random() < 0.7:
            data = self.broken(rng, data)
        if rng.random() < 0.4:
            data = rng.choice(damage.BYTES)(rng, data)
        return data

    def check(self, data: bytes, folder: Path) -> bool:
        """Whether the content is taken; else it is refused in words, with a next step, and nothing else."""
        refusal = None
        try:
            self.read(data, folder)
        except self.refusals as error:
            refusal = error
        if isinstance(refusal, AuditorError):
            assert refusal.exit_code != 70, refusal
            assert refusal.message, f"an error without words: {refusal!r}"
            assert refusal.hint.strip(), f"no next step: {refusal!r}"
            length = len(refusal.message) + len(refusal.hint)
            assert length < MOST_WORDS, f"{length:,} characters: {refusal.message[:300]}"
        return refusal is None


def _json(rng: random.Random, data: bytes) -> bytes:
    return damage.json_text(damage.json_value(rng, json.loads(data))).encode()


def _toml(rng: random.Random, data: bytes) -> bytes:
    return damage.toml_text(rng, data.decode()).encode(errors="surrogatepass")


def _in_file(read: Callable[[Path], object], name: str = "given") -> Read:
    def go(data: bytes, folder: Path) -> object:
        path = folder / name
        path.write_bytes(data)
        return read(path)

    return go


# -- plans and reports --------------------------------------------------------------------------------------


def _plan(rng: random.Random, data: bytes) -> bytes:
    """Damaged and signed anew, as whoever can write a file can."""
    told = damage.json_value(rng, json.loads(data))
    return damage.json_text(_signed(told) if isinstance(told, dict) and rng.random() < 0.8 else told).encode()


def _signed(told: dict[str, Any]) -> dict[str, Any]:
    content = {key: value for key, value in told.items() if key not in {"sha256", "state"}}
    canonical = damage.json_text(content, sort_keys=True, separators=(",", ":"))
    return {**told, "sha256": hashlib.sha256(canonical.encode()).hexdigest()}


def _shown_plan(path: Path) -> object:
    return plan_report.render_plan(plan.load(path), "html")


def _change(photo_id: str, mitigation: str, before: object, after: object) -> dict[str, object]:
    return {
        "photo_id": photo_id,
        "mitigation": mitigation,
        "before": before,
        "after": after,
        "reversible": "yes",
        "note": "",
        "details": {},
    }


_GROUP: Final = {"group_id": "34567890@N22", "title": "a group"}
_PLAN: Final = {
    "schema_version": plan.SCHEMA_VERSION,
    "plan_id": "plan-20261101-120000-0a1b2c",
    "account": {"nsid": NSID},
    "created_at": "2026-11-01T12:00:00+00:00",
    "snapshot": {"id": 1, "taken_at": "2026-11-01T11:00:00+00:00"},
    "undoes": None,
    "changes": [
        _change("1", "add-tag", {"tag": "no_cv", "present": False}, {"tag": "no_cv", "present": True}),
        _change("2", "license", "4", "0"),
        _change("2", "privacy", "public", "private"),
        _change("3", "hide", None, True),
        _change("4", "leave-group", {**_GROUP, "member": True}, {**_GROUP, "member": False}),
    ],
    "skipped": [{"photo_id": "9", "mitigation": "license", "reason": "already"}],
    "warnings": ["a warning"],
    "advice": ["some advice"],
    "calls": {"estimated": 12, "minutes": 1},
    "state": "ready",
}
_REPORT: Final = {
    "schema_version": 1,
    "account": {"nsid": NSID},
    "photos": [{"id": "1", "exposures": [{"dataset": "ffhq"}, {"dataset": "megaface"}]}],
    "no_longer_in_account": [{"photo_id": "5", "dataset": "ffhq", "record": "line 3"}],
    "files": [{"md5": "0" * 32, "path": "a.jpg", "exposures": [{"dataset": "ffhq"}]}],
}


def _since(path: Path) -> object:
    with closing(sqlite3.connect(":memory:")) as conn:
        return known_before(str(path), NSID, conn)


# -- settings and cards -------------------------------------------------------------------------------------

_SETTINGS: Final = f"""
[flickr]
api_key = "0123456789abcdef"
api_secret = "0123"
calls_per_hour = 3000
concurrency = 4
plaintext_keyring = true
[index]
folder = "/tmp/indexes"
memory_limit = "512MB"
[lookup]
address = "https://example.org/lookup/"
[optout]
name = "A. Photographer"
lang = "de"
[[policy]]
name = "faces"
[policy.match]
exposed_in = ["any"]
face_datasets_only = true
privacy = ["public"]
license_allows = ["reuse"]
tags = ["portrait"]
albums = ["Best of"]
taken_after = 2010-01-01
ids = ["9000000001"]
[policy.actions]
add_tags = ["no_cv"]
license = "all-rights-reserved"
privacy = "private"
hide = true
leave_groups = true
[[except]]
ids = ["1", "https://www.flickr.com/photos/{NSID}/2/"]
reason = "portfolio"
until = 2027-01-01
"""


def _settings(path: Path) -> object:
    read = settings.load(config=path, environ={}, home=path.parent)
    return policy_file.policies(read.policies), policy_file.exceptions(read.exceptions)


def _cards() -> tuple[bytes, ...]:
    folder = resources.files(catalogue.__package__) / "catalogue"
    return tuple((folder / f"{name}.toml").read_bytes() for name in ("ffhq", "megaface", "yfcc100m", "lfw"))


def _card(data: bytes, _: Path) -> object:
    return parse_card("ffhq", data.decode(), contacts.load())


# -- indexes, registries and look-ups -----------------------------------------------------------------------

_HASH: Final = "0" * 64
_MANIFEST: Final = {
    "schema_version": manifest.SCHEMA_VERSION,
    "dataset": "ffhq",
    "built_at": "2026-11-01T12:00:00+00:00",
    "tool_version": "0.2.0",
    "sources": [{"name": "ffhq.json", "bytes": 10, "sha256": _HASH}],
    "rows": 3,
    "indexed": 2,
    "skipped": {"no photo": 1},
    "records": 2,
    "photos": 2,
    "owners": 1,
    "match_keys": ["photo_id", "owner"],
    "files": [{"name": f"photo_id-{_HASH[:16]}.parquet", "rows": 2, "bytes": 10, "sha256": _HASH}],
    "provenance": "publisher",
}
_REGISTRY: Final = registry.to_json(
    [registry.Entry("ffhq", "ffhq.zip", 10, _HASH, "2026-11-01T12:00:00+00:00", 2, 2, ("photo_id",))],
    generated_at="2026-11-01T12:00:00+00:00",
    tool_version="0.2.0",
)
_SECTION: Final = {"tree": _HASH, "keys": 1, "records": 1, "pages": 1, "page_bytes": 1024, "least_keys": 1}
_LOOKUP: Final = {
    "format": described.FORMAT,
    "schema_version": described.SCHEMA_VERSION,
    "generated_at": "2026-11-01T12:00:00+00:00",
    "tool_version": "0.2.0",
    "about": _HASH,
    "left_out": 0,
    "sections": dict.fromkeys(keys.SECTIONS, _SECTION),
}
_TREE: Final = tree.table([tree.Range(0, (_HASH,)), tree.Range(9, (_HASH, _HASH))])
_ABOUT: Final = {"datasets": [{**_MANIFEST, "number": 0, "owned": 1, "findable": 2, "named": 2}]}


# -- Flickr -------------------------------------------------------------------------------------------------

_ROW: Final = {
    "id": "1001",
    "owner": NSID,
    "secret": "0a1b2c3d4e",
    "server": "65535",
    "farm": 66,
    "title": "a title",
    "ispublic": 1,
    "isfriend": 0,
    "isfamily": 0,
    "license": "4",
    "dateupload": "1700000000",
    "datetaken": "2023-11-01 12:00:00",
    "lastupdate": "1700000001",
    "tags": "nocv sky",
    "machine_tags": "",
    "media": "photo",
    "path_alias": "someone",
    "safety_level": "0",
    "views": "3",
}
_INFO: Final = {
    "id": "1001",
    "secret": "0a1b2c3d4e",
    "dateuploaded": "1700000000",
    "license": "4",
    "safety_level": "0",
    "title": {"_content": "a title"},
    "visibility": {"ispublic": 1, "isfriend": 0, "isfamily": 0},
    "dates": {"posted": "1700000000", "lastupdate": "1700000001"},
    "permissions": {"permcomment": 3, "permaddmeta": "2"},
    "tags": {"tag": [{"id": "1-2-3", "raw": "no_cv", "_content": "nocv"}]},
    "media": "photo",
}
_ANSWERS: Final[dict[str, Any]] = {
    "flickr.test.login": {"user": {"id": NSID, "username": {"_content": "owner"}, "path_alias": None}},
    "flickr.auth.oauth.checkToken": {"oauth": {"perms": {"_content": "read"}}},
    "flickr.people.getInfo": {
        "person": {"id": NSID, "nsid": NSID, "ispro": 1, "username": {"_content": "o"}}
    },
    "flickr.people.getPhotos": {
        "photos": {"page": 1, "pages": 1, "perpage": 500, "total": "2", "photo": [_ROW, {**_ROW, "id": "7"}]}
    },
    "flickr.photos.recentlyUpdated": {
        "photos": {"page": 1, "pages": 1, "perpage": 500, "total": 1, "photo": [_ROW]}
    },
    "flickr.photos.getCounts": {"photocounts": {"photocount": [{"count": "2"}]}},
    "flickr.photos.getInfo": {"photo": _INFO},
    "flickr.photos.getPerms": {"perms": {"id": "1001", "ispublic": 1, "permcomment": 3, "permaddmeta": 2}},
    "flickr.photos.getAllContexts": {"pool": [{"id": "1@N22", "title": "a group"}]},
    "flickr.photos.licenses.getAvailable": {"available_licenses": {"license": [{"id": "4"}]}},
    "flickr.photos.licenses.getLicenseHistory": {
        "license_history": [
            {"date_change": 1661436555, "old_license": "All Rights Reserved", "new_license": ""}
        ]
    },
    "flickr.prefs.getPrivacy": {"person": {"nsid": NSID, "privacy": "1"}},
    "flickr.photosets.getList": {
        "photosets": {"page": 1, "pages": 1, "photoset": [{"id": "5", "title": "x"}]}
    },
    "flickr.urls.lookupUser": {"user": {"id": NSID}},
}
_FLICKR: Final = json.dumps({name: {**answer, "stat": "ok"} for name, answer in _ANSWERS.items()}).encode()


class _Canned(outside.Outside):
    """A world in which Flickr gives these answers, and nobody sleeps."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self._answers = answers

    def client(self, make: Callable[[], Any]) -> Any:
        """See `Outside`."""
        return self

    REST_URL = "http://127.0.0.1:9/services/rest/"

    def do_flickr_call(self, method: str, **_: object) -> bytes:
        """As that of flickrapi."""
        return self._answers[method]

    def sleep(self, seconds: float) -> None:
        """See `Outside`."""


class _NoBudget:
    def acquire(self) -> None:
        """Take a call."""


def _flickr(rng: random.Random, data: bytes) -> bytes:
    """One answer is damaged, in what it says or in its bytes."""
    answers = json.loads(data)
    name = rng.choice(list(answers))
    if rng.random() < 0.8:
        answers[name] = damage.json_value(rng, answers[name])
    else:
        cut = rng.choice(damage.BYTES)(rng, json.dumps(answers[name]).encode())
        answers[name] = {"raw": cut.decode("latin-1")}
    return damage.json_text(answers).encode()


def _ask(data: bytes, folder: Path) -> object:
    """Ask everything that the program ever asks, and sync twice."""
    answers = dict.fromkeys(_ANSWERS, data)
    with suppress(ValueError, RecursionError, AttributeError):
        for name, answer in json.loads(data).items():
            cut = answer.get("raw") if isinstance(answer, dict) else None
            text = cut if isinstance(cut, str) else damage.json_text(answer)
            answers[name] = text.encode("latin-1", errors="replace")
    refused: list[AuditorError] = []
    with outside.replaced(_Canned(answers)), closing(database.connect(folder / "a.sqlite3")) as conn:
        api = ReadApi(
            Transport(
                Credentials("key", "secret", "token", "token secret"),
                cast("CallBudget", _NoBudget()),
                retry=Retry(attempts=1),
            )
        )
        store = AccountStore(conn)
        questions: tuple[Callable[[], object], ...] = (
            lambda: sync(api, store, now=1.7e9, full=True),
            lambda: sync(api, store, now=1.7e9 + 9000, full=False),
            lambda: store.photos(NSID),
            lambda: api.person(NSID),
            api.permissions,
            lambda: api.photo("1001"),
            lambda: api.photo_permissions("1001"),
            lambda: api.pools("1001"),
            lambda: api.available_licenses("1001"),
            lambda: api.license_history("1001"),
            lambda: api.preference("getPrivacy"),
            api.albums,
            lambda: api.user_at("https://www.flickr.com/people/someone/"),
        )
        for question in questions:
            try:
                question()
            except AuditorError as error:
                refused.append(error)
    if refused:
        raise max(refused, key=lambda error: len(error.message) - 10_000 * bool(error.hint))
    return None


# -- data exports ------------------------------------------------------------------------------------------

_EXPORT: Final = {
    "account_profile.json": {
        "nsid": NSID,
        "path_alias": "someone",
        "screen_name": "Lena",
        "pro_user": "no",
        "settings": {"default_license": "CC BY 4.0", "who_can_download_photos": "anyone"},
    },
    "photo_31000000001.json": {
        "id": "31000000001",
        "name": "Harbour",
        "count_views": "12",
        "date_taken": "2019-05-01 10:00:00",
        "date_imported": "2019-05-02 00:00:00",
        "photopage": "https://www.flickr.com/photos/someone/31000000001/",
        "original": "https://live.staticflickr.com/65535/31000000001_0a1b2c3d4e_o.jpg",
        "license": "CC BY-NC-SA 4.0",
        "albums": [{"id": "5", "title": "Best of"}],
        "tags": [{"tag": "No CV"}],
        "privacy": "public",
        "safety": "safe",
        "comments": [{"comment": "lovely", "user": "99000002@N07"}],
    },
    "albums.json": {"albums": [{"id": "5", "title": "Best of", "photos": ["31000000001"]}]},
}


def _export(data: bytes, folder: Path) -> object:
    """Each part is a file; what is no set of parts is a photo's file."""
    parts: dict[str, object] = {"account_profile.json": _EXPORT["account_profile.json"], "photo_1.json": data}
    with suppress(ValueError, RecursionError, AttributeError):
        parts = dict(json.loads(data).items())
    export = folder / "export"
    export.mkdir()
    for number, (name, part) in enumerate(parts.items()):
        known = name if name in _EXPORT or name == "photo_1.json" else f"photo_{number}.json"
        (export / known).write_bytes(part if isinstance(part, bytes) else damage.json_text(part).encode())
    read = data_export.load(export, now=1.8e9)
    with closing(database.connect(folder / "home" / "a.sqlite3")) as conn:
        return data_export.save_export(AccountStore(conn), read)


# -- what people send ---------------------------------------------------------------------------------------


def _mail() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Privacy <privacy@example.org>", "a@example.org"
    mail["Subject"], mail["Message-ID"] = "Re: your request [case-1]", "<1@example.org>"
    mail["Date"], mail["In-Reply-To"] = "Tue, 03 Nov 2026 10:00:00 +0100", "<0@example.org>"
    mail.set_content("We have removed your photos.\n\nOn 2 Nov, A wrote:\n> Please remove them.\n")
    mail.add_alternative("<p>We have <b>removed</b> your photos.</p><blockquote>Please</blockquote>", "html")
    mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename="answer.pdf")
    return mail.as_bytes().replace(b"===============", b"x")


def _list_in_mail() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "A <a@example.org>", "my photos"
    mail["Date"] = "Tue, 03 Nov 2026 10:00:00 +0100"
    mail.set_content(_LIST.decode(), cte="quoted-printable")
    mail.add_alternative(f"<p>{_LIST.decode()}</p>", "html", cte="base64")
    mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename="list.pdf")
    return bytes(mail)


def _mail_as_list(path: Path) -> object:
    return list(mails.pieces(Source(path)))


def _read_mail(data: bytes, _: Path) -> object:
    read = read_mail(data)
    return own_words(read.text), propose(read.text, automatic=read.automatic)


_LIST: Final = f"""# photos
https://www.flickr.com/photos/{NSID}/1001/  a title
1002, 1003
https://live.staticflickr.com/65535/1001_0a1b2c3d4e_b.jpg
https://flic.kr/p/2abc
someone
{NSID}
""".encode()


def _targets(path: Path) -> object:
    return [target_of(entry.text) for entry in read_list(path)]


def _links(path: Path) -> object:
    return incoming.read_links(path, own={"1001"}, nsid=NSID)


def _answer(path: Path) -> object:
    return propose(incoming.read_answer(path))


def _as_json(value: object) -> tuple[bytes, ...]:
    return (json.dumps(value).encode(),)


# JSON whose callers name the error (see `auditor.lookup.host`).
_DECODING: Final = (ValueError, RecursionError)

LOADERS: Final = {
    loader.name: loader
    for loader in (
        Loader("plan", _in_file(_shown_plan), _as_json(_signed(_PLAN)), _plan),
        Loader("report", _in_file(_since), _as_json(_REPORT), _json),
        Loader("settings", _in_file(_settings, "c.toml"), (_SETTINGS.encode(),), _toml),
        Loader("card", _card, _cards(), _toml, (AuditorError, ValueError)),
        Loader(
            "manifest",
            _in_file(lambda path: manifest.read(path.parent), manifest.NAME),
            _as_json(_MANIFEST),
            _json,
        ),
        Loader("pack", _in_file(packs.imported, "ffhq.zip"), (packs.example(_MANIFEST),), packs.damaged),
        Loader("registry", lambda data, _: registry.parse(data), (_REGISTRY.encode(),), _json),
        Loader("lookup", lambda data, _: described.parse(data), _as_json(_LOOKUP), _json, _DECODING),
        Loader("about", lambda data, _: described.parse_about(data), _as_json(_ABOUT), _json, _DECODING),
        Loader(
            "tree",
            lambda data, _: tree.parsed(data),
            (_TREE,),
            refusals=(ValueError,),
        ),
        # One variant has 50 MB, and 200 go into making it and taking it apart before anything is asked.
        Loader("flickr", _ask, (_FLICKR,), _flickr, most_growth=600_000),
        Loader("export", _export, _as_json(_EXPORT), _json),
        Loader("mail", _read_mail, (_mail(),), damage.mail_text),
        Loader("mail as a list", _in_file(_mail_as_list), (_list_in_mail(),), damage.mail_text),
        Loader("targets", _in_file(_targets), (_LIST,)),
        Loader("links", _in_file(_links), (_LIST,)),
        Loader("answer", _in_file(_answer), (b"We removed your photos.\n> old\n",)),
        Loader("address", lambda data, _: classify(data.decode(errors="replace")), tuple(_LIST.split())),
    )
}
