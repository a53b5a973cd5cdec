"""Every format says what was found, keeps hostile text harmless, and never gives a secret away."""

import base64
import copy
import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from auditor.account.export_files import SkippedFile
from auditor.account.photo import Account, Photo
from auditor.account.sync import SyncResult
from auditor.audit.coverage import NotHere, not_checked
from auditor.audit.result import (
    AuditResult,
    CheckedIndex,
    CheckedTarget,
    CheckResult,
    ExposedPhoto,
    Exposure,
    FoundPhoto,
    Lineage,
    MatchedFile,
    NotChecked,
    OriginalsRead,
    SourceFile,
    Why,
)
from auditor.datasets import catalogue
from auditor.datasets.match_keys import MatchKey
from auditor.flickr.privacy import Privacy
from auditor.flickr.target import classify
from auditor.report import render_audit, render_check
from auditor.report.audit.view import audit_view
from auditor.report.json_text import json_text
from auditor.report.sync import sync_json

FORMATS = ("table", "json", "csv", "markdown", "html")
FOR_PEOPLE = ("table", "markdown", "html")
NSID = "99000001@N07"
ORIGINAL_SECRET = "0r1g1nalzz"
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(2)">',
    '=HYPERLINK("https://evil.example/","free")',
    "\x1b[2J\x1b]0;owned\x07 \u202egpj.exe \x9b31m",
    "](https://evil.example) `code` | cell | **bold** <b>",
    '" onmouseover="alert(3)',
)


def exposure(dataset: str, **changes: Any) -> Exposure:
    base = Exposure(
        dataset, MatchKey.PHOTO_ID, "line 7", 1, f"{dataset}.csv", "2", "CC BY-NC 2.0", False, "published"
    )
    return replace(base, **changes)


def photo(photo_id: int, title: str, **changes: Any) -> Photo:
    base = Photo(
        id=str(photo_id),
        title=title,
        license_id="0",
        privacy=Privacy.PUBLIC,
        secret="5ecre7",
        server="65535",
        original_secret=ORIGINAL_SECRET,
    )
    return replace(base, **changes)


def index(dataset: str, title: str, about: str, *, huge: bool = False) -> CheckedIndex:
    source = SourceFile(f"{dataset}.csv", "ab" * 32)
    built = "2026-10-30T10:00:00+00:00"
    return CheckedIndex(dataset, title, 70_000, built, (source,), ("photo_id", "owner"), about, huge)


