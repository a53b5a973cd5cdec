"""What a person's words are about, and why they are about nothing: told by the text alone."""

import pytest

from auditor.flickr.names import parse_name
from auditor.flickr.target import Target, classify, is_formatted_number
from auditor.flickr.urls import OwnerAddress, PhotoAddress, merged, parse_owners, parse_photos

NSID = "99000001@N07"
SECRET = "0a1b2c3d4e"
NO_ID = "not a photo id: those start with 1-9 and are below 2^63"
NO_PERSON = "a Flickr address that names neither a photo nor a person; open it and copy the link of a photo"
SHEET = "a number as a spreadsheet shows it: give all digits of the photo id, and nothing between them"
BESIDE = "a number that may be a photo id, beside other things: give it alone, or the link of the photo"
TOO_LONG = "too long for a name, or holds control characters"


def a_file(beside: str = "") -> str:
    return f"the name of a file, which is not sent anywhere{beside}; for its content: audit --originals DIR"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (
            f" https://www.flickr.com/photos/{NSID}/11/ ",
            Target(f"https://www.flickr.com/photos/{NSID}/11/", "photo", PhotoAddress("11", NSID)),
        ),
        ("11\n", Target("11", "photo_id", PhotoAddress("11"))),
        (f" {NSID.lower()}", Target(NSID.lower(), "nsid", owner=OwnerAddress(NSID))),
        (
            "flickr.com/people/Ann-B/",
            Target("flickr.com/people/Ann-B/", "profile", owner=OwnerAddress(path_alias="ann-b")),
        ),
        (" Ann B ", Target("Ann B", "username")),
        ("a" * 255, Target("a" * 255, "username")),
        ("9" * 30, Target("9" * 30, "unreadable", reason=NO_ID)),
        ("٣٤٥", Target("٣٤٥", "username")),
    ],
)
def test_what_is_asked_about(text: str, target: Target) -> None:
    assert classify(text) == target


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("0123", NO_ID),
        ("0", NO_ID),
        ("https://www.flickr.com/explore", NO_PERSON),
        ("https://www.flickr.com/groups/a/", NO_PERSON),
        ("52,931,686,549", SHEET),
        ("5.29317E+10", SHEET),
        ("https://example.org/x", "not a Flickr address"),
        ("example.org/x", "not a Flickr address"),
        ("holiday.jpg", a_file()),
        ("./holiday", a_file()),
        ("/home/ann/11_o.JPG", a_file("; its name contains the photo id 11, which can be checked")),
        (
            f"C:\\a\\9900000123_{SECRET}_b.png",
            a_file("; its name contains the photo id 9900000123, which can be checked"),
        ),
        (
            "20190101_1234567890_o.jpg",
            a_file("; its name contains the photo id 20190101 or 1234567890, which can be checked"),
        ),
        ("9900000001 - my title", BESIDE),
        ("my 9900000001", BESIDE),
        ("a" * 256, TOO_LONG),
        ("a\x07b", TOO_LONG),
    ],
)
def test_why_words_are_about_nothing(text: str, reason: str) -> None:
    assert classify(text) == Target(text.strip(), "unreadable", reason=reason)


@pytest.mark.parametrize(
    "text", ["990000000", "x990000000", "12345678 b", "a9900000001", "1 2 3", "A.B. Smith"]
)
def test_names_with_numbers_are_names(text: str) -> None:
    assert classify(text).kind == ("photo_id" if text.isdigit() else "username")


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("52,931,686,549", True),
        ("52.931.686.549", True),
        ("52 931 686 549", True),
        ("52_931_686", True),
        ("52'931'686", True),
        ("52’931’686", True),
        ("52,931.686", False),
        ("52,931", False),
        ("5293168.0", True),
        ("5293168,000", True),
        ("529316.0", False),
        ("5293168.1", False),
        ("5E+10", True),
        ("5.2e10", True),
        ("5E+100", False),
        ("52,931,686,549 x", False),
    ],
)
def test_numbers_as_spreadsheets_show_them_are_told_from_lists(text: str, *, formatted: bool) -> None:
    assert is_formatted_number(text) is formatted


# -- names of files ------------------------------------------------------------------------------------------

DIGITS = "0123456789"


@pytest.mark.parametrize(
    ("name", "by_itself", "proven", "numbered"),
    [
        # The least number beside an owner, and beside a secret.
        (f"{NSID}/999999.jpg", False, True, True),
        (f"{NSID}/1000000.jpg", True, True, True),
        (f"9999_{SECRET}.jpg", False, True, True),
        (f"10000_{SECRET}.jpg", True, True, True),
        # A secret of digits alone, which only counts where the number is known to be an id.
        (f"999999_{DIGITS}.jpg", False, True, False),
        (f"1000000_{DIGITS}.jpg", False, True, True),
        # A secret of another length.
        ("9900000123_0a1b2c3d4.jpg", False, True, False),
        # The largest id.
        (f"9223372036854775807_{SECRET}.jpg", True, True, True),
        (f"9223372036854775808_{SECRET}.jpg", False, False, False),
        ("9223372036854775808.jpg", False, False, False),
        (f"{NSID}/9223372036854775808.jpg", False, False, False),
    ],
)
def test_how_sure_a_name_has_to_be(name: str, *, by_itself: bool, proven: bool, numbered: bool) -> None:
    assert (parse_name(name) is not None) is by_itself
    assert (parse_name(name, proven=True) is not None) is proven
    assert (parse_name(name, numbered=True) is not None) is numbered


