"""Flickr's answers of every shape that was seen, and listings page by page."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from auditor.errors import CallError, NotAllowedError, UnreachableError
from auditor.flickr import api as api_module
from auditor.flickr import licenses, pictures
from auditor.flickr.api import Page, Pool, ReadApi
from auditor.flickr.licenses import License, LicenseChange, normalise_key
from auditor.flickr.parse import content, flag, integer, listing, repaired, table, text
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import quote_for_add
from auditor.flickr.transport import USER_AGENT, Transport
from tests.watched import Watched

NSID = "99000001@N07"


# -- values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        (" 7 ", 7),
        ({"_content": "7"}, 7),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (-(2**63), -(2**63)),
        (-(2**63) - 1, None),
        ("7.0", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_a_whole_number_is_one_that_a_column_holds(value: object, number: int | None) -> None:
    assert integer(value) == number


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("x", "x"),
        (7, "7"),
        (1.5, "1.5"),
        ({"_content": "x"}, "x"),
        ({"raw": "x"}, ""),
        (None, ""),
        (["x"], ""),
        ("a\ud83d", "a?"),
    ],
)
def test_a_text_is_unwrapped(value: object, told: str) -> None:
    assert text(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1, True),
        ("1", True),
        (" TRUE ", True),
        (True, True),
        ({"_content": 1}, True),
        (0, False),
        ("False", False),
        ("", None),
        (None, None),
        (2, None),
        ("yes", None),
    ],
)
def test_a_flag_of_any_form_is_read(value: object, told: bool | None) -> None:
    assert flag(value) is told


def test_objects_and_lists_are_what_they_are_or_empty() -> None:
    assert (table({"a": 1}), table([1]), table(None)) == ({"a": 1}, {}, {})
    assert listing([{"a": 1}, "x", {"b": 2}]) == [{"a": 1}, {"b": 2}]
    assert (listing({"a": 1}), listing("x"), listing(None)) == ([{"a": 1}], [], [])
    assert (content({"_content": [1]}), content({}), content([1])) == ([1], None, [1])


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("Café", "Café"),
        ("CafÃ©", "Café"),
        ("itâ€™s", "it’s"),
        ("CafÃƒÂ©", "Café"),
        ("CafÃƒÆ’Ã‚Â©", "Café"),
        ("plain", "plain"),
        ("Ã\x81", "Á"),
        ("日本", "日本"),
    ],
)
def test_what_was_encoded_twice_is_read_as_it_was_meant(broken: str, meant: str) -> None:
    assert repaired(broken) == meant


def test_no_text_is_decoded_more_than_three_times() -> None:
    broken = "é"
    for _ in range(4):
        broken = broken.encode().decode("latin-1")
    assert repaired(broken) == "é".encode().decode("latin-1")


@pytest.mark.parametrize(
    ("privacy", "flags"),
    [
        (Privacy.PUBLIC, "100"),
        (Privacy.FRIENDS, "010"),
        (Privacy.FAMILY, "001"),
        (Privacy.FRIENDS_FAMILY, "011"),
        (Privacy.PRIVATE, "000"),
    ],
)
def test_a_privacy_is_sent_as_three_flags(privacy: Privacy, flags: str) -> None:
    assert privacy.flags() == dict(zip(("is_public", "is_friend", "is_family"), flags, strict=True))


@pytest.mark.parametrize(
    ("tag", "message", "hint"),
    [
        ('say "x"', "the tag 'say \"x\"' holds a double quote", "Leave the quote out: Flickr drops it."),
        ("!!", "the tag '!!' holds no letter or digit", "Flickr compares letters and digits only."),
    ],
)
def test_a_tag_that_cannot_be_sent_says_why(tag: str, message: str, hint: str) -> None:
    with pytest.raises(Exception, match="the tag") as caught:
        quote_for_add([tag])
    error: Any = caught.value
    assert (error.message, error.hint) == (message, hint)


# -- calls ---------------------------------------------------------------------------------------------------


class Flickr:
    """Gives or raises its answers, one after the other; keeps the calls."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.calls = 7

    def read(self, method: str, **params: Any) -> Any:
        self.asked.append((method, params))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def asking(flickr: Flickr) -> ReadApi:
    return ReadApi(cast("Transport", flickr))


