"""What a card may say, and that every slip in one is named with its file and key."""

import pytest

from auditor.datasets import catalogue, contacts
from auditor.datasets.card import parse_card
from auditor.datasets.toml_table import Table
from auditor.errors import ConfigurationError

SMALLEST = """
title = "Example"
year = "not known"
publisher = "Somebody"
purpose = "An example."
about = "faces"
flickr = "all"
match_keys = ["photo_id"]
formats = ["generic"]

[status]
state = "available"

[opt_out]
note = "No removal procedure was found."

[[files]]
name = "list.csv"
format = "generic"
access = "request"
"""


def test_the_smallest_card_leaves_unknown_things_unknown() -> None:
    card = parse_card("example", SMALLEST)
    assert card.checkable
    assert card.is_face
    assert card.year is None
    assert card.attribution is None
    assert card.counts.photos is None
    assert card.certainty == "published"
    assert not card.huge
    assert card.facts == ()


CHANNEL = """[[opt_out.channels]]
kind = "{kind}"
to = "{to}"
purpose = "privacy"
source = "example.org"
seen = "2026-11"

[status]"""


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('title = "Example"', "", '"title" is missing'),
        ('flickr = "all"', 'flickr = "all"\njoins = "ffhq.number"', '"joins" must be given exactly when'),
        ('["photo_id"]', '["photo_id", "parent_key"]', '"joins" must be given exactly when'),
        ('["photo_id"]', '["parent_key"]\njoins = "FFHQ"', '"joins" must be "<dataset>.<what>"'),
        ('title = "Example"', 'title = " "', '"title" must be one printable line'),
        ('title = "Example"', "title = 5", '"title" must be one printable line'),
        ('about = "faces"', 'about = "people"', '"about" is "people"'),
        ('flickr = "all"', 'flickr = "all"\npurpos = "x"', '"purpos" is not a key'),
        ('year = "not known"', "", '"year" must be a number, or "not known"'),
        ('year = "not known"', 'year = "2014"', '"year" must be a whole number'),
        ('year = "not known"', "year = true", '"year" must be a whole number'),
        ('flickr = "all"', 'flickr = "all"\nhuge = "yes"', '"huge" must be true or false'),
        ('flickr = "all"', 'flickr = "all"\ncounts = 5', '"counts" must be a table'),
        ('flickr = "all"', 'flickr = "all"\ncounts = {photos = 0}', '[counts]: "photos" must be'),
        ('flickr = "all"', 'flickr = "all"\ncounts = {photoes = 1}', '[counts]: "photoes" is not a key'),
        ('flickr = "all"', 'flickr = "all"\nfacts = ["x"]', '"facts" must be a list of tables'),
        ('flickr = "all"', 'flickr = "all"\nfacts = [{fact = "x"}]', '[[facts]] 1: "source" is missing'),
        (
            'flickr = "all"',
            'flickr = "all"\nderived_from = ["example"]',
            '"derived_from" names the dataset itself',
        ),
        ('flickr = "all"', 'flickr = "all"\ncertainty = "inferred"', '"certainty_note" must be given'),
        ('["photo_id"]', '["photo"]', '"match_keys" holds "photo"'),
        ('["photo_id"]', '["photo_id", "photo_id"]', '"match_keys" names something twice'),
        ('["photo_id"]', '"photo_id"', '"match_keys" must be a list'),
        ('["photo_id"]', "[]", '"no_key_reason" must be given'),
        ('["photo_id"]', '["photo_id"]\nno_key_reason = "x"', '"no_key_reason" must be given exactly'),
        ('formats = ["generic"]', "", '"formats" must name a reader'),
        ('formats = ["generic"]', 'formats = ["coco-json"]', '"files" have formats'),
        ('name = "list.csv"', 'name = "../x"\nurl = "https://x.org/y"', '"name" must be a plain file name'),
        ('name = "list.csv"', 'name = "{3..1}.csv"', '"name" must count up'),
        ('name = "list.csv"', 'name = "{0..1000}.csv"', '"name" must count up'),
        ('name = "list.csv"', 'name = "{1..2}.csv"\nbytes = 5', '"name" matches many files'),
        (
            'name = "list.csv"',
            'name = "{1..2}.csv"\nurl = "https://x.org/1.csv"',
            '"url" must count as "name" does: {1..2}',
        ),
        (
            'name = "list.csv"',
            'name = "../{1..2}.csv"\nurl = "https://x.org/{1..2}"',
            '"name" must be a plain file name',
        ),
        ('title = "Example"', 'title = "Exam\\u001b[2Jple"', '"title" must be one printable line'),
        ('access = "request"', 'access = "open"', '[[files]] 1: "access" is "open"'),
        ('access = "request"', 'access = "public"', '[[files]] 1: "access" is "public", so'),
        ('access = "request"', 'access = "request"\nmd5 = "ABC"', '"md5" must be 32 lower-case'),
        ('access = "request"', 'access = "request"\nurl = "ftp://x.org/y"', '"url" must be a web address'),
        (
            'access = "request"',
            'access = "request"\npage = "javascript:alert(1)"',
            '"page" must be a web address',
        ),
        (
            'state = "available"',
            'state = "available"\nsince = "June 2020"',
            '[status]: "since" must be a date',
        ),
        (
            "[status]",
            CHANNEL.format(kind="email", to="a@b.org\\nBcc: c@d.org"),
            '[[channels]] 1: "to" must be one printable',
        ),
        (
            "[status]",
            CHANNEL.format(kind="email", to="a@b.org, c@d.org"),
            '[[channels]] 1: "to" must be one plain',
        ),
        (
            "[status]",
            CHANNEL.format(kind="form", to="javascript:alert(1)"),
            '[[channels]] 1: "to" must be a web address',
        ),
        ("[opt_out]", '[opt_out]\ncontacts = ["nobody"]', '"contacts" holds "nobody"'),
        ("[opt_out]", '[opt_out]\nhow = "Write."', '[opt_out]: "source" must say'),
        ("[opt_out]", '[opt_out]\nasks_for = ["passport"]', '[opt_out]: "asks_for" holds "passport"'),
        ('note = "No removal procedure was found."', "", '[opt_out]: "note" must say'),
        ("title =", "title", "is not valid TOML"),
    ],
)
def test_a_slip_in_a_card_is_named_with_its_file_and_key(old: str, new: str, named: str) -> None:
    assert old in SMALLEST
    with pytest.raises(ConfigurationError) as caught:
        parse_card("example", SMALLEST.replace(old, new, 1))
    assert caught.value.message.startswith("example.toml")
    assert named in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", ["", "FFHQ", "a_b", "-a", "a--b", "../a", "a.b"])
