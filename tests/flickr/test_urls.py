"""Every form of address that leads to a photo is read, and nothing that only looks like one."""

import csv
import gzip
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.flickr import urls
from auditor.flickr.target import TargetKind, classify
from auditor.flickr.urls import (
    OwnerAddress,
    PhotoAddress,
    hides_photos,
    parse_owner,
    parse_owners,
    parse_photo,
    parse_photos,
)

ID = "9900000123"
NSID = "99000001@N07"
SECRET = "0a1b2c3d4e"
SHORT = "g5Q68i"
WIDE = "９９０００００１２３"

BARE = PhotoAddress(ID)
BY_NSID = PhotoAddress(ID, nsid=NSID)
BY_ALIAS = PhotoAddress(ID, path_alias="roe-zoe")


def file(
    server: str | None = "5050", farm: int | None = None, size: str = "", *, original: bool = False
) -> PhotoAddress:
    return PhotoAddress(ID, server=server, farm=farm, secret=SECRET, size=size, is_original=original)


PAGES = [
    (f"https://www.flickr.com/photos/{NSID}/{ID}/", BY_NSID),
    (f"http://www.flickr.com/photos/{NSID}/{ID}", BY_NSID),
    (f"https://www.flickr.com/photos/99000001%40N07/{ID}/", BY_NSID),
    (f"https://www.flickr.com/photos/99000001@n07/{ID}/", BY_NSID),
    (f"https://flickr.com/photos/Roe-Zoe/{ID}", BY_ALIAS),
    (f"HTTPS://WWW.FLICKR.COM/photos/roe-zoe/{ID}", BY_ALIAS),
    (f"https://m.flickr.com/photos/roe-zoe/{ID}", BY_ALIAS),
    (f"http://m.flickr.com/#/photos/roe-zoe/{ID}/", BY_ALIAS),
    (f"https://secure.flickr.com/photos/roe-zoe/{ID}", BY_ALIAS),
    (f"https://www.flickr.com:443/photos/roe-zoe/{ID}", BY_ALIAS),
    (f"www.flickr.com/photos/roe-zoe/{ID}", BY_ALIAS),
    (f"flickr.com/photos/roe-zoe/{ID}", BY_ALIAS),
    (f"//flickr.com/photos/roe-zoe/{ID}", BY_ALIAS),
    (f"  https://www.flickr.com/photos/roe-zoe/{ID}\n", BY_ALIAS),
    (f"http://flickr.com/photo/roe-zoe/{ID}", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}//", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}/in/photostream/", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}/in/set-72150000000000001/lightbox/", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}/in/album-72150000000000001", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}/sizes/o/", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}/meta/", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}?rb=1", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{WIDE}", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{WIDE}/in/photostream/", BY_ALIAS),
    (f"https://www.flickr.com/photos/{NSID}/{WIDE}?rb=1", BY_NSID),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}#comment1", BY_ALIAS),
    (f"https://www.flickr.com/photos/me/{ID}", BARE),
    (f"https://www.flickr.com/photos/%3Cscript%3E/{ID}", BARE),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}/player/{SECRET}", BY_ALIAS._replace(secret=SECRET)),
    (f"https://www.flickr.com/photos/roe-zoe/{ID}/play/700/{SECRET}/", BY_ALIAS._replace(secret=SECRET)),
    (
        f"http://www.flickr.com/videos/{NSID}/{ID}/play/orig/{SECRET}",
        BY_NSID._replace(secret=SECRET, is_original=True),
    ),
    (f"https://www.flickr.com/photo.gne?id={ID}", BARE),
    (f"https://www.flickr.com/photo.gne?rb=1&id={ID}", BARE),
    (f"https://embedr.flickr.com/photos/{ID}", BARE),
    (f"https://api.flickr.com/services/rest/?method=flickr.photos.getInfo&photo_id={ID}", BARE),
    (f"https://www.flickr.com/photo.gne?short={SHORT}", BARE),
    (f"http://www.flickr.com/photo_zoom.gne?id={ID}&size=o", BARE),
    (f"http://flickr.com/photo_exif.gne?id={ID}", BARE),
    (f"http://flickr.com/photo_edit.gne?id={ID}", BARE),
    (f"http://www.flickr.com/video_download.gne?id={ID}", BARE),
    (
        f"http://www.flickr.com/apps/video/stewart.swf?v=7&amp;photo_id={ID}&amp;photo_secret={SECRET}",
        BARE._replace(secret=SECRET),
    ),
    (f"http://www.flickr.com/apps/video/stewart.swf?photo_id={ID}&photo_secret=<b>", BARE),
    (f"https://flic.kr/p/{SHORT}", BARE),
    (f"http://FLIC.KR/p/{SHORT}/", BARE),
    (f"flic.kr/p/{SHORT}?x=1", BARE),
]
FILES = [
    (f"https://live.staticflickr.com/5050/{ID}_{SECRET}.jpg", file()),
    (f"https://live.staticflickr.com/5050/{ID}_{SECRET}_b.jpg", file(size="b")),
    (f"https://live.staticflickr.com/5050/{ID}_{SECRET}_3k.jpg", file(size="3k")),
    (f"https://live.staticflickr.com/5050/{ID}_{SECRET}_d.jpg", file()),
    (f"https://live.staticflickr.com/5050/{ID}_{SECRET}_b_d.jpg", file(size="b")),
    (f"https://live.staticflickr.com/5050/{ID}_{SECRET}_o_d.jpg", file(size="o", original=True)),
    (f"https://live.staticflickr.com/5050/{ID}_{SECRET}_o.png", file(size="o", original=True)),
    (f"https://LIVE.staticflickr.com/5050/{ID}_{SECRET.upper()}_B.JPG", file(size="b")),
    (f"https://farm6.staticflickr.com/5050/{ID}_{SECRET}_z.jpg?zz=1", file(farm=6, size="z")),
    (f"http://farm66.static.flickr.com/5050/{ID}_{SECRET}.jpg", file(farm=66)),
    (f"http://static.flickr.com/5050/{ID}_{SECRET}_m.jpg", file(size="m")),
    (f"https://c3.staticflickr.com/6/5050/{ID}_{SECRET}_n.jpg", file(farm=6, size="n")),
    (f"http://photos5050.flickr.com/{ID}_{SECRET}_t.jpg", file(size="t")),
    (f"farm6.staticflickr.com/5050/{ID}_{SECRET}.jpg", file(farm=6)),
    (f"https://live.staticflickr.com/video/{ID}/{SECRET}/1080p.mp4?s=eyJpIjo", file(server=None)),
    (f"https://live.staticflickr.com/video/{ID}/{SECRET}/orig.mp4", file(server=None, original=True)),
]
PROOFPOINT = "https://urldefense.proofpoint.com/v2/url?u="
OUTLOOK = "https://eur01.safelinks.protection.outlook.com/?url="
# What mail filters make of links: Safe Links, Proofpoint's three forms, one inside the other.
REWRITTEN = [
    (f"{OUTLOOK}https%3A%2F%2Fwww.flickr.com%2Fphotos%2Froe-zoe%2F{ID}%2F&data=05%7C01", BY_ALIAS),
    (f"https://urldefense.proofpoint.com/v1/url?u=https://www.flickr.com/photos/roe-zoe/{ID}/&k=x", BY_ALIAS),
    (f"https://urldefense.com/v3/__https://www.flickr.com/photos/roe-zoe/{ID}/__;!!x!y$", BY_ALIAS),
    (f"{PROOFPOINT}https-3A__www.flickr.com_photos_roe-2Dzoe_{ID}_&d=DwMF-g&c=x", BY_ALIAS),
    (f"{PROOFPOINT}https-3A__www.flickr.com_photos_roe-2Dzoe_{ID}", BY_ALIAS),
    (f"{PROOFPOINT}https-3A__www.flickr.com_photos_roe-2Dzoe_{ID}&amp;d=DwMF-g", BY_ALIAS),
    (
        f"{PROOFPOINT}https-3A__www.flickr.com_photos_roe-5Fzoe_{ID}_&d=x",
        PhotoAddress(ID, path_alias="roe_zoe"),
    ),
    (f"{PROOFPOINT}http-3A__flickr.com_photos_99000001-40N07_{ID}_in_photostream_&d=x", BY_NSID),
    (f"{PROOFPOINT}https-3A__www.flickr.com_photos_99000001-2540N07_{ID}&d=x", BY_NSID),
    (f"{PROOFPOINT}https-3A__flic.kr_p_{SHORT}&d=x", BARE),
    (f"{PROOFPOINT}https-3A__www.flickr.com_photo.gne-3Frb-3D1-26id-3D{ID}&d=x", BARE),
    (f"{PROOFPOINT}https-3A__live.staticflickr.com_5050_{ID}-5F{SECRET}-5Fb.jpg&d=x", file(size="b")),
    (
        f"{OUTLOOK}https%3A%2F%2Furldefense.proofpoint.com%2Fv2%2Furl%3Fu%3Dhttps-3A__www.flickr.com_photos"
        f"_roe-2Dzoe_{ID}_%26d%3Dx&data=05",
        BY_ALIAS,
    ),
]
WRAPPED = [
    (f"https://i0.wp.com/farm6.staticflickr.com/5050/{ID}_{SECRET}_z.jpg?resize=640", file(farm=6, size="z")),
    (f"http://example.net/?u=http%3A%2F%2Ffarm1.static.flickr.com%2F5050%2F{ID}_{SECRET}.jpg", file(farm=1)),
    (f"http://example.net/?u=http%253A%252F%252Fwww.flickr.com%252Fphotos%252Froe-zoe%252F{ID}", BY_ALIAS),
    (f"http://example.net/?u=http://www.flickr.com/photos/roe-zoe/{ID}&w=9", BY_ALIAS),
    (f"https://www.flickr.com/signin?to=https://www.flickr.com/photos/roe-zoe/{ID}", BY_ALIAS),
    (f"https://web.archive.example/2015/http://www.flickr.com/photos/roe-zoe/{ID}/", BY_ALIAS),
    (f'<a href="https://www.flickr.com/photos/roe-zoe/{ID}/"><img', BY_ALIAS),
    (rf"got https:\/\/www.flickr.com\/photos\/roe-zoe\/{ID}\/ ok", BY_ALIAS),
    (rf'{{"u": "https:\\/\\/www.flickr.com\\/photos\\/roe-zoe\\/{ID}"}}', BY_ALIAS),
    (rf"https:\u002F\u002Fwww.flickr.com\u002Fphotos\u002Froe-zoe\u002F{ID}", BY_ALIAS),
    (f"https:&#x2F;&#x2F;www.flickr.com&#x2F;photos&#x2F;roe-zoe&#x2F;{ID}&#x2F;", BY_ALIAS),
    (rf"https:\\www.flickr.com\photos\roe-zoe\{ID}", BY_ALIAS),
    (f"https://www.flickr.com/photos/roe-zoe/{ID[:5]}\u200b{ID[5:]}/", BY_ALIAS),
    (
        f"see https://www.flickr.com/photos/roe\u00ad-zoe/{ID[:5]}\u00ad{ID[5:]}, https://flic.kr/s/x",
        BY_ALIAS,
    ),
]
CUT = [
    f"flickr.com/photos/roe-zoe/{ID[:7]}…",
    f"flickr.com/photos/roe-zoe/{ID[:7]}...",
    f"https://www.flickr.com/photos/roe-zoe/{ID[:7]}=\n{ID[7:]}/",
    f"https://embedr.flickr.com/photos/{ID[:7]}…",
    f"{PROOFPOINT}https-3A__www.flickr.com_photos_roe-2Dzoe_{ID[:7]}…",
    f"flic.kr/p/{SHORT[:4]}…",
    f"flic.kr/p/{SHORT[:4]}...",
    f"flic.kr/p/{SHORT[:4]}=\n{SHORT[4:]}",
]
NO_PHOTO = [
    "",
    ID,
    f"photos/roe-zoe/{ID}",
    "flickr",
    "https://www.flickr.com",
    "https://www.flickr.com/photos/roe-zoe/",
    "https://www.flickr.com/people/roe-zoe/",
    "https://www.flickr.com/photos/roe-zoe/sets/72150000000000001/",
    "https://www.flickr.com/photos/roe-zoe/albums/72150000000000001",
    "https://www.flickr.com/photos/roe-zoe/galleries/72150000000000001/",
    "https://www.flickr.com/photos/tags/2010/",
    "https://www.flickr.com/photos/roe-zoe/tags/2010/",
    "https://www.flickr.com/groups/99000001@N20/pool/",
    "https://flic.kr/s/aHsk000001",
    "https://flic.kr/p/0OIl",
    "https://flic.kr/p/zzzzzzzzzzz",
    "https://flic.kr/p/zzzzzzzzzzzzzzzz",
    "https://flic.kr/p/1",
    f"https://farm4.staticflickr.com/3000/buddyicons/{NSID}_r.jpg",
    f"https://notflickr.com/photos/roe-zoe/{ID}",
    f"https://not-flickr.com/photos/roe-zoe/{ID}",
    f"https://flickr.com.example.net/photos/roe-zoe/{ID}",
    f"https://flickr.com@example.net/photos/roe-zoe/{ID}",
    f"https://flickr.com:80@example.net/photos/roe-zoe/{ID}",
    f"https://flickr.com%2eexample.net/photos/roe-zoe/{ID}",
    f"https://flickr.community/photos/roe-zoe/{ID}",
    f"https://notstaticflickr.com/5050/{ID}_{SECRET}.jpg",
    f"https://notflic.kr/p/{SHORT}",
    f"https://urldefense.example/v2/url?u=https-3A__www.flickr.com_photos_roe_{ID}_&d=x",
    f"{PROOFPOINT}https-3A__www.notflickr.com_photos_roe_{ID}_&d=x",
    f"{PROOFPOINT}https-3A__www.flickr.com_photos_roe_sets_72150000000000001_&d=x",
    f"{PROOFPOINT}x&d=https-3A__www.flickr.com_photos_roe_{ID}_",
    "https://www.flickr.com/photos/roe-zoe/0",
    "https://www.flickr.com/photos/roe-zoe/007",
    "https://www.flickr.com/photos/roe-zoe/9223372036854775808",
    "https://www.flickr.com/photos/roe-zoe/99999999999999999999999",
    f"https://live.staticflickr.com/5050/9223372036854775808_{SECRET}.jpg",
    "https://www.flickr.com/photo.gne?id=9223372036854775808",
    "https://www.flickr.com/photo.gne?id=",
    "https://www.flickr.com/photo.gne?id=١٢٣",
    "https://www.flickr.com/photos/roe-zoe/123abc",
    f"https://www.flickr.com/photos/roe-zoe/{NSID}",
    "https://www.flickr.com/photos/roe-zoe/١٢٣",
    "https://www.flickr.com/photos/roe-zoe/page2",
    f"https://www.flickr.com/5050/{ID}_{SECRET}.jpg",
]