@pytest.mark.parametrize(
    ("ask", "answer", "told"),
    [
        (lambda api: api.login().nsid, {"user": {"id": "", "nsid": NSID}}, NSID),
        (lambda api: api.user_at("x"), {"user": {"id": NSID}}, NSID),
        (lambda api: api.user_at("x"), {"user": {"id": "12345678@N09", "nsid": NSID}}, NSID),
        (lambda api: api.user_at("x"), {}, None),
        (
            lambda api: api.license_history("1"),
            {
                "license_history": [
                    {"date_change": 0, "old_license": "x", "old_license_url": "", "new_license": ""},
                    {
                        "date_change": 1,
                        "old_license": "y",
                        "old_license_url": "https://creativecommons.org/licenses/by-nc/2.0/",
                    },
                ]
            },
            (LicenseChange(0, "x", ""), LicenseChange(1, "CC BY-NC 2.0", "")),
        ),
        (lambda api: api.license_history("1"), {}, ()),
        (
            lambda api: api.pools("1"),
            {"pool": [{"id": "1@N20"}, {"title": {"_content": "x"}}]},
            (Pool("1@N20", ""), Pool("", "x")),
        ),
        (lambda api: api.count(5), {}, None),
        (lambda api: api.count(5), {"photocounts": {"photocount": {"count": 3}}}, 3),
        (lambda api: api.preference("getHidden"), {}, {}),
        (lambda api: api.permissions(), {"oauth": {}}, ""),
        (lambda api: api.calls, None, 7),
        (lambda api: api.person(NSID.lower())["id"], {"person": {"nsid": "", "id": NSID}}, NSID),
    ],
)
def test_an_answer_in_another_shape_says_the_same(
    ask: Callable[[ReadApi], Any], answer: Any, told: Any
) -> None:
    assert ask(asking(Flickr(answer))) == told


def test_an_account_that_is_no_more_says_what_still_works() -> None:
    for code in (1, 5):
        with pytest.raises(NotAllowedError) as caught:
            asking(Flickr(CallError("m", code, "User deleted"))).person(NSID)
        assert caught.value.message == f"Flickr no longer has the account {NSID} (User deleted)"
        assert caught.value.hint == ("What was synced before stays here: audit, check and optout still work.")


def test_answers_about_nothing_and_about_something_else_say_so() -> None:
    with pytest.raises(UnreachableError) as caught:
        asking(Flickr({"user": {}})).login()
    assert caught.value.message == "Flickr's answer to flickr.test.login names no user"
    with pytest.raises(UnreachableError) as caught:
        asking(Flickr({"photo": {"id": "2"}})).photo("1")
    assert caught.value.message == "Flickr was asked about 1, and its answer is about something else"


def page(number: int, rows: int, *, pages: Any = 9, total: Any = 4_500, echoed: Any = None) -> dict[str, Any]:
    """Page `number` of a listing, with rows of its own."""
    photos = {
        "page": number if echoed is None else echoed,
        "pages": pages,
        "total": total,
        "photo": [{"id": f"{number}-{row}"} for row in range(rows)],
    }
    return {"photos": photos}


def listed(*answers: Any, **options: Any) -> tuple[list[int], int]:
    """The numbers of the pages that came, and how many calls that took."""
    flickr = Flickr(*answers)
    found = [page.number for page in asking(flickr).own_photos(**options)]
    return found, len(flickr.asked)


@pytest.mark.parametrize(
    ("answers", "pages", "calls"),
    [
        # Beyond its end Flickr answers with the last page again.
        ([page(1, 500), page(2, 500, echoed=1)], [1], 2),
        ([page(1, 1, echoed=2)], [], 1),
        # What is no number is none.
        ([page(1, 3, pages="x", total="x")], [1], 1),
        ([page(1, 3, pages=0, total=3)], [1], 1),
        ([page(1, 3, pages=2, total=3, echoed="x"), page(2, 0, pages=2, total=3)], [1, 2], 2),
        # Three pages in a row without anything new, and not one before.
        ([page(number, 0, total=None) for number in range(1, 9)], [1, 2, 3], 3),
        (
            [page(1, 1, total=None), *(page(n, 0, total=None) for n in (2, 3)), page(4, 1, total=None)]
            + [page(n, 0, total=None) for n in (5, 6, 7)],
            [1, 2, 3, 4, 5, 6, 7],
            7,
        ),
        # All are there: one page with nothing new ends it, or more pages than they can fill.
        ([page(1, 600, pages=3, total=600), page(2, 0, pages=3, total=600)], [1, 2], 2),
        (
            [page(1, 500, pages=3, total=500), page(2, 1, pages=3, total=500), page(3, 0, pages=3)],
            [1, 2, 3],
            3,
        ),
        ([page(1, 500, pages=4, total=500)], [1], 1),
    ],
)
def test_a_listing_ends_where_nothing_more_can_come(answers: list[Any], pages: list[int], calls: int) -> None:
    assert listed(*answers) == (pages, calls)


def test_the_last_page_that_flickr_has_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_module, "LAST_PAGE", 3)
    assert listed(*(page(n, 500, pages=99, total=10**6) for n in range(1, 9))) == ([1, 2, 3], 3)


def test_a_page_says_what_flickr_said() -> None:
    (found,) = asking(Flickr(page(1, 2, pages="1", total="2"))).own_photos()
    assert found == Page(1, 1, 2, ({"id": "1-0"}, {"id": "1-1"}))
    (found,) = asking(Flickr({})).own_photos()
    assert found == Page(1, 1, None, ())


