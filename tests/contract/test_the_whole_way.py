"""The whole way against a Flickr that shares no line with the program: sync to undo, and odd days."""

import io
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import stamina

from auditor.cli.app import run
from tests.cli.conftest import Program, Result
from tests.contract.flickr import VERIFIER, Answer, Flickr, Params, Picture, Turn, fail

FIRST = 53900000001
Account = Callable[..., Flickr]


@pytest.fixture
def account() -> Iterator[Account]:
    """Makes an account with so many photos, newest last, or with those that are given."""
    served = []

    def make(pictures: int | list[Picture] = 4, **options: bool) -> Flickr:
        if isinstance(pictures, int):
            pictures = [Picture(FIRST + n, uploaded=1_600_000_000 + n) for n in range(pictures)]
        served.append(Flickr(pictures, **options).serving())
        return served[-1].__enter__()

    yield make
    for one in served:
        one.__exit__(None, None, None)


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Program]:
    """The program in this process, as logged in to the `Flickr` that is its first argument."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUDITOR_HOME", str(tmp_path / "home"))
    for name in ("AUDITOR_CONFIG", "FLICKR_OAUTH_TOKEN", "FLICKR_OAUTH_TOKEN_SECRET"):
        monkeypatch.delenv(name, raising=False)

    def call(flickr: Flickr, *words: object) -> Result:
        for name, value in flickr.environment().items():
            monkeypatch.setenv(name, value)
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            run([str(word) for word in words])
        captured = capfd.readouterr()
        return Result(int(ended.value.code or 0), captured.out, captured.err)

    with stamina.set_testing(True, attempts=3, cap=True):
        yield call


def states(flickr: Flickr) -> list[tuple[object, ...]]:
    """What a run may change of each photo, and what it must not."""
    return [
        (
            one.id,
            one.public,
            one.friend,
            one.family,
            one.license,
            sorted(one.tags),
            one.comment,
            one.meta,
            one.hidden,
        )
        for one in flickr.pictures.values()
    ]


def test_a_login_by_code_is_kept_and_says_whose_it_is(
    account: Account, program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flickr = account(3)
    monkeypatch.setattr(flickr, "environment", flickr.keys)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{VERIFIER}\n"))
    words = ("login", "--perms", "write", "--no-browser", "--token-file", tmp_path / "token.json")
    login = program(flickr, *words)
    assert (login.code, "perms=write" in login.out) == (0, True)
    assert program(flickr, "whoami", "--format", "json").json["account"]["nsid"] == flickr.nsid
    flickr.tokens.clear()  # withdrawn on Flickr's page
    assert program(flickr, "whoami").code == 4


@pytest.mark.parametrize("old", [False, True], ids=["numbers as in 2023", "texts as in 2013"])
def test_undo_leaves_everything_as_it_was(account: Account, program: Program, old: bool) -> None:
    pictures = [
        Picture(
            FIRST + n,
            public=int(n % 4 != 0),
            friend=int(n % 4 == 0),
            family=int(n % 8 == 0),
            license=(0, 9, 11, 14, 16)[n % 5],
            tags=["Wild", "No CV"][: n % 3],
            comment=n % 4,
            meta=(n + 1) % 4,
            uploaded=1_600_000_000 + n,
            pools={"99000002@N22": "Photography"} if n % 6 == 1 else {},
        )
        for n in range(24)
    ]
    flickr = account(deepcopy(pictures), old=old)
    before = states(flickr)
    assert program(flickr, "sync").code == 0
    wanted = (
        "--add-tag",
        "no_cv",
        "--license",
        "0",
        "--privacy",
        "private",
        "--hide-from-search",
        "--leave-groups",
    )
    assert program(flickr, "plan", "--all", *wanted).code == 0
    assert program(flickr, "apply", "last", "--yes").code == 0
    for one, then in zip(flickr.pictures.values(), pictures, strict=True):
        assert (one.public, one.friend, one.family, one.license, one.hidden, one.pools) == (0, 0, 0, 0, 1, {})
        assert [flickr.clean(tag) for tag in one.tags].count("nocv") == 1
        assert (one.comment, one.meta) == (then.comment, then.meta)
    assert program(flickr, "verify", "last").code == 0
    assert program(flickr, "undo", "last", "--yes", "--unhide").code == 0
    assert states(flickr) == before


def answering(method: str, answer: Answer) -> Turn:
    return lambda asked, _: answer if asked == method else None


ODD = {
    "licences offered under another name": (
        answering("photos.licenses.getAvailable", {"licenses": {"license": [{"id": 0}]}, "stat": "ok"}),
        ("--license", "0"),
        0,
    ),
    "a method that is gone": (
        answering("photos.licenses.getAvailable", fail(112, 'Method "x" not found')),
        ("--license", "0"),
        0,
    ),
    "a licence that cannot be changed": (
        answering("photos.licenses.setLicense", fail(3, "Cannot change license")),
        ("--license", "0"),
        3,
    ),
    "an error that nobody knows": (
        answering("photos.setPerms", fail(777, "Who knows")),
        ("--privacy", "private"),
        3,
    ),
    "a privacy that is not taken": (
        answering("photos.setPerms", {"photoid": {"_content": "1", "secret": "abc"}, "stat": "ok"}),
        ("--privacy", "friends"),
        3,
    ),
    "a login that was withdrawn": (
        answering("photos.addTags", fail(98, "Invalid auth token")),
        ("--add-tag", "x"),
        4,
    ),
    "a login that may only read": (
        answering("photos.addTags", fail(99, "Insufficient permissions. …")),
        ("--add-tag", "x"),
        4,
    ),
}


@pytest.mark.parametrize("day", ODD)
def test_on_an_odd_day_nothing_is_claimed_and_the_way_back_is_open(
    account: Account, program: Program, day: str
) -> None:
    turn, wanted, code = ODD[day]
    flickr = account()
    before = states(flickr)
    assert program(flickr, "sync").code == 0
    flickr.turn = turn
    assert program(flickr, "plan", "--all", *wanted).code == 0
    result = program(flickr, "apply", "last", "--yes", "--format", "json")
    assert result.code == code
    if code:
        assert states(flickr) == before
        assert result.json["verified"] == 0
        assert "done" not in {item["state"] for item in result.json["items"]}
    if code == 4:  # the same run goes on after a new login
        flickr.turn = lambda *_: None
        assert program(flickr, "apply", "last", "--yes").code == 0
    assert program(flickr, "undo", "last", "--yes").code == 0
    assert states(flickr) == before


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE HTML>CloudFront",
        b"",
        (502, "text/html", b"<h1>502</h1>"),
        (0, "", b""),
        b'{"stat":"fail","code":201,}',
    ],
    ids=str,
)
def test_a_write_that_was_made_but_not_answered_is_found_and_undone(
    account: Account, program: Program, body: Answer
) -> None:
    flickr = account()
    before = states(flickr)
    program(flickr, "sync")
    program(flickr, "plan", "--all", "--add-tag", "no_cv", "--privacy", "private")
    flickr.after = lambda method, _: body if method in {"photos.addTags", "photos.setPerms"} else None
    assert program(flickr, "apply", "last", "--yes").code == 0
    assert flickr.methods().count("photos.addTags") == len(before)  # each was sent once
    assert program(flickr, "undo", "last", "--yes").code == 0
    assert states(flickr) == before


@pytest.mark.parametrize(
    "cleaned",
    [str.lower, lambda tag: f"x{tag.lower()}", lambda tag: tag.lower()[:3]],
    ids=["kept", "longer", "shorter"],
)
def test_a_tag_that_flickr_cleans_in_its_own_way_is_found_and_removed(
    account: Account, program: Program, cleaned: Callable[[str], str]
) -> None:
    flickr = account()
    flickr.clean = cleaned
    program(flickr, "sync")
    program(flickr, "plan", "--all", "--add-tag", "no_cv")
    assert program(flickr, "apply", "last", "--yes").code == 0
    assert program(flickr, "undo", "last", "--yes").code == 0
    assert [one.tags for one in flickr.pictures.values()] == [[]] * 4


# -- listings ------------------------------------------------------------------------------------------------


def changed(flickr: Flickr, change: Callable[[dict[str, Any]], None]) -> Turn:
    """The true listing with something else in it."""

    def after(method: str, params: Params) -> Answer | None:
        if method != "people.getPhotos":
            return None
        answer = flickr.people_getPhotos(params)
        assert isinstance(answer, dict)
        change(answer["photos"])
        return answer

    return after


def test_rows_of_odd_types_are_read_and_what_is_unknown_stays_so(account: Account, program: Program) -> None:
    flickr = account(7)

    def change(photos: dict[str, Any]) -> None:
        del photos["total"]
        rows = photos["photo"]  # newest first
        rows[0] |= {"id": FIRST + 6, "title": None, "tags": None}
        rows[1] |= {"ispublic": True, "isfriend": False, "isfamily": ""}
        rows[2] |= {"license": "17", "safety_level": "7", "media": "hologram"}
        rows[3] |= {"license": None}
        rows[4] |= {"ispublic": "yes"}
        rows[5] |= {"ispublic": 0, "isfriend": None}
        rows[6] |= {"dateupload": "", "datetaken": "0000-00-00 00:00:00", "pathalias": None, "farm": "66"}

    flickr.after = changed(flickr, change)
    assert program(flickr, "sync").code == 0
    plan = program(flickr, "plan", "--all", "--privacy", "private", "--license", "0", "--format", "json").json
    asked = {(int(one["photo_id"]) - FIRST, one["mitigation"]) for one in plan["changes"]}
    left = {(int(one["photo_id"]) - FIRST, one["mitigation"]): one["reason"] for one in plan["skipped"]}
    assert asked == {(n, "license") for n in range(7) if n != 3} | {(n, "privacy") for n in (0, 3, 4, 5, 6)}
    assert left.keys() == {(3, "license"), (1, "privacy"), (2, "privacy")}
    assert all("not known" in reason for reason in left.values())


@pytest.mark.parametrize(("total", "complete"), [(None, True), ("6", True), (9, False), (4, True)])
def test_a_total_that_lies_is_noticed(
    account: Account, program: Program, total: int | str | None, complete: bool
) -> None:
    flickr = account(6)
    flickr.after = changed(flickr, lambda photos: photos.update(total=total, pages=40))
    result = program(flickr, "sync", "--format", "json")
    assert (result.code, result.json["complete"]) == (0 if complete else 3, complete)
    assert result.json["photos"] == 6
    assert len(flickr.calls) < 15


@pytest.mark.parametrize("added", [True, False], ids=["one comes", "one goes"])
def test_a_listing_that_shifts_while_it_is_read_loses_no_photo(
    account: Account, program: Program, added: bool
) -> None:
    flickr = account(1100)

    def turn(method: str, params: Params) -> Answer | None:
        if method != "people.getPhotos" or params["page"] != "1":
            return None
        flickr.turn = lambda *_: None
        answer = flickr.people_getPhotos(params)
        if added:
            flickr.pictures[FIRST + 2000] = Picture(FIRST + 2000, uploaded=1_700_000_000)
        else:
            del flickr.pictures[FIRST + 1050]
        return answer

    flickr.turn = turn
    assert program(flickr, "sync").code == 0
    ids = program(flickr, "plan", "--all", "--hide-from-search", "--format", "json").json["changes"]
    assert {int(one["photo_id"]) for one in ids} == flickr.pictures.keys()


def test_what_becomes_of_account_and_photos_between_the_commands_is_told(
    account: Account, program: Program
) -> None:
    flickr = account()
    program(flickr, "sync")
    program(flickr, "plan", "--all", "--add-tag", "no_cv")
    del flickr.pictures[FIRST + 1]
    gone = program(flickr, "apply", "last", "--yes", "--format", "json")
    assert (gone.code, gone.json["done"], gone.json["drifted"]) == (3, 3, 1)
    flickr.alias = "another-name"
    assert program(flickr, "sync", "--format", "json").json["account"]["path_alias"] == "another-name"
    flickr.turn = answering("people.getInfo", fail(5, "User deleted"))
    ended = program(flickr, "sync", "--full")
    assert (ended.code, "no longer has the account" in ended.err) == (4, True)
    assert program(flickr, "audit").out.startswith("Audit of Sandy Practice")
    flickr.turn = lambda *_: None
    flickr.nsid = "99999999@N00"
    assert program(flickr, "undo", "last", "--yes").code == 6


@pytest.mark.parametrize(
    "tags",
    [["nocv", "x"], {"tag": [{"_content": "nocv"}]}, False, ...],
    ids=["list", "objects", "flag", "none"],
)
def test_where_a_listing_does_not_say_the_tags_they_are_read_from_the_photo(
    account: Account, program: Program, tags: object
) -> None:
    flickr = account()
    before = states(flickr)
    assert program(flickr, "sync").code == 0
    assert program(flickr, "plan", "--all", "--add-tag", "no_cv").code == 0

    def change(photos: dict[str, Any]) -> None:
        for row in photos["photo"]:
            row.pop("tags") if tags is ... else row.update(tags=tags)

    flickr.after = changed(flickr, change)
    assert program(flickr, "apply", "last", "--yes").code == 0
    undone = program(flickr, "undo", "last", "--yes", "--format", "json")
    assert (undone.json["done"], undone.json["already"]) == (4, 0)
    assert states(flickr) == before
    synced = program(flickr, "sync", "--full", "--format", "json")
    assert (synced.code, synced.json["complete"]) == (3, False)
    assert synced.json["incomplete"] == ["it did not say what tags 4 photos have"]


def test_a_strangers_photo_among_the_own_ones_is_left_and_counted(account: Account, program: Program) -> None:
    flickr = account()
    flickr.after = changed(flickr, lambda photos: photos["photo"][0].update(owner="99000009@N07"))
    synced = program(flickr, "sync", "--format", "json")
    assert (synced.code, synced.json["photos"], synced.json["complete"]) == (3, 3, False)
    assert synced.json["skipped"] == {"photo of another member": 1}


def test_too_many_calls_are_not_told_as_a_flickr_that_is_down(account: Account, program: Program) -> None:
    flickr = account()
    flickr.turn = answering("people.getPhotos", (429, "text/html", b"<html>429 Too Many Requests"))
    ended = program(flickr, "sync")
    assert (ended.code, "too many" in ended.err, "down" in ended.err) == (5, True, False)
