"""Names of files and paths: each form that publishers make of a name, and no number of another site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.flickr.names import parse_name
from auditor.flickr.urls import PhotoAddress, is_photo_id

ID = "9900000123"
NSID = "99000001@N07"
SECRET = "0a1b2c3d4e"
DIGITS = "0123456789"
NAMED = PhotoAddress(ID, secret=SECRET)
OWNED = PhotoAddress(ID, nsid=NSID)
BOTH = PhotoAddress(ID, nsid=NSID, secret=SECRET)
ORIGINAL = PhotoAddress(ID, secret=SECRET, size="o", is_original=True)

CERTAIN = [
    (f"{ID}_{SECRET}.jpg", NAMED),
    (f"{ID}_{SECRET}", NAMED),
    (f"{ID}_{SECRET}.", NAMED),
    (f"{ID}_{SECRET}.JPG", NAMED),
    (f"{ID}_{SECRET}.jpg.1", NAMED),
    (f"{ID}_{SECRET}.jpg#0", NAMED),
    (f"{ID}_{SECRET}.3gp", NAMED),
    (f"{ID}_{SECRET.upper()}.jpg", NAMED),
    (f"{ID}_{SECRET}_b.jpg", NAMED._replace(size="b")),
    (f"{ID}_{SECRET}_3k.jpg", NAMED._replace(size="3k")),
    (f"{ID}_{SECRET}_m_d.jpg", NAMED._replace(size="m")),
    (f"{ID}_{SECRET}_o.png", ORIGINAL),
    (f"8228_{ID}_{SECRET}_m.jpg", NAMED._replace(size="m")),
    (f"farm1_286_{ID}_{SECRET}_b.jpg", NAMED._replace(size="b")),
    (f"images/n07745046/21_371_{ID}_{SECRET}_c.jpg", NAMED._replace(size="c")),
    (f"C:\\ImageData\\Flickr\\{ID}_{SECRET}.jpg", NAMED),
    (f"{ID}_{SECRET}_1438_{NSID}.jpg", BOTH._replace(server="1438")),
    (f"{ID}_{DIGITS}_1438_{NSID}.jpg", BOTH._replace(server="1438", secret=DIGITS)),
    (f"Guangzhou_00003_{ID}_{SECRET}_1107_{NSID.lower()}.jpg", BOTH._replace(server="1107")),
    (f"{NSID}_{ID}_{SECRET}.", BOTH),
    (f"99000001%40N07_{ID}_{SECRET}.mov", BOTH),
    (f"{NSID}/landmark_aligned_face.1884.{ID}_{SECRET}_o.jpg", BOTH._replace(size="o", is_original=True)),
    (f"990/{NSID}/{ID}_0.jpg", OWNED),
    (f"{NSID}_identity_1/{ID}_7.jpg", OWNED),
    (f"{NSID}\\{ID}.jpg", OWNED),
    (f"{NSID}_{ID}_01", OWNED),
    (f"  {ID}_{SECRET}.jpg\n", NAMED),
    (f"{ID}_{SECRET}_z.jpg?zz=1", NAMED._replace(size="z")),
    (f"{ID}_{SECRET}_z.jpg@zz=1", NAMED._replace(size="z")),
    (f"{ID}_{SECRET}_b_face_0.jpg", NAMED._replace(size="b")),
    (f"{ID}_{SECRET}_o-crop.png", ORIGINAL),
    (f"{NSID}/{ID}_{SECRET}_b_face_0.jpg", BOTH._replace(size="b")),
    (f"{ID}_{SECRET} (1).jpg", NAMED),
    (f"photos/{NSID}/{ID}/", OWNED),
]

UNCERTAIN = [
    f"{ID}.jpg",
    f"{ID}_3.jpg",
    f"{ID}_o.jpg",
    f"0001_{ID}.jpg",
    f"{ID}_{DIGITS}.jpg",
    f"flickr_{ID}.jpg",
    "687050",
]

NO_PHOTO = [
    "",
    "2017_19784472.jpg",
    "annotations/val2017/2017_10024630.json",
    "somebody2205218565.jpg",
    f"somebody{ID}_{SECRET}.jpg",
    "COCO_val2014_000000032001.jpg#367178",
    "n03971218/n03971218_26374.JPEG",
    "IMG_20190101_123456.jpg",
    "10155_123456789_987654321_n.jpg",
    f"12_{SECRET}.jpg",
    f"0{ID}_{SECRET}.jpg",
    f"{ID}_{SECRET}ff.jpg",
    f"{ID}_{SECRET[:-1]}x.jpg",
    f"{NSID}/IMG_1234.jpg",
    f"{NSID}/12.jpg",
    f"{NSID}",
    f"99999999999999999999_{SECRET}.jpg",
    f"{'x' * 3000}/{ID}_{SECRET}.jpg",
]


@pytest.mark.parametrize(("name", "photo"), CERTAIN)
def test_a_secret_or_an_owner_makes_a_name_certain(name: str, photo: PhotoAddress) -> None:
    assert parse_name(name) == photo


@pytest.mark.parametrize("name", [*UNCERTAIN, *NO_PHOTO])
def test_a_number_alone_is_no_photo(name: str) -> None:
    assert parse_name(name) is None


@pytest.mark.parametrize("name", [f"{ID}_{DIGITS}.jpg", f"{ID}_{DIGITS}_b.jpg", f"8228_{ID}_{DIGITS}_m.jpg"])
def test_beside_flickrs_names_a_secret_of_digits_will_do(name: str) -> None:
    photo = parse_name(name, proven=True)
    assert photo
    assert (photo.photo_id, photo.secret) == (ID, DIGITS)


@pytest.mark.parametrize("name", UNCERTAIN)
def test_where_the_schema_says_so_the_number_is_the_photo(name: str) -> None:
    photo = parse_name(name, numbered=True)
    assert photo
    assert photo.photo_id in (ID, "687050")


def test_of_two_owners_none_is_the_photographer() -> None:
    photo = parse_name(f"{NSID}/99000002@N07/9_{ID}_{SECRET}.jpg")
    assert photo == NAMED


@given(
    st.integers(10**6, 2**63 - 1),
    st.text("0123456789abcdef", min_size=10, max_size=10).filter(lambda text: not text.isdecimal()),
    st.sampled_from(["", "_m", "_o", "_2k"]),
    st.sampled_from(["", "3_", "a/b/", "x\\y_"]),
)
def test_any_id_and_secret_come_back(number: int, secret: str, size: str, before: str) -> None:
    photo = parse_name(f"{before}{number}_{secret}{size}.jpg")
    assert photo
    assert (photo.photo_id, photo.secret, photo.is_original) == (str(number), secret, size == "_o")


@given(st.text(max_size=80), st.booleans(), st.booleans())
def test_whatever_the_text_nothing_is_raised(text: str, proven: bool, numbered: bool) -> None:
    photo = parse_name(text, proven=proven, numbered=numbered)
    assert photo is None or is_photo_id(photo.photo_id)