@pytest.mark.parametrize(("text", "photo"), [*PAGES, *FILES, *WRAPPED, *REWRITTEN])
def test_every_form_of_address_leads_to_its_photo(text: str, photo: PhotoAddress) -> None:
    assert parse_photo(text) == photo


@pytest.mark.parametrize(("text", "photo"), [*PAGES, *FILES])
def test_an_address_inside_another_is_read_like_the_address_alone(text: str, photo: PhotoAddress) -> None:
    assert parse_photo(f"https://example.net/go?to={quote(text, safe='')}&x=1") == photo


@pytest.mark.parametrize("text", NO_PHOTO)
def test_what_only_looks_like_a_photo_is_none(text: str) -> None:
    assert parse_photo(text) is None


@pytest.mark.parametrize(
    "host", ["farm{}.static.flickr.com/1", "c{}.staticflickr.com/1/1", "photos{}.flickr.com"]
)
def test_a_farm_number_of_thousands_of_digits_is_no_error(host: str) -> None:
    photo = parse_photo(f"http://{host.format('9' * 5000)}/{ID}_{SECRET}.jpg")
    assert photo is None or photo.photo_id == ID


@pytest.mark.parametrize("text", CUT)
def test_of_an_address_that_was_cut_nobody_knows_the_id(text: str) -> None:
    assert parse_photo(text) is None
    assert classify(text).kind == "unreadable"