# -- licences ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("license_id", "elements", "version", "allows"),
    [
        ("1", "by-nc-sa", "2.0", (False, True, True)),
        ("3", "by-nc-nd", "2.0", (False, False, False)),
        ("6", "by-nd", "2.0", (True, False, False)),
        ("11", "by", "4.0", (True, True, False)),
        ("12", "by-sa", "4.0", (True, True, True)),
    ],
)
def test_what_a_creative_commons_licence_is_called_and_allows(
    license_id: str, elements: str, version: str, allows: tuple[bool, bool, bool]
) -> None:
    commercial, derivatives, share_alike = allows
    expected = License(
        license_id,
        f"CC {elements.upper()} {version}",
        f"https://creativecommons.org/licenses/{elements}/{version}/",
        f"cc-{elements}-{version}",
        allows_reuse=True,
        commercial=commercial,
        derivatives=derivatives,
        share_alike=share_alike,
    )
    assert licenses.get(license_id) == expected
    assert licenses._creative_commons(license_id, elements, version) == expected


def test_what_is_free_of_terms_allows_everything() -> None:
    url = "https://creativecommons.org/publicdomain/zero/1.0/"
    expected = License("9", "Public Domain Dedication (CC0)", url, "cc0", True, True, True, False)
    assert licenses.get("9") == expected
    assert licenses._unrestricted("9", expected.name, url, "cc0") == expected
    assert licenses.get(99) == License("99", "Unknown license 99", "", "unknown-99", None, None, None, None)


def test_every_name_of_a_licence_leads_to_its_id() -> None:
    keys = licenses._all_keys()
    names = {
        "4": "4",
        "by": "4",
        "by-2.0": "4",
        "creativecommons.org/licenses/by/2.0": "4",
        "by-4.0": "11",
        "none": "0",
        "all-rights-reserved": "0",
        "by-nc-nd": "3",
        "flickr.com/commons/usage": "7",
        "us-government-work": "8",
        "cc0": "9",
        "cc0-1.0": "9",
        "pdm": "10",
        "public-domain-mark": "10",
    }
    assert {name: keys.get(name) for name in names} == names


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (" Attribution-NonCommercial License ", "by-nc"),
        ("CC BY 4.0", "by-4.0"),
        ("Attribution 2.0 Generic (CC BY 2.0)", "by-2.0"),
        ("(CC) by", "by"),
        (
            "http://www.creativecommons.org/licenses/by/2.0/deed.en_US?x#y",
            "creativecommons.org/licenses/by/2.0",
        ),
        ("//creativecommons.org/licenses/by/2.0/legalcode/", "creativecommons.org/licenses/by/2.0"),
        ("creativecommons.org/licenses/by/2.0//", "creativecommons.org/licenses/by/2.0"),
        ("4.0", "4.0"),
        ("-1", "-1"),
        ("Attribution Share-Alike, No Derivative Works", "by-sa-nd"),
        ("non commercial", "nc"),
    ],
)
def test_words_that_do_not_tell_licences_apart_are_left_out(words: str, key: str) -> None:
    assert normalise_key(words) == key


# -- pictures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xffx", "jpeg"),
        (b"\x89PNG\r\n\x1a\nx", "png"),
        (b"GIF89a", "gif"),
        (b"GIF7", None),
        (b"", None),
    ],
)
def test_a_picture_is_what_begins_like_one(content: bytes, kind: str | None) -> None:
    data = pictures.as_data(content)
    assert (data and data.partition(";")[0]) == (kind and f"data:image/{kind}")


class Response:
    """A streamed answer of `length` bytes."""

    ok = True

    def __init__(self, length: int) -> None:
        self.raw = self
        self._content = b"\xff\xd8\xff" + b"x" * (length - 3)

    def __enter__(self) -> "Response":
        return self

    def __exit__(self, *_: object) -> None: ...

    def read(self, amount: int, *, decode_content: bool) -> bytes:
        assert decode_content
        return self._content[:amount]


class Session:
    """Stands for the one that pictures are fetched with."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.asked: list[Any] = []

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None: ...

    def get(self, address: str, **options: Any) -> Response:
        self.asked.append((address, options))
        return Response(int(address.rpartition("/")[2]))


@pytest.mark.parametrize(
    ("base", "asked"), [(None, "https://live.staticflickr.com"), ("http://127.0.0.1:9", "http://127.0.0.1:9")]
)
def test_pictures_are_asked_for_once_from_flickr_or_what_stands_for_it(
    base: str | None, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, made = Session(), list[Any]()

    def new(*given: Any, **options: Any) -> Session:
        made.append((given, options))
        return session

    monkeypatch.setattr(pictures, "new_session", new)
    addresses = [f"https://live.staticflickr.com/{size}" for size in (100_000, 100_001, 100_000)]
    watched = Watched()
    assert list(pictures.fetch(addresses, base_url=base, progress=watched)) == addresses[:1]
    options = {"timeout": (5, 10), "allow_redirects": False, "stream": True}
    assert sorted(session.asked) == [(f"{asked}/100000", options), (f"{asked}/100001", options)]
    assert session.headers == {"User-Agent": USER_AGENT}
    assert made == [((pictures.PATIENCE,), {"loopback": base is not None})]
    assert watched.told == [("Fetching pictures", 2, "pictures"), 1, 1]
    assert pictures.fetch([], progress=watched) == {}
    assert len(made) == 1