EXPOSED = (
    ExposedPhoto(photo(93000002, HOSTILE[0]), (exposure("yfcc100m", links_original=True),)),
    ExposedPhoto(
        photo(5300000011, HOSTILE[1], license_id="2", tags=("nocv",)),
        (
            exposure("yfcc100m"),
            exposure("ffhq", record='["12"]', records=3, license_then_id=None, license_then=None),
        ),
    ),
    ExposedPhoto(photo(5300000012, HOSTILE[2], privacy=Privacy.FRIENDS), (exposure("ffhq"),)),
    ExposedPhoto(photo(5300000013, HOSTILE[3], license_id="99"), (exposure("helen", certainty="inferred"),)),
    ExposedPhoto(photo(53000000144, HOSTILE[4], secret=None), (exposure("yfcc100m"),)),
)
GONE = (
    FoundPhoto(None, exposure("megaface", match_key="owner", record="path[4]")),
    FoundPhoto("5100000001", exposure("ffhq", match_key="owner")),
    FoundPhoto("5100000001", exposure("megaface", match_key="owner")),
)
RESULT = AuditResult(
    account=Account(NSID, "Ada <i>Example</i>", "ada"),
    generated_at="2026-11-01T09:30:00+00:00",
    snapshot_at="2026-11-01T08:00:00+00:00",
    photos=1200,
    indexes=(
        index("yfcc100m", "YFCC100M (a hundred million)", "general", huge=True),
        index("ffhq", "FFHQ (Flickr-Faces-HQ)", "faces"),
        index("helen", "HELEN", "faces"),
        index("megaface", "MegaFace, challenge 1", "faces"),
    ),
    not_checked=(
        NotChecked(
            "fairface", "FairFace", Why.NO_KEY, "it was published as cropped faces without links", "faces"
        ),
        NotChecked("pipa", "PIPA", Why.NO_INDEX, "no local index: ask its publisher", "faces"),
        NotChecked("coco", "COCO", Why.LEFT_OUT, "left out by --dataset", "general"),
        NotChecked("sbu", "SBU", Why.DAMAGED, "its local index cannot be read: bad <checksum>", "general"),
    ),
    exposed=EXPOSED,
    gone=GONE,
    lineage=(Lineage("yfcc100m", 3, ("fairface", "pipa")),),
    files=(MatchedFile("/photos/lake.jpg", "0f" * 16, (exposure("open-images", match_key="content_md5"),)),),
    originals=OriginalsRead("/photos", 3, ()),
)
EMPTY = replace(RESULT, exposed=(), gone=(), lineage=(), files=(), originals=None)
NOTHING_INDEXED = replace(EMPTY, indexes=())
TARGETS = (
    CheckedTarget(
        classify("https://www.flickr.com/photos/ada/5300000011/"),
        (FoundPhoto("5300000011", exposure("yfcc100m")), FoundPhoto("5300000011", exposure("ffhq"))),
        owner_alias="ada",
    ),
    CheckedTarget(classify(NSID), GONE, owner=NSID, note="by NSID only"),
    CheckedTarget(classify("5300000099"), ()),
    CheckedTarget(classify("https://evil.example/\x1b[2J<b>"), (), error="not a Flickr address"),
)
CHECKED = CheckResult(TARGETS, RESULT.indexes, RESULT.not_checked)