@pytest.mark.parametrize(
    "first", [f"https://flic.kr/p/{SHORT}", f"https://www.flickr.com/photos/roe-zoe/{ID}"]
)
def test_links_without_anything_between_are_several(first: str) -> None:
    photos = parse_photos(f"{first}https://www.flickr.com/photos/99000001@N07/9900000124")
    assert [photo.photo_id for photo in photos] == [ID, "9900000124"]
    assert parse_photos(f"{first}httpsx") == []


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        (f"https://www.flickr.com/photos/roe zoe/{ID}/", None),
        (f"https://www.flickr.com/photos/roe zoe of the sea/{ID}", None),
        ("https://www.flickr.com/photos/roe-zoe and others", OwnerAddress(path_alias="roe-zoe")),
        (f"flickr.com/photos/roe-zoe http://flickr.com/photos/x/{ID}", OwnerAddress(path_alias="roe-zoe")),
        (f"flickr.com/photos/roe-zoe, flickr.com/photos/x/{ID}", None),
    ],
)
def test_the_first_word_of_a_name_with_spaces_is_nobody(text: str, owner: OwnerAddress | None) -> None:
    assert parse_owner(text) == owner


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("https://www.flickr.com/photos/joe/albums/72157600000000001/with/9900000001", True),
        ("flickr.com/photos/joe/sets/72157600000000001/", True),
        ("https://www.flickr.com/photos/joe/galleries/72157600000000001/", True),
        ("https://www.flickr.com/groups/1000001@N20/pool/", True),
        ("https://www.flickr.com/photos/tags/portrait/", True),
        ("https://flic.kr/s/aHsjabcdef", True),
        ("see https://www.flickr.com/photos/joe/99000… and so on", True),
        ("https://live.staticflickr.com/65535/99000…", True),
        ("https://www.flickr.com/photos/joe/9900000001/in/album-72157600000000001/", False),
        ("https://www.flickr.com/photos/joe/", False),
        ("https://www.flickr.com/people/99000001@N07/", False),
        ("https://farm1.staticflickr.com/1/buddyicons/99000001@N07.jpg", False),
        ("https://combo.staticflickr.com/pw/images/buddyicon00.png", False),
        ("https://www.flickr.com/creativecommons/", False),
        ("https://www.flickr.com/help/general/", False),
        ("https://example.org/photos/joe/albums/72157600000000001", False),
    ],
)
def test_an_address_of_photos_that_it_does_not_name_is_told_apart(text: str, hidden: bool) -> None:
    assert hides_photos(text) is hidden


