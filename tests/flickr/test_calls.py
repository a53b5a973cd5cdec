"""What each reading method asks Flickr for, and what it makes of the answer."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from auditor.errors import CallError, NotAllowedError, UnreachableError
from auditor.flickr.api import EXTRAS, Login, Pool, ReadApi
from auditor.flickr.licenses import LicenseChange
from auditor.flickr.transport import Transport

NSID = "99000001@N07"


class Answering:
    """A transport that answers every call with one answer, or raises it, and keeps the calls."""

    calls = 0

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def read(self, method: str, **params: object) -> dict[str, Any]:
        self.asked.append((method, {key: value for key, value in params.items() if value is not None}))
        if isinstance(self.answer, Exception):
            raise self.answer
        return {**self.answer, "stat": "ok"}


def calls(call: Callable[[ReadApi], Any], answer: dict[str, Any] | Exception) -> tuple[Any, Any]:
    """What `call` returns, and the one call of the API that it made."""
    transport = Answering(answer)
    value = call(ReadApi(cast("Transport", transport)))
    (asked,) = transport.asked
    return value, asked


LISTED: dict[str, Any] = {"page": 1, "pages": 1, "total": "1"}
PAGING = {"per_page": 500, "page": 1}
SAFE = {"safe_search": "3", "content_types": "0,1,2,3"}


@pytest.mark.parametrize(
    ("call", "answer", "value", "method", "params"),
    [
        (
            ReadApi.login,
            {"user": {"id": NSID, "username": {"_content": "ann"}, "path_alias": "annexample"}},
            Login(NSID, "ann", "annexample"),
            "flickr.test.login",
            {},
        ),
        (
            ReadApi.login,
            {"user": {"nsid": "99000001@n07", "username": "ann", "path_alias": ""}},
            Login(NSID, "ann", None),
            "flickr.test.login",
            {},
        ),
        (
            ReadApi.permissions,
            {"oauth": {"perms": {"_content": " Write "}}},
            "write",
            "flickr.auth.oauth.checkToken",
            {},
        ),
        (ReadApi.permissions, {}, "", "flickr.auth.oauth.checkToken", {}),
        (ReadApi.permissions, CallError("x", 98, "no"), "", "flickr.auth.oauth.checkToken", {}),
        (
            lambda api: api.person(NSID),
            {"person": {"nsid": "99000001@n07", "ispro": 1}},
            {"nsid": "99000001@n07", "ispro": 1},
            "flickr.people.getInfo",
            {"user_id": NSID},
        ),
        (
            lambda api: api.person(NSID),
            {"person": {"id": NSID}},
            {"id": NSID},
            "flickr.people.getInfo",
            {"user_id": NSID},
        ),
        (
            lambda api: api.count(1_700_000_000),
            {"photocounts": {"photocount": [{"count": "35"}]}},
            35,
            "flickr.photos.getCounts",
            {"dates": "100,1700000000"},
        ),
        (
            lambda api: api.count(1_700_000_000),
            {"photocounts": {}},
            None,
            "flickr.photos.getCounts",
            {"dates": "100,1700000000"},
        ),
        (
            lambda api: api.user_at("https://www.flickr.com/people/ann/"),
            {"user": {"id": "99000001@n07"}},
            NSID,
            "flickr.urls.lookupUser",
            {"url": "https://www.flickr.com/people/ann/"},
        ),
        (
            lambda api: api.user_named("ann"),
            {"user": {"nsid": NSID}},
            NSID,
            "flickr.people.findByUsername",
            {"username": "ann"},
        ),
        (
            lambda api: api.user_named("ann"),
            CallError("x", 1, "User not found"),
            None,
            "flickr.people.findByUsername",
            {"username": "ann"},
        ),
        (
            lambda api: api.license_history("1"),
            {
                "license_history": [
                    {
                        "date_change": 9,
                        "old_license": "Attribution License",
                        "new_license": "All Rights Reserved",
                    },
                    {"date_change": "x", "old_license": "None", "new_license": "None"},
                    {
                        "date_change": "8",
                        "old_license": "Some licence of old",
                        "new_license": "Attribution License",
                        "new_license_url": "https://creativecommons.org/licenses/by/4.0/",
                    },
                ]
            },
            (
                LicenseChange(9, "CC BY 2.0", "All Rights Reserved"),
                LicenseChange(8, "Some licence of old", "CC BY 4.0"),
            ),
            "flickr.photos.licenses.getLicenseHistory",
            {"photo_id": "1"},
        ),
        (
            lambda api: api.pools("1"),
            {"pool": [{"title": "Faces", "id": "99100001@N20"}], "set": [{"title": "x", "id": "2"}]},
            (Pool("99100001@N20", "Faces"),),
            "flickr.photos.getAllContexts",
            {"photo_id": "1"},
        ),
        (lambda api: api.pools("1"), {}, (), "flickr.photos.getAllContexts", {"photo_id": "1"}),
        (
            lambda api: api.photo("1"),
            {"photo": {"id": "1", "license": "4"}},
            {"id": "1", "license": "4"},
            "flickr.photos.getInfo",
            {"photo_id": "1"},
        ),
        (
            lambda api: api.photo_permissions("1"),
            {"perms": {"id": "1", "permcomment": 3}},
            {"id": "1", "permcomment": 3},
            "flickr.photos.getPerms",
            {"photo_id": "1"},
        ),
        (
            lambda api: api.available_licenses("1"),
            {"available_licenses": {"license": [{"id": 0}, {"id": "11"}]}},
            frozenset({"0", "11"}),
            "flickr.photos.licenses.getAvailable",
            {"photo_id": "1"},
        ),
        (
            lambda api: api.available_licenses("1"),
            {"licenses": []},
            frozenset(),
            "flickr.photos.licenses.getAvailable",
            {"photo_id": "1"},
        ),
        (
            lambda api: api.preference("getPrivacy"),
            {"person": {"nsid": NSID, "privacy": "1"}},
            {"nsid": NSID, "privacy": "1"},
            "flickr.prefs.getPrivacy",
            {},
        ),
        (
            ReadApi.albums,
            {"photosets": {**LISTED, "photoset": [{"id": "7", "title": {"_content": "Best of"}}]}},
            {"7": "Best of"},
            "flickr.photosets.getList",
            PAGING,
        ),
        (
            lambda api: [row for page in api.album_photos("7", NSID) for row in page.rows],
            {"photoset": {**LISTED, "photo": [{"id": "1"}]}},
            [{"id": "1"}],
            "flickr.photosets.getPhotos",
            {"photoset_id": "7", "user_id": NSID, **PAGING},
        ),
        (
            lambda api: [row for page in api.updated_since(5) for row in page.rows],
            {"photos": {**LISTED, "photo": [{"id": "1"}]}},
            [{"id": "1"}],
            "flickr.photos.recentlyUpdated",
            {"min_date": 5, "extras": EXTRAS, **PAGING},
        ),
        (
            lambda api: [
                row
                for page in api.own_photos(uploaded_from=5, uploaded_to=9, privacy_filter=2)
                for row in page.rows
            ],
            {"photos": {**LISTED, "photo": [{"id": "1"}]}},
            [{"id": "1"}],
            "flickr.people.getPhotos",
            {
                "user_id": "me",
                "min_upload_date": 5,
                "max_upload_date": 9,
                "privacy_filter": 2,
                "extras": EXTRAS,
                **SAFE,
                **PAGING,
            },
        ),
    ],
)
def test_a_call_asks_for_what_it_says_and_reads_the_answer(
    call: Callable[[ReadApi], Any], answer: Any, value: object, method: str, params: dict[str, Any]
) -> None:
    assert calls(call, answer) == (value, (method, params))


@pytest.mark.parametrize("code", [1, 5])
def test_an_account_that_is_no_more_is_said_to_be_gone(code: int) -> None:
    with pytest.raises(NotAllowedError, match=r"no longer has the account 99000001@N07 \(deleted\)") as error:
        calls(lambda api: api.person(NSID), CallError("x", code, "deleted"))
    assert "check and optout still work" in error.value.hint


@pytest.mark.parametrize("call", [lambda api: api.person(NSID), lambda api: api.user_named("ann")])
def test_any_other_error_of_flickr_stays_what_it_is(call: Callable[[ReadApi], Any]) -> None:
    with pytest.raises(CallError):
        calls(call, CallError("x", 2, "words"))


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda api: api.person(NSID), {"person": {"nsid": "99000002@N07"}}),
        (lambda api: api.person(NSID), {}),
        (lambda api: api.photo("1"), {"photo": {"id": "2"}}),
        (lambda api: api.photo("1"), {"photo": {}}),
        (lambda api: api.photo_permissions("1"), {"perms": {"id": "2", "permcomment": 3}}),
    ],
)
def test_an_answer_about_something_else_is_none(call: Callable[[ReadApi], Any], answer: Any) -> None:
    with pytest.raises(
        UnreachableError, match=r"was asked about \S+, and its answer is about something else"
    ):
        calls(call, answer)


def test_a_login_without_a_user_is_none() -> None:
    with pytest.raises(UnreachableError, match=r"names no user"):
        calls(ReadApi.login, {"user": {"username": "ann"}})