class Page(HTMLParser):
    """What a browser would make of a report."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.titles: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "h3":
            self.titles.append("")

    def handle_data(self, data: str) -> None:
        if self.titles and self.tags[-1][0] == "h3":
            self.titles[-1] += data.rstrip()

    def values(self, tag: str, name: str) -> list[str]:
        return [attrs[name] or "" for found, attrs in self.tags if found == tag and name in attrs]


def closed_schema(name: str) -> dict[str, Any]:
    """The published schema, but with every key that it does not describe forbidden."""
    schema: dict[str, Any] = json.loads(
        (files("auditor.report") / "schemas" / f"{name}.json").read_text("utf-8")
    )
    jsonschema.Draft202012Validator.check_schema(schema)

    def close(node: object) -> None:
        if isinstance(node, dict):
            if "properties" in node:
                node["additionalProperties"] = False
            for child in node.values():
                close(child)

    close(copied := copy.deepcopy(schema))
    return copied


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# -- what every format holds ---------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", FORMATS)
def test_every_exposed_and_every_gone_photo_is_named(format_: str) -> None:
    text = render_audit(RESULT, format_)
    for photo_id in (*(exposed.photo.id for exposed in EXPOSED), "5100000001"):
        assert photo_id in text
        assert f"https://www.flickr.com/photos/{NSID}/{photo_id}/" in text
    assert "/photos/lake.jpg" in text


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_people_read_the_sum_the_licences_and_what_stays_open(format_: str) -> None:
    text = " ".join(render_audit(RESULT, format_).replace("\\", "").split())
    for expected in (
        "5 of your 1,200 photos are in 3 datasets",
        "3 of them are in datasets of faces",
        "1 more photo, no longer in your account",
        "1 record names your account without a photo id",
        "collected as CC BY-NC 2.0; today All Rights Reserved",
        "collected as CC BY-NC 2.0, as today",
        "today Unknown license 99",
        "links to the original file",
        "inferred",
        "and 2 more places",
        "3 of your photos are in YFCC100M. Sets drawn from it without published keys",
        "so nobody can tell: FairFace.",
        "not checked here: PIPA",
        "flickr-auditor plan --exposed --add-tag no_cv --license all-rights-reserved",
        "flickr-auditor optout draft ffhq",
    ):
        assert expected in text


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_photos_in_face_sets_come_before_those_in_huge_sets(format_: str) -> None:
    text = render_audit(RESULT, format_)
    order = [text.index(f"/{photo_id}/") for photo_id in ("5300000011", "5300000012", "93000002")]
    assert order == sorted(order)


@pytest.mark.parametrize("format_", ["markdown", "html"])
def test_documents_give_the_reason_for_each_dataset_that_was_not_checked(format_: str) -> None:
    text = render_audit(RESULT, format_)
    for item in RESULT.not_checked:
        assert item.reason.split("<")[0].replace("'", "&#39;") in text


def test_a_table_names_the_unchecked_face_sets_and_counts_the_others() -> None:
    text = render_audit(RESULT, "table")
    assert "Not checked: 4 datasets" in text
    assert "(1): fairface." in text
    assert "Left out by --dataset (1): 1 other." in text


def test_every_dataset_of_the_catalogue_is_put_under_the_right_reason() -> None:
    cards = catalogue.load()
    result = replace(NOTHING_INDEXED, not_checked=not_checked(cards, (), NotHere((), {"ffhq": "cut short"})))
    groups = {item.dataset: group.reason for group in audit_view(result).missing for item in group.all}
    assert groups.keys() == cards.keys()
    assert groups.pop("ffhq") == "The index on this computer cannot be read; add it again"
    keyless = {name for name, reason in groups.items() if reason.startswith("Published nothing")}
    assert keyless == {card.name for card in cards.values() if not card.checkable}


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_no_find_is_said_to_be_no_proof(format_: str) -> None:
    text = render_audit(EMPTY, format_)
    assert "None of your 1,200 photos was found in the 4 datasets" in text
    assert "4 datasets that could not be checked" in text
    assert "plan --exposed" not in text


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_without_an_index_nothing_is_claimed(format_: str) -> None:
    text = render_audit(NOTHING_INDEXED, format_)
    assert "Nothing was checked" in text
    assert "None of your" not in text


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_the_files_that_an_index_was_built_from_are_named_with_their_hash(format_: str) -> None:
    text = render_audit(EMPTY, format_)
    for index in EMPTY.indexes:
        assert index.sources[0].sha256[:12] in text


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_only_what_an_exposed_photo_still_lacks_is_advised(format_: str) -> None:
    safe = replace(RESULT, exposed=(ExposedPhoto(photo(7, "", tags=("nocv",)), (exposure("ffhq"),)),))
    assert "plan --exposed" not in render_audit(safe, format_)


# -- json ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", [RESULT, EMPTY, NOTHING_INDEXED], ids=["full", "empty", "nothing indexed"])
def test_audit_json_is_as_its_schema_describes(result: AuditResult) -> None:
    data = json.loads(render_audit(result, "json"))
    jsonschema.validate(data, closed_schema("audit"))
    assert ("files" in data) == (result.originals is not None)


def test_check_json_is_as_its_schema_describes() -> None:
    data = json.loads(render_check(CHECKED, "json"))
    jsonschema.validate(data, closed_schema("check"))
    assert [len(item["exposures"]) for item in data["results"]] == [2, 3, 0, 0]


@pytest.mark.parametrize("is_pro", [True, None])
def test_sync_json_is_as_its_schema_describes(is_pro: bool | None) -> None:
    result = SyncResult(
        Account(NSID, "ada", None, is_pro),
        "api",
        3,
        1,
        0,
        0,
        complete=True,
        calls=5,
        full=True,
        skipped={"x": 1},
    )
    jsonschema.validate(json.loads(json_text(sync_json(result))), closed_schema("sync"))


def test_audit_json_sums_up_what_it_lists() -> None:
    data = json.loads(render_audit(RESULT, "json"))
    assert data["summary"] == {
        "photos": 1200,
        "exposed": 5,
        "exposures": 6,
        "no_longer_in_account": 3,
        "by_dataset": {"ffhq": 2, "helen": 1, "yfcc100m": 3},
        "by_license": {"0": 3, "2": 1, "99": 1},
    }
    assert list(data["summary"]["by_dataset"]) == ["ffhq", "helen", "yfcc100m"]
    ids = [int(item["id"]) for item in data["photos"]]
    assert ids == sorted(ids)
    assert [item["has_no_cv"] for item in data["photos"]] == [False, True, False, False, False]
    assert data["photos"][0]["exposures"][0]["links_original"] is True


def test_json_keeps_titles_as_they_are_and_stays_ascii() -> None:
    text = render_audit(RESULT, "json")
    assert text.isascii()
    assert [item["title"] for item in json.loads(text)["photos"]] == list(HOSTILE)


# -- csv -----------------------------------------------------------------------------------------------------


def test_csv_has_a_row_for_each_exposure_and_no_formula() -> None:
    table = rows(render_audit(RESULT, "csv"))
    assert len(table) == 6 + len(GONE) + 1
    assert [row["in_account"] for row in table] == ["True"] * 6 + ["False"] * 4
    assert table[1]["title"].startswith("'=HYPERLINK")
    assert table[-1]["file"] == "/photos/lake.jpg"
    assert not any(re.match(r"\s*[=+@|%-]", cell) for row in table for cell in row.values())


def test_check_csv_has_a_row_for_each_target_without_exposures_too() -> None:
    table = rows(render_check(CHECKED, "csv"))
    assert [row["dataset"] for row in table] == ["yfcc100m", "ffhq", "megaface", "ffhq", "megaface", "", ""]
    assert table[-1]["error"] == "not a Flickr address"


# -- table ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [None, 40, 80, 200])
def test_a_table_never_breaks_a_link_or_a_command(columns: int | None) -> None:
    lines = re.sub(r"\x1b\[[0-9;]*m", "", render_audit(RESULT, "table", columns=columns)).splitlines()
    assert f"    https://www.flickr.com/photos/{NSID}/53000000144/" in lines
    assert any(line.endswith("--license all-rights-reserved --out plan.json") for line in lines)


def test_a_wide_terminal_and_a_file_get_the_same_words() -> None:
    for wide, to_file in (
        (render_audit(RESULT, "table", columns=10_000), render_audit(RESULT, "table")),
        (render_check(CHECKED, "table", columns=10_000), render_check(CHECKED, "table")),
    ):
        lines = re.sub(r"\x1b\[[0-9;]*m", "", wide).splitlines()
        assert [line.rstrip() for line in lines] == to_file.splitlines()


def test_a_long_audit_shows_the_first_photos_and_how_to_get_all() -> None:
    many = tuple(ExposedPhoto(photo(number, "x"), (exposure("ffhq"),)) for number in range(1, 81))
    text = render_audit(replace(RESULT, exposed=many, gone=()), "table", columns=100)
    assert text.count("https://www.flickr.com/photos/") == 50
    assert "… and 30 more photos. All of them: flickr-auditor audit --format html" in text


# -- html ----------------------------------------------------------------------------------------------------


def test_html_titles_are_text_and_nothing_runs() -> None:
    text = render_audit(RESULT, "html")
    page = Page(text)
    assert not {"link", "iframe", "object", "i"} & {tag for tag, _ in page.tags}
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert escape(HOSTILE[0]) in text
    policy = page.values("meta", "content")[0]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_html_runs_and_shows_nothing_but_what_its_policy_names_by_hash() -> None:
    text = render_audit(RESULT, "html")
    (policy,) = Page(text).values("meta", "content")[:1]
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_html_leads_nowhere_but_to_flickr() -> None:
    page = Page(render_audit(RESULT, "html"))
    for link in page.values("a", "href"):
        assert link.startswith((f"https://www.flickr.com/photos/{NSID}/", "#"))
    assert not page.values("img", "srcset")


def test_html_shows_thumbnails_of_public_photos_with_a_known_secret_only() -> None:
    page = Page(render_audit(RESULT, "html"))
    ids = ["5300000011", "5300000013", "93000002"]
    assert sorted(page.values("li", "data-q")) == [
        f"https://live.staticflickr.com/65535/{key}_5ecre7_q.jpg" for key in ids
    ]


# -- check ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_check_says_what_became_of_each_target(format_: str) -> None:
    text = " ".join(re.sub(r"<[^>]*>", " ", render_check(CHECKED, format_)).replace("\\", "").split())
    lowered = text.lower()
    for expected in (
        "in 2 datasets",
        "1 photo and 1 record without a photo id in 2 datasets",
        "by nsid only",
        "not found in the 4 datasets that were checked",
        "looked in 4 datasets: yfcc100m, ffhq, helen, megaface",
        "not a flickr address",
        "collected as cc by-nc 2.0",
    ):
        assert expected in lowered


# -- hostile text and secrets --------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.text("ghjkvwz", min_size=12, max_size=20))
def test_the_secret_of_an_original_is_in_no_report(secret: str) -> None:
    exposed = tuple(
        replace(item, photo=replace(item.photo, original_secret=secret, original_format="jpg"))
        for item in EXPOSED
    )
    for format_ in FORMATS:
        assert secret not in render_audit(replace(RESULT, exposed=exposed), format_)


@settings(max_examples=40, deadline=None)
@given(st.text())
@example("\ud800 half a pair")
@example("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07")
@example("\r\n\u2028=1+1")
def test_any_text_from_outside_is_harmless_in_every_format(text: str) -> None:
    hostile = exposure("ffhq", record=text, source=text)
    result = replace(
        RESULT,
        account=replace(RESULT.account, username=text),
        exposed=(ExposedPhoto(photo(11, text), (hostile,)),),
        gone=(FoundPhoto("12", hostile),),
        files=(MatchedFile(text, "0f" * 16, (hostile,)),),
    )
    written = {format_: render_audit(result, format_) for format_ in FORMATS}
    for content in written.values():
        content.encode()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", content)
    assert json.loads(written["json"])["photos"][0]["title"] == text
    assert len(rows(written["csv"])) == 3
    tags = [tag for tag, _ in Page(written["html"]).tags]
    assert tags == [tag for tag, _ in Page(render_audit(_with_text(result, "x"), "html")).tags]


def _with_text(result: AuditResult, text: str) -> AuditResult:
    """`result` with every text from outside replaced."""
    plain = exposure("ffhq", record=text, source=text)
    exposed = tuple(ExposedPhoto(replace(item.photo, title=text), (plain,)) for item in result.exposed)
    account = replace(result.account, username=text)
    found = (FoundPhoto("12", plain),)
    file = (MatchedFile(text, "0f" * 16, (plain,)),)
    return replace(result, account=account, exposed=exposed, gone=found, files=file)


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_a_photo_in_related_sets_is_shown_once_with_its_chain(format_: str) -> None:
    both = ExposedPhoto(photo(11, "Harbour"), (exposure("yfcc100m"), exposure("megaface")))
    text = render_audit(replace(EMPTY, exposed=(both,)), format_)
    assert text.count("Harbour") == 1
    assert "rawn from one another: YFCC100M → MegaFace" in text


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_a_report_says_which_originals_were_read(format_: str) -> None:
    read = OriginalsRead("/photos", 1200, (SkippedFile("/photos/a.jpg", "empty"),))
    text = render_audit(replace(EMPTY, originals=read), format_)
    assert "1,200 originals in /photos were read; 1 file could not be" in text