@pytest.mark.parametrize(
    ("path", "photos", "owners", "hidden"),
    [
        (f"photos//{ID}/", [BARE], [], False),
        (f"photos//{ID}", [BARE], [], False),
        (f"photo///{ID}?rb=1", [BARE], [], False),
        (f"photos//{ID}/in/photostream/", [BARE], [], False),
        (f"photos//{ID}/sizes/o/", [BARE], [], False),
        (f"photos//{NSID}/{ID}/", [BY_NSID], [], False),
        (f"photos//99000001%40N07/{ID}/", [BY_NSID], [], False),
        (f"photos/roe-zoe//{ID}/", [BY_ALIAS], [], False),
        (f"photos//{NSID}/", [], [OwnerAddress(NSID)], False),
        (f"people//{NSID}/", [], [OwnerAddress(NSID)], False),
        # Somebody's alias may be a number, and a section's name stands where a name would.
        (f"photos//{ID}/{ID}", [], [], True),
        (f"photos//{ID}/albums/72150000000000001", [], [], True),
        (f"photos//with/{ID}", [], [], True),
        ("photos//archives/2010", [], [], True),
        ("photos//page2/", [], [], True),
        ("photos//favorites/", [], [], True),
        ("photos//sets/72150000000000001", [], [], True),
        ("people//roe-zoe/", [], [], True),
        ("people//", [], [], True),
        ("groups//pool/", [], [], True),
    ],
)
def test_what_follows_an_empty_segment_is_nobodys_name(
    path: str, photos: list[PhotoAddress], owners: list[OwnerAddress], hidden: bool
) -> None:
    text = f"https://www.flickr.com/{path}"
    assert parse_photos(text) == photos
    assert parse_owners(text) == owners
    assert parse_owner(text) == (owners[0] if owners else None)
    assert hides_photos(text) is hidden