def test_a_name_that_is_no_slug_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="lower-case letters"):
        parse_card(name, SMALLEST)


def test_a_card_says_through_which_parent_its_photos_are_found() -> None:
    text = SMALLEST.replace('["photo_id"]', '["parent_key"]\njoins = "open-images.image_id"')
    card = parse_card("example", text)
    assert card.checkable
    assert card.parent == "open-images"
    assert parse_card("example", SMALLEST).parent is None


def test_a_run_of_files_is_one_entry_of_the_card() -> None:
    entry = 'name = "part-{08..11}.csv"\nurl = "https://x.org/{08..11}/part-{08..11}.csv?download=1"'
    files = parse_card("example", SMALLEST.replace('name = "list.csv"', entry)).files
    assert [file.name for file in files] == ["part-08.csv", "part-09.csv", "part-10.csv", "part-11.csv"]
    assert files[1].url == "https://x.org/09/part-09.csv?download=1"
    assert {file.format for file in files} == {"generic"}


def test_a_run_of_files_without_leading_zeros() -> None:
    files = parse_card("example", SMALLEST.replace('name = "list.csv"', 'name = "{9..10}.csv"')).files
    assert [file.name for file in files] == ["9.csv", "10.csv"]
    assert files[0].url is None


def test_a_channel_says_when_it_was_seen() -> None:
    text = '[[channels]]\nkind = "email"\nto = "a@example.org"\npurpose = "removal"\nsource = "x"\n'
    with pytest.raises(ConfigurationError, match=r"seen.*is missing"):
        list(contacts.channels(Table.parse(text, "card.toml")))


def test_a_dataset_that_is_reached_in_two_ways_is_named_once() -> None:
    links = {"coco": ["ffhq", "sbu"], "ffhq": ["pipa"], "sbu": ["pipa"], "pipa": []}
    assert catalogue._reach("coco", links) == ("ffhq", "sbu", "pipa")