@pytest.mark.parametrize(
    ("name", "photo"),
    [
        ("flickr_9900000123.jpg", "9900000123"),
        ("12_9900000123.jpg", "9900000123"),
        ("a/b/9900000123_2_o.jpg", "9900000123"),
        (f"1000000_{DIGITS}.jpg", "1000000"),
    ],
)
def test_of_several_numbers_the_schema_means_one(name: str, photo: str) -> None:
    found = parse_name(name, numbered=True)
    assert found is not None
    assert found.photo_id == photo


@pytest.mark.parametrize("length", [1024, 1025])
def test_a_path_longer_than_any_is_not_read(length: int) -> None:
    end = f"/9900000123_{SECRET}.jpg"
    name = "x" * (length - len(end)) + end
    assert (parse_name(name) is not None) is (length == 1024)
    padded = f"9900000123_{SECRET}.jpg".rjust(length)
    assert (parse_name(padded) is not None) is (length == 1024)


# -- several addresses in one text ---------------------------------------------------------------------------

PAGE = f"https://www.flickr.com/photos/{NSID}/11/"
ORIGINAL = f"https://live.staticflickr.com/2/11_{SECRET}_o.jpg"
ALIAS = "https://www.flickr.com/photos/ann/11/"


@pytest.mark.parametrize(
    ("text", "photos"),
    [
        ("", []),
        ("no address", []),
        ("flickr.com", []),
        (PAGE, [PhotoAddress("11", NSID)]),
        (
            f"{PAGE} https://flic.kr/p/4 {ALIAS.replace('11', '12')}",
            [PhotoAddress("11", NSID), PhotoAddress("3"), PhotoAddress("12", path_alias="ann")],
        ),
        (f"{PAGE} {ALIAS}", [PhotoAddress("11", NSID, "ann")]),
        (f"{ALIAS} {PAGE}", [PhotoAddress("11", NSID, "ann")]),
        (
            f"{PAGE} {ORIGINAL}",
            [PhotoAddress("11", NSID, is_original=True)],
        ),
        (
            f"{ORIGINAL} {PAGE}",
            [PhotoAddress("11", NSID, None, "2", None, SECRET, "o", is_original=True)],
        ),
        (f"{PAGE} {PAGE.replace('7/', '8/')}", [PhotoAddress("11", NSID)]),
    ],
)
def test_each_photo_of_a_text_comes_once_with_all_that_is_said_of_it(
    text: str, photos: list[PhotoAddress]
) -> None:
    assert parse_photos(text) == photos


def test_what_two_addresses_say_together_is_what_the_first_says_and_else_the_second() -> None:
    one = PhotoAddress("11", NSID, "ann", "1", 2, "aa", "b", is_original=False)
    other = PhotoAddress("11", "12345678@N09", "bob", "3", 4, "bb", "o", is_original=True)
    assert merged(one, other) == one._replace(is_original=True)
    assert merged(one, other._replace(is_original=False)) is one
    bare = PhotoAddress("11", secret="aa")
    assert merged(bare, one) == PhotoAddress("11", NSID, "ann", secret="aa")
    assert merged(one, bare) is one
    assert merged(bare, PhotoAddress("11", path_alias="ann")) == bare._replace(path_alias="ann")


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("", []),
        ("people", []),
        ("flickr.com/explore", []),
        (
            f"flickr.com/people/ann/ https://www.flickr.com/photos/{NSID}/ flickr.com/photos/ann",
            [OwnerAddress(path_alias="ann"), OwnerAddress(NSID)],
        ),
        (f"https://c1.staticflickr.com/2/buddyicons/{NSID}.jpg", [OwnerAddress(NSID)]),
        ("https%3A%2F%2Fflickr.com%2Fpeople%2Fann", [OwnerAddress(path_alias="ann")]),
        ("https://www.flickr.com/people/an\u200bn/", [OwnerAddress(path_alias="ann")]),
        ("https://www.flickr.com/people/%61nn/", [OwnerAddress(path_alias="ann")]),
        ("https://embedr.flickr.com/photos/ann", []),
        ("https://flic.kr/people/ann", []),
        ("https://flickr.com/photos/tags/", []),
        ("https://flickr.com/people/me/", []),
    ],
)
def test_each_person_of_a_text_comes_once(text: str, owners: list[OwnerAddress]) -> None:
    assert parse_owners(text) == owners


@pytest.mark.parametrize("owner", ["ann", "%61nn", "a%6en", "ANN"])
def test_an_owner_in_percent_codes_is_the_owner(owner: str) -> None:
    assert parse_photos(f"https://www.flickr.com/photos/{owner}/11/") == [PhotoAddress("11", None, "ann")]