def test_proofpoints_link_to_an_album_or_a_member_is_told_as_that() -> None:
    assert hides_photos(f"{PROOFPOINT}https-3A__www.flickr.com_photos_roe_sets_72150000000000001_&d=x")
    assert parse_owner(f"{PROOFPOINT}https-3A__www.flickr.com_photos_roe-2Dzoe_&d=x") == OwnerAddress(
        path_alias="roe-zoe"
    )


def test_an_address_may_end_a_sentence() -> None:
    assert parse_photo(f"It is https://www.flickr.com/photos/roe-zoe/{ID}.") == BY_ALIAS
    assert parse_photo(f"It is https://flic.kr/p/{SHORT}.") == BARE


@pytest.mark.parametrize(
    "path",
    [
        f"www.flickr.com/photos/roe-zoe/{ID}２",
        f"www.flickr.com/photos/roe-zoe/{WIDE}2",
        f"www.flickr.com/photos/roe-zoe/{WIDE}枚",
        f"www.flickr.com/photos/roe-zoe/{ID}²",
        f"www.flickr.com/photos/{WIDE}/",
        f"www.flickr.com/photos//{WIDE}/",
        "www.flickr.com/photos/９９００００１@N07/",
        "www.flickr.com/people/９９００００１@N07/",
        "www.flickr.com/people/roe２/",
        f"www.flickr.com/photo.gne?id={WIDE}",
        f"live.staticflickr.com/5050/{WIDE}_{SECRET}.jpg",
    ],
)
def test_other_digits_are_no_name_and_no_part_of_an_id_and_are_told(path: str) -> None:
    text = f"https://{path}"
    assert (parse_photos(text), parse_owners(text), parse_owner(text)) == ([], [], None)
    assert hides_photos(text)


