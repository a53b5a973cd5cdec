"""Whole answers of one small account, in golden/: invented, in the shape of really recorded ones.

Where the recordings are at hand, the golden answers are held against them too: the same keys, and in JSON the
same types. `python -m tests.sandbox.test_golden` writes the files anew; read what changed before you commit.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from auditor.sandbox import Account, Sandbox
from auditor.sandbox.records import Album, LicenseChange, Person, Photo, Pool

from .conftest import Client
from .recordings import answer

GOLDEN = Path(__file__).parent / "golden"
PHOTO = "7000000001"


@dataclass(frozen=True)
class Golden:
    """A call, the recording that its answer looks like, and the differences that are meant."""

    method: str
    recorded: str
    args: dict[str, str] = field(default_factory=dict)
    meant: frozenset[str] = frozenset()


CALLS = {
    "login": Golden("test.login", "xml_2024_write/flickr.test.login.xml"),
    "photo": Golden(
        "photos.getInfo",
        "json_2023_2026/photos.getInfo.json",
        {"photo_id": PHOTO},
        # The recording is of somebody else's photo, and that person has an alias.
        frozenset(
            {
                ".photo.owner.gift missing",
                ".photo.owner.path_alias str -> NoneType",
                ".photo.permissions invented",
            }
        ),
    ),
    "own-photo": Golden(
        "photos.getInfo",
        "xml_2024_write/flickr.photos.getInfo.xml",
        {"photo_id": PHOTO},
        # In XML an empty list has no element under it.
        frozenset(
            {".photo.location.county invented", ".photo.notes.note invented", ".photo.notes._content missing"}
        ),
    ),
    "perms": Golden("photos.getPerms", "json_2023_2026/photos.getPerms.json", {"photo_id": PHOTO}),
    "contexts": Golden(
        "photos.getAllContexts", "json_2023_2026/photos.getAllContexts.json", {"photo_id": PHOTO}
    ),
    "list": Golden("people.getPhotos", "json_2023_2026/photos_list.json", {"user_id": "me"}),
    "list-o_dims": Golden(
        "people.getPhotos", "json_2023_2026/row_o_dims.json", {"user_id": "me", "extras": "o_dims"}
    ),
    "list-sizes": Golden(
        "people.getPhotos",
        "json_2023_2026/row_url_sizes.json",
        {"user_id": "me", "extras": "url_sq,url_l,url_n"},
    ),
    "person": Golden(
        "people.getInfo",
        "json_2023_2026/people.getInfo_self.json",
        {"user_id": "me"},
        frozenset({".person.mbox_sha1sum missing"}),
    ),
    "token": Golden(
        "auth.oauth.checkToken",
        "json_2023_2026/auth.oauth.checkToken.json",
        {},
        # The recording was turned from XML by another rule than Flickr's.
        frozenset({".oauth.token str -> dict", ".oauth.perms str -> dict"}),
    ),
    "licences": Golden(
        "photos.licenses.getInfo",
        "json_2023_2026/licenses.getInfo_pre2025.json",
        {},
        frozenset({".licenses.license[].id int -> str"}),
    ),
    "licence-history": Golden(
        "photos.licenses.getLicenseHistory",
        "xml_vcr_2023_2025/TestGetLicenseHistory.test_photo_with_changed_license.yml",
        {"photo_id": PHOTO},
    ),
    "tag-added": Golden(
        "photos.addTags", "xml_2024_write/flickr.photos.addTags.xml", {"photo_id": PHOTO, "tags": "no_cv"}
    ),
    "tag-there": Golden(
        "photos.addTags",
        "json_vcr_2013_2015/flickr_photos_addTags.yml",
        {"photo_id": PHOTO, "tags": "OLD_harbour"},
    ),
    "privacy-set": Golden(
        "photos.setPerms",
        "json_vcr_2013_2015/flickr_photos_setPerms.yml",
        {"photo_id": PHOTO, "is_public": "1", "is_friend": "1", "is_family": "1"},
    ),
    "hidden": Golden(
        "photos.setSafetyLevel",
        "json_vcr_2013_2015/flickr_photos_setSafetyLevel.yml",
        {"photo_id": PHOTO, "hidden": "1"},
    ),
    "not-found": Golden(
        "photos.getInfo",
        "xml_vcr_2023_2025/TestPrivatePhotos.test_get_private_photo_is_error.yml",
        {"photo_id": "1"},
        # The key is another one in XML, and so is the place.
        frozenset({".err missing", ".code invented", ".message invented"}),
    ),
}


def account() -> Account:
    """One free account with one photo that has everything."""
    me = Person("45450002@N03", "Gerda Golden", 45_440_002, None, "Gerda Golden", "Mannheim, Germany")
    photo = Photo(
        PHOTO,
        me.nsid,
        "Old harbour",
        uploaded=1_303_057_683,
        lastupdate=1_746_098_108,
        secret="00000c0ffe",
        original_secret="00000dec0d",
        server="5150",
        farm=6,
        description="Seen from the <b>bridge</b>",
        taken="2011-04-02 18:55:46",
        license="5",
        license_history=[LicenseChange(1_744_598_090, "0", "4"), LicenseChange(1_746_098_108, "4", "5")],
        views=107,
        location={"latitude": "49.49", "longitude": "8.46", "accuracy": "16"},
    )
    made = Account(me, {PHOTO: photo})
    made.add_tags(photo, ["Old Harbour", "camera:lens=50 mm"], me.nsid)
    photo.lastupdate = 1_746_098_108
    made.albums = [Album("72157600000000077", "Harbours", [PHOTO])]
    made.pools = [Pool("45450099@N20", "Harbours of the world", "harbours", [PHOTO], members=77)]
    return made


def answered(golden: Golden) -> Any:
    """What a sandbox with this account answers."""
    with Sandbox(account()) as box:
        client = Client(box)
        with client.session:
            reply = client.call(golden.method, **golden.args)
    if "oauth" in reply:
        reply["oauth"]["token"]["_content"] = "72157720000000000-0123456789abcdef"
    return reply


def kept(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CALLS)
def test_the_sandbox_gives_the_golden_answer(name: str) -> None:
    assert answered(CALLS[name]) == kept(name)


@pytest.mark.parametrize("name", CALLS)
def test_the_golden_answer_has_the_keys_and_types_of_a_recorded_one(shared: Path, name: str) -> None:
    golden = CALLS[name]
    recorded = answer(shared / "recorded" / golden.recorded)
    in_json = "json" in golden.recorded
    assert set(differences(recorded, kept(name), types=in_json)) == set(golden.meant)


def test_no_golden_answer_is_forgotten() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == CALLS.keys()


def differences(recorded: Any, ours: Any, where: str = "", *, types: bool) -> Iterator[str]:
    """Where our answer has other keys or types than the recorded one; of a list, the first item counts."""
    if not types:
        recorded, ours = _first(recorded), _first(ours)
    if isinstance(recorded, dict) and isinstance(ours, dict):
        for key in recorded.keys() | ours.keys():
            if key not in ours:
                yield f"{where}.{key} missing"
            elif key not in recorded:
                yield f"{where}.{key} invented"
            else:
                yield from differences(recorded[key], ours[key], f"{where}.{key}", types=types)
    elif isinstance(recorded, list) and isinstance(ours, list):
        if recorded and ours:
            yield from differences(recorded[0], ours[0], f"{where}[]", types=types)
        elif types and bool(recorded) is not bool(ours):
            yield f"{where} is empty on one side"
    elif types and type(recorded) is not type(ours):
        yield f"{where} {type(recorded).__name__} -> {type(ours).__name__}"


def _first(value: Any) -> Any:
    """XML does not tell a list of one from its only item."""
    return value[0] if isinstance(value, list) and value else value


if __name__ == "__main__":
    for each, call in CALLS.items():
        text = json.dumps(answered(call), indent=1, ensure_ascii=False)
        (GOLDEN / f"{each}.json").write_text(text + "\n", encoding="utf-8")