def test_a_percent_encoded_digit_belongs_to_the_id() -> None:
    assert parse_photo("https://www.flickr.com/photos/roe-zoe/990000012%33") == BY_ALIAS


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        (NSID, OwnerAddress(nsid=NSID)),
        ("99000001@n07", OwnerAddress(nsid=NSID)),
        (f"https://www.flickr.com/people/{NSID}/", OwnerAddress(nsid=NSID)),
        ("https://www.flickr.com/people/99000001%40N07", OwnerAddress(nsid=NSID)),
        ("https://www.flickr.com/people/Roe-Zoe/", OwnerAddress(path_alias="roe-zoe")),
        ("flickr.com/photos/roe-zoe", OwnerAddress(path_alias="roe-zoe")),
        ("https://www.flickr.com/photos/roe-zoe/page3?x=1", OwnerAddress(path_alias="roe-zoe")),
        (f"https://www.flickr.com/photos/roe-zoe/with/{ID}/", OwnerAddress(path_alias="roe-zoe")),
        ("http%3A%2F%2Fwww.flickr.com%2Fphotos%2Froe-zoe%2F", OwnerAddress(path_alias="roe-zoe")),
        (f"https://farm4.staticflickr.com/3000/buddyicons/{NSID}_r.jpg", OwnerAddress(nsid=NSID)),
        (f"https://c1.staticflickr.com/4/3000/buddyicons/{NSID}.jpg?1#", OwnerAddress(nsid=NSID)),
        (f"https://www.flickr.com/photos/roe-zoe/{ID}", None),
        ("https://www.flickr.com/photos/roe-zoe/albums/72150000000000001", None),
        ("https://www.flickr.com/photos/tags/", None),
        ("https://www.flickr.com/photos/me/", None),
        ("https://www.flickr.com/groups/99000001@N20/", None),
        ("https://example.net/people/roe-zoe", None),
        ("roe-zoe", None),
        ("", None),
        (f"https://embedr.flickr.com/photos/{ID}", None),
    ],
)
def test_the_owner_is_read_from_pages_about_a_person_only(text: str, owner: OwnerAddress | None) -> None:
    assert parse_owner(text) == owner


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f" https://www.flickr.com/photos/roe-zoe/{ID} ", "photo"),
        (f"https://flic.kr/p/{SHORT}", "photo"),
        (f"https://live.staticflickr.com/5050/{ID}_{SECRET}.jpg", "photo"),
        (ID, "photo_id"),
        (NSID, "nsid"),
        ("99000001@n07", "nsid"),
        (f"https://www.flickr.com/people/{NSID}/", "profile"),
        ("flickr.com/photos/roe-zoe", "profile"),
        ("roe-zoe", "username"),
        ("Zoë Roe / Mills", "username"),
        ("Zoë R. at flickr", "username"),
        ("", "unreadable"),
        ("  ", "unreadable"),
        ("0", "unreadable"),
        ("0123", "unreadable"),
        ("9223372036854775808", "unreadable"),
        ("52,931,686,549", "unreadable"),
        ("52.931.686.549", "unreadable"),
        ("52931686549.0", "unreadable"),
        (f"{ID} - a title", "unreadable"),
        (f"a title: {ID}", "unreadable"),
        (f"{ID}/{ID}", "unreadable"),
        (f"{ID}_{SECRET}_b.jpg", "unreadable"),
        ("Roe 20190101", "username"),
        ("user1234567890", "username"),
        ("5.29317E+10", "unreadable"),
        ("5,29317e10", "unreadable"),
        ("https://www.flickr.com/photos/roe-zoe/albums/72150000000000001", "unreadable"),
        ("https://flic.kr/s/aHsk000001", "unreadable"),
        ("https://example.net/photo/1", "unreadable"),
        ("example.net/photo/1", "unreadable"),
        ("two\nlines", "unreadable"),
        ("x" * 10_000, "unreadable"),
    ],
)
def test_what_a_person_typed_is_told_apart(text: str, kind: TargetKind) -> None:
    target = classify(text)
    assert target.kind == kind
    assert (target.photo is not None) == (kind in {"photo", "photo_id"})
    assert (target.owner is not None) == (kind in {"nsid", "profile"})
    assert bool(target.reason) == (kind == "unreadable")


@pytest.mark.parametrize(
    ("text", "photo", "owner"),
    [
        (f" https://www.flickr.com/photos/roe-zoe/{ID} ", BY_ALIAS, None),
        (ID, PhotoAddress(ID), None),
        ("99000001@n07", None, OwnerAddress(nsid=NSID)),
        ("https://www.flickr.com/people/roe-zoe/", None, OwnerAddress(path_alias="roe-zoe")),
    ],
)
def test_what_a_person_typed_leads_to_a_photo_or_a_member(
    text: str, photo: PhotoAddress | None, owner: OwnerAddress | None
) -> None:
    target = classify(text)
    assert (target.text, target.photo, target.owner) == (text.strip(), photo, owner)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("9900000001_0123456789_o.jpg", "9900000001_…_o.jpg"),
        ("https://live.staticflickr.com/1/9900000001_0a1b2c3d4e_O.JPG", "https://live.staticflickr.com/1/9900000001_…_O.JPG"),
        ("https://www.flickr.com/photos/x/9900000001/play/orig/0a1b2c3d4e/", "https://www.flickr.com/photos/x/9900000001/play/orig/…/"),
        ("https://www.flickr.com/video/9900000001/0a1b2c3d4e/orig", "https://www.flickr.com/video/9900000001/…/orig"),
        ("9900000001_0123456789_b.jpg and 9900000001", "9900000001_0123456789_b.jpg and 9900000001"),
        ("https://www.flickr.com/photos/x/9900000001/", "https://www.flickr.com/photos/x/9900000001/"),
    ],
)  # fmt: skip
def test_the_secret_of_an_original_is_left_out_and_nothing_else(text: str, bare: str) -> None:
    assert urls.without_original_secret(text) == bare


@pytest.mark.parametrize("text", ["0", "00123", "-1", "1.0", " 1", "١", "9223372036854775808", "", "²"])
def test_only_canonical_numbers_are_photo_ids(text: str) -> None:
    assert not urls.is_photo_id(text)


# -- there and back -----------------------------------------------------------------------------------------

photo_ids = st.integers(1, 2**63 - 1).map(str)
nsids = st.from_regex(r"[1-9][0-9]{4,10}@N[0-9]{2}", fullmatch=True)
aliases = st.from_regex(r"[a-z0-9_-]{3,32}", fullmatch=True).filter(
    lambda alias: parse_owner(f"flickr.com/people/{alias}") is not None
)
secrets = st.from_regex(r"[0-9a-f]{10}", fullmatch=True)
servers = st.integers(1, 65535).map(str)
around = st.sampled_from(["{}", "  {} ", "https://example.net/?u={}", '<a href="{}">'])


@given(photo_ids, st.one_of(st.none(), nsids, aliases), around)
def test_a_page_address_leads_back_to_its_photo(photo_id: str, owner: str | None, wrap: str) -> None:
    photo = parse_photo(wrap.format(urls.page_url(photo_id, owner)))
    assert photo is not None
    assert (photo.photo_id, photo.nsid or photo.path_alias) == (photo_id, owner)


@given(
    photo_ids,
    servers,
    secrets,
    st.sampled_from(["", "s", "b", "3k", "o"]),
    st.none() | st.integers(1, 66),
    around,
)
def test_a_file_address_leads_back_to_all_it_was_made_of(
    photo_id: str, server: str, secret: str, size: str, farm: int | None, wrap: str
) -> None:
    address = urls.static_url(server, photo_id, secret, size, farm)
    assert parse_photo(wrap.format(address)) == PhotoAddress(
        photo_id, server=server, farm=farm, secret=secret, size=size, is_original=size == "o"
    )


def base58(number: int) -> str:
    """As Flickr makes its short links."""
    rest, digit = divmod(number, 58)
    return (base58(rest) if rest else "") + urls.BASE58[digit]


@given(photo_ids)
def test_a_short_address_leads_back_to_its_photo(photo_id: str) -> None:
    assert parse_photo(f"https://flic.kr/p/{base58(int(photo_id))}") == PhotoAddress(photo_id)


@given(nsids)
def test_an_nsid_survives_packing_and_its_profile_address(nsid: str) -> None:
    assert urls.unpack_nsid(urls.pack_nsid(nsid)) == nsid
    assert urls.pack_nsid(nsid) < 2**63
    assert parse_owner(urls.profile_url(nsid)) == OwnerAddress(nsid=nsid)


@given(aliases)
def test_an_alias_survives_its_profile_address(alias: str) -> None:
    assert parse_owner(urls.profile_url(alias)) == OwnerAddress(path_alias=alias)


@pytest.mark.parametrize(
    "text", ["", "99000001", "99000001@N7", "099000001@N07", "1@N07", NSID + "\n", "roe-zoe"]
)
def test_what_is_no_nsid_is_not_packed(text: str) -> None:
    with pytest.raises(ValueError, match="not an NSID"):
        urls.pack_nsid(text)


@pytest.mark.parametrize("packed", [-1, 0, 99, 123407, 10**15])
def test_a_number_that_is_no_nsid_is_not_unpacked(packed: int) -> None:
    with pytest.raises(ValueError, match="not a packed NSID"):
        urls.unpack_nsid(packed)


@given(st.integers(0, 2**63))
def test_base_58_keeps_the_number(number: int) -> None:
    assert urls.base58_decode(base58(number)) == number


@pytest.mark.parametrize("text", ["", "0", "O", "I", "l", "a b", "é"])
def test_other_characters_are_no_base_58(text: str) -> None:
    with pytest.raises(ValueError, match=r"base 58|substring"):
        urls.base58_decode(text)


pieces = st.sampled_from(
    [
        "flickr.com",
        "www.",
        "static",
        "flic.kr",
        "/p/",
        "/photos/",
        "//",
        "?id=",
        "%",
        "%2F",
        "%25",
        "@N07",
        ID,
        "_",
        "/",
    ]
)


@given(st.one_of(st.text(), st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=20).map("".join)))
def test_no_text_breaks_the_reading_and_what_comes_out_is_sound(text: str) -> None:
    photo, owner, target = parse_photo(text), parse_owner(text), classify(text)
    if photo:
        assert urls.is_photo_id(photo.photo_id)
        assert photo.nsid is None or urls.is_nsid(photo.nsid)
    if owner:
        assert (owner.nsid is None) != (owner.path_alias is None)
    assert target.text == text.strip()


@pytest.mark.parametrize(
    "text", ["flickr.com/" * 50_000, "a." * 4_000 + "flickr", "%25" * 2_700 + "flickr", "/" * 8_000 + "flic"]
)
def test_hostile_text_is_turned_down(text: str) -> None:
    assert parse_photo(text) is None


# -- the hash of YFCC100M -----------------------------------------------------------------------------------


def test_the_hash_drops_the_leading_zero_of_each_byte() -> None:
    assert (
        urls.yfcc_hash("") == "d41d8cd98f0b24e980998ecf8427e"
    )  # MD5 of nothing: d41d8cd98f00b204e9800998ecf8427e


def test_a_photo_of_unknown_farm_has_one_hash_for_each_farm() -> None:
    known = urls.yfcc_photo_hashes(ID, "5050", SECRET, 6)
    assert known == (urls.yfcc_hash(f"http://farm6.staticflickr.com/5050/{ID}_{SECRET}.jpg"),)
    unknown = urls.yfcc_photo_hashes(ID, "5050", SECRET)
    assert len(set(unknown)) == 10
    assert unknown[5] == known[0]


def test_published_hashes_of_photos_are_met_with_and_without_the_farm(shared: Path) -> None:
    rows = list(read_tsv(shared / "samples/yfcc100m/yfcc100m_dataset.25col.rows.tsv"))
    assert rows
    for row in rows:
        photo = parse_photo(row[16])
        assert photo
        assert photo.server
        assert photo.secret
        parts = (photo.photo_id, photo.server, photo.secret)
        assert (row[1], (row[2],)) == (photo.photo_id, urls.yfcc_photo_hashes(*parts, photo.farm))
        assert row[2] in urls.yfcc_photo_hashes(*parts)


def test_published_hashes_of_videos_are_met(shared: Path) -> None:
    hashes = dict(read_tsv(shared / "samples/yfcc100m/yfcc100m_hash.first_500.txt"))
    met = 0
    for row in read_tsv(shared / "samples/didemo/video_licenses.first_500.txt"):
        if row[0] in hashes and (video := parse_photo(row[1])):
            assert video.nsid
            assert video.secret
            assert video.is_original
            assert urls.yfcc_video_hash(video.nsid, video.photo_id, video.secret) == hashes[row[0]]
            met += 1
    assert met > 0


def read_tsv(path: Path) -> list[list[str]]:
    with path.open(newline="") as rows:
        return list(csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE))


# -- real index rows ----------------------------------------------------------------------------------------


def test_every_address_in_real_indexes_is_read(shared: Path) -> None:
    """All but the page on The Commons; the export (it links albums) and the FFHQ schema are no index rows."""
    address = re.compile(r"""https?://[^\s"'<>,]*(?:flickr\.com|flic\.kr)/[^\s"'<>,]+""")
    unread, read = [], 0
    for path in sorted((shared / "samples").rglob("*")):
        if (
            not path.is_file()
            or path.suffix in {".md", ".parquet"}
            or path.parent.name in {"takeout", "ffhq"}
        ):
            continue
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = data.decode("utf-8", "replace")
        for found in set(address.findall(text)):
            if parse_photo(found) or parse_owner(found):
                read += 1
            elif "/commons/usage" not in found:
                unread.append((path.name, found))
    assert read > 13_000
    assert unread == []


def test_page_and_file_address_of_a_real_row_name_the_same_photo(shared: Path) -> None:
    record = next(iter(json.loads((shared / "samples/lpff/info.one_record.json").read_text()).values()))[
        "image_info"
    ]
    page, big = parse_photo(record["photo_url"]), parse_photo(record["high_resolution_download_url"])
    assert page == PhotoAddress(record["photo_id"], nsid=record["user_id"])
    assert big == PhotoAddress(
        record["photo_id"],
        server=record["server"],
        secret=record["originalsecret"],
        size="o",
        is_original=True,
    )
