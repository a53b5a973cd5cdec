"""``optout`` as a user runs it: letters, cases, re-check, exit codes, and JSON by its published schema."""

import json
import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from auditor.account.photo import Account
from auditor.account.store import AccountStore
from auditor.datasets import catalogue
from auditor.datasets.index.build import build
from auditor.datasets.readers import select
from auditor.flickr.privacy import Privacy
from tests.optout.conftest import ACCOUNT, NSID, STRANGERS, Home, Program

LINK = "https://www.flickr.com/photos/annexample/5000000003/"
YESTERDAY = (date.today() - timedelta(days=1)).isoformat()  # noqa: DTZ011 - the user's day


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_a_draft_says_what_it_put_in_and_what_it_left_out(program: Program, home: Home) -> None:
    home.conn.execute("UPDATE photo SET license_id = '4'")
    result = program("draft", "ffhq", "--name", "Ann Example")
    assert result.code == 0
    assert "about 12 photos, 1 of them no longer in your account, 13 records" in result.out
    assert "Left out: 1 × not known to be public on Flickr (--include-private names them)" in result.out
    assert "not legal advice" in result.out
    assert "11 of 12 are not yet" in result.err
    assert "plan --dataset ffhq --add-tag no_cv" in result.err
    assert "README, section Privacy" in result.err
    letters = home.path / "letters" / "ffhq-1"
    for file in ("letter-1.txt", "letter-1.md", "links-1.csv"):
        written = (letters / file).read_text()
        assert len(set(re.findall(r"https://www\.flickr\.com/photos/99000001@N07/(\d+)/", written))) == 12
        assert "5000000007" not in written
        assert not [
            photo for photo in home.photos if photo.original_secret and photo.original_secret in written
        ]


def test_a_second_draft_of_a_dataset_is_a_case_of_its_own_and_names_the_open_one(program: Program) -> None:
    program("draft", "ffhq")
    second = program("draft", "ffhq", "--format", "json").json
    assert second["case_id"] == "ffhq-2"
    assert "Still open about ffhq: ffhq-1." in second["warnings"][0]
    program("close", "ffhq-1")
    program("close", "ffhq-2")
    assert "Still open" not in program("draft", "ffhq").err


def test_private_photos_are_named_only_when_asked_for(program: Program, home: Home) -> None:
    result = program("draft", "ffhq", "--include-private", "--format", "json")
    assert (result.json["photos"], result.json["left_out"]) == (13, {})
    assert "5000000007" in (home.path / "letters" / "ffhq-1" / "letter-1.txt").read_text()


def test_a_letter_without_a_name_has_a_line_to_fill_in_and_says_so(program: Program, home: Home) -> None:
    result = program("draft", "ffhq", "--as", "guardian", "--link", LINK, "--format", "json")
    assert [what.split(" (")[0] for what in result.json["fill_in"]] == ["your name", "the child's name"]
    text = (home.path / "letters" / "ffhq-1" / "letter-1.txt").read_text()
    assert "[YOUR NAME]" in text
    assert "[NAME OF THE CHILD]" in text


def test_a_person_shown_needs_no_account_and_names_given_links_only(program: Program, home: Home) -> None:
    home.conn.executescript("DELETE FROM photo; DELETE FROM snapshot; DELETE FROM account;")
    unknown = "https://www.flickr.com/photos/annexample/1234567/"
    words = ("draft", "ffhq", "--as", "subject", "--ground", "bipa", "--link", LINK, "--link", unknown)
    result = program(*words, "--format", "json").json
    assert (result["photos"], result["left_out"]) == (1, {"not in the index": 1})
    text = (home.path / "letters" / "ffhq-1" / "letter-1.txt").read_text()
    assert LINK in text
    assert NSID not in text
    assert "740 ILCS 14" in text
    newer = home.file(STRANGERS, "ffhq-v3.json")
    assert program("recheck", "ffhq-1", newer, "--format", "json").json["removed"] == 1


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["draft", "ffhq", "--ground", "bipa"], 6, "not to the photographer"),
        (["draft", "ffhq", "--as", "subject"], 2, "--link"),
        (["draft", "ffhq", "--link", LINK], 2, "--as subject"),
        (
            ["draft", "ffhq", "--as", "subject", "--link", "https://example.org/1"],
            2,
            "not a link to a Flickr photo",
        ),
        (["draft", "ffhk"], 2, "ffhq"),
        (["draft", "coco"], 2, "no index of coco"),
        (["draft", "ffhq", "--lang", "tlh"], 2, "en, de, fr, es"),
        (["draft", "ffhq", "--ground", "magna-carta"], 2, "gdpr"),
        (["sent", "ffhq-9"], 2, 'no case "ffhq-9"'),
        (["sent", "ffhq-1", "--on", "2999-01-01"], 2, "in the future"),
        (["sent", "ffhq-1", "--on", "yesterday"], 2, "--on"),
        (["answer", "ffhq-1"], 6, "not sent yet"),
        (["recheck", "ffhq-1", "missing.json"], 2, "missing.json"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(
    program: Program, words: list[str], code: int, says: str
) -> None:
    assert program("draft", "ffhq").code == 0
    result = program(*words)
    assert (result.code, says in result.err) == (code, True), result.err
    assert len(program("status", "--format", "json").json["cases"]) == 1


def test_nothing_in_the_dataset_is_no_letter_and_no_error(program: Program, home: Home) -> None:
    home.index(STRANGERS)
    result = program("draft", "ffhq", "--format", "json")
    assert (result.code, result.json["case_id"], result.json["photos"]) == (0, None, 0)
    assert "no letter was written" in program("draft", "ffhq").out
    assert not (home.path / "letters").exists()


def test_out_names_the_folder_and_never_overwrites_a_letter(program: Program, home: Home) -> None:
    assert program("draft", "ffhq", "--out", "mine").code == 0
    assert (home.path / "mine" / "letter-1.txt").exists()
    again = program("draft", "ffhq", "--out", "mine")
    assert (again.code, "already holds a letter" in again.err) == (2, True)


def test_the_life_of_a_case(program: Program, home: Home) -> None:
    program("draft", "ffhq", "--ground", "gdpr")
    sent = program("sent", "ffhq-1", "--on", "2026-01-31", "--format", "json").json
    assert (sent["state"], sent["deadline"], sent["overdue"]) == ("sent", "2026-03-02", True)
    late = program("status", "--ics", "due.ics")
    assert (late.code, "OVERDUE" in late.out) == (1, True)
    assert "DTSTART;VALUE=DATE:20260302" in (home.path / "due.ics").read_text()
    told = program("answer", "ffhq-1", "--received", "2026-02-04", "--format", "json").json
    assert (told["state"], told["deadline"]) == ("sent", "2026-03-04")
    (home.path / "answer.txt").write_bytes(b"We removed them.\xff")
    answered = program("answer", "ffhq-1", "--text-file", "answer.txt", "--format", "json").json
    assert (answered["state"], answered["overdue"]) == ("answered", False)
    assert program("status").code == 0
    assert program("close", "ffhq-1", "--on", YESTERDAY, "--format", "json").json["state"] == "closed"
    assert program("sent", "ffhq-1").code == 6
    kinds = [row["kind"] for row in home.conn.execute("SELECT kind FROM optout_event ORDER BY rowid")]
    assert kinds == ["drafted", "sent", "acknowledged", "answered", "closed"]


def test_a_recheck_tells_removed_left_and_new_and_writes_the_follow_up(program: Program, home: Home) -> None:
    program("draft", "ffhq")
    program("sent", "ffhq-1", "--on", YESTERDAY)
    new = (NSID, "4000000002")
    newer = home.file([*home.mine[2:], new, *STRANGERS], "ffhq-v3.json")
    result = program("recheck", "ffhq-1", newer, "--format", "json").json
    assert (result["removed"], result["still_there"], result["newly_found"]) == (3, 9, 1)
    states = {item["photo_id"]: item["state"] for item in result["items"]}
    assert states["5000000000"] == "removed"
    assert states["4000000001"] == "removed"
    assert states["5000000002"] == "still-there"
    assert states["4000000002"] == "newly-found"
    assert "5000000007" not in states  # private: never named, so neither asked for nor news
    follow_up = Path(result["files"][0])
    text = follow_up.read_text()
    assert follow_up.parent == home.path / "letters" / "ffhq-1" / "follow-up-1"
    assert "4000000002" not in text
    assert "3 of 12 are no longer in it" in text
    assert "follow-up" in program("status").out
    more = program("recheck", "ffhq-1", newer, "--include-new", "--format", "json").json
    assert (more["photos"], more["newly_found"]) == (13, 1)
    assert "4000000002" in Path(more["files"][0]).read_text()
    program("sent", "ffhq-1")
    last = program("recheck", "ffhq-1", home.file(STRANGERS, "ffhq-v4.json"), "--format", "json").json
    assert (last["removed"], last["still_there"], last["next_step"].split(":")[0]) == (
        13,
        0,
        "All records are gone",
    )


def test_a_second_follow_up_counts_from_the_first_letter_on(program: Program, home: Home) -> None:
    program("draft", "ffhq")
    program("sent", "ffhq-1", "--on", "2026-01-31")
    program("recheck", "ffhq-1", home.file([*home.mine[2:], *STRANGERS], "v3.json"))
    program("sent", "ffhq-1", "--on", "2026-03-09")
    newer = home.file([*home.mine[4:], *STRANGERS], "v4.json")
    text = Path(program("recheck", "ffhq-1", newer, "--format", "json").json["files"][0]).read_text()
    assert "last wrote to you on 9 March 2026. In all, I have asked you to remove 12 photos" in _flat(text)
    assert "5 of 12 are no longer in it" in text
    assert "7 of 12 are still in it" in text


def test_a_recheck_says_when_photos_of_others_are_lacking_too(program: Program, home: Home) -> None:
    program("draft", "ffhq")
    whole, short = (home.file([*home.mine, *STRANGERS[:n]], f"{n}.json") for n in (300, 270))
    assert program("recheck", "ffhq-1", whole, "--format", "json").json["warnings"] == []
    (warning,) = program("recheck", "ffhq-1", short, "--format", "json").json["warnings"]
    assert "Of 301 photos" in warning
    assert "30 are not in the new one either" in warning


def test_where_the_index_held_nobody_elses_photos_a_strangers_list_is_no_proof(
    program: Program, home: Home
) -> None:
    home.index(home.mine)
    program("draft", "ffhq", "--include-private")
    result = program("recheck", "ffhq-1", home.file(STRANGERS, "v3.json"))
    assert (result.code, "nothing else shows that it is the next version" in result.err) == (2, True)
    kept = home.file(home.mine[4:], "v4.json")
    assert program("recheck", "ffhq-1", kept, "--format", "json").json["removed"] == 4


def test_new_photos_that_are_not_public_stay_out_of_a_follow_up_and_that_is_told(
    program: Program, home: Home
) -> None:
    home.index([*home.mine[:4], *STRANGERS])
    program("draft", "ffhq")
    result = program(
        "recheck", "ffhq-1", home.file([*home.mine, *STRANGERS]), "--include-new", "--format", "json"
    )
    assert (result.json["newly_found"], result.json["photos"]) == (8, 11)
    assert result.json["warnings"] == [
        "1 newly found photo not public on Flickr: left out of the follow-up letter."
    ]


def test_a_letter_that_was_never_sent_is_written_anew_and_claims_no_earlier_one(
    program: Program, home: Home
) -> None:
    program("draft", "ffhq")
    newer = home.file([*home.mine[2:], *STRANGERS], "ffhq-v3.json")
    text = Path(program("recheck", "ffhq-1", newer, "--format", "json").json["files"][0]).read_text()
    assert text.startswith("Request to remove 9 photos")
    assert "wrote to you" not in text


def test_a_wrong_file_changes_nothing(program: Program, home: Home) -> None:
    program("draft", "ffhq")
    (home.path / "empty.json").write_text("")
    before = program("status", "--format", "json").out
    assert program("recheck", "ffhq-1", "empty.json").code == 2
    assert program("status", "--format", "json").out == before


def test_what_is_still_there_opens_a_closed_case_again(program: Program, home: Home) -> None:
    program("draft", "ffhq")
    program("sent", "ffhq-1")
    program("close", "ffhq-1")
    result = program(
        "recheck", "ffhq-1", home.file([*home.mine, *STRANGERS], "v3.json"), "--format", "json"
    ).json
    assert result["state"] == "sent"


def test_a_case_is_about_its_own_account_whichever_was_synced_last(program: Program, home: Home) -> None:
    program("draft", "ffhq")
    program("sent", "ffhq-1")
    AccountStore(home.conn).save(
        Account("99000009@N07"),
        home.photos[:1],
        taken_at=1_790_000_001.0,
        source="api",
        complete=True,
        full=True,
    )
    new = home.file([*home.mine, *STRANGERS], "v3.json")
    refused = program("recheck", "ffhq-1", new, "--account", "99000009@N07")
    assert (refused.code, NSID in refused.err) == (6, True)
    result = program("recheck", "ffhq-1", new, "--format", "json").json
    assert (result["still_there"], result["removed"], result["newly_found"]) == (11, 1, 0)
    assert NSID in next(Path(file) for file in result["files"] if file.endswith(".txt")).read_text()


def test_what_a_killed_run_did_before_it_was_read_back_counts_as_done(program: Program, home: Home) -> None:
    """All but three are All Rights Reserved; of the three, one was tagged, one tagged and untagged again."""
    home.conn.execute(
        "UPDATE photo SET license_id = '4' WHERE id BETWEEN 5000000000 AND 5000000002",
    )
    home.conn.execute("INSERT INTO run (run_id, plan_id, nsid, started_at) VALUES ('r', 'p', ?, 0)", (NSID,))
    tagged, untagged = '{"tag": "no_cv", "present": true}', '{"tag": "no_cv", "present": false}'
    for number, (photo, mitigation, after, state) in enumerate(
        [
            (5_000_000_000, "add-tag", tagged, "done"),
            (5_000_000_001, "add-tag", tagged, "done"),
            (5_000_000_001, "remove-tag", untagged, "done"),
            (5_000_000_002, "license", '"0"', "failed"),
            (5_000_000_003, "privacy", '"private"', "done"),
        ]
    ):
        home.conn.execute(
            "INSERT INTO change (run_id, number, photo_id, mitigation, subject, before, after, details,"
            " reversible, note, state, answered_at, settled)"
            " VALUES ('r', ?1, ?2, ?3, '', 'null', ?4, '{}', '', '', ?5, ?6, ?1)",
            (number, photo, mitigation, after, state, time.time()),
        )
    result = program("draft", "ffhq", "--format", "json").json
    assert result["photos"] == 11  # one is private now
    assert "2 of 11 are not yet" in result["warnings"][0]


def test_the_settings_give_name_language_and_templates(program: Program, home: Home) -> None:
    (home.path / "mine" / "de").mkdir(parents=True)
    (home.path / "mine" / "de" / "_closing.j2").write_text("Tschüss, {{ letter.case.sender }}\n")
    (home.path / "config.toml").write_text(
        '[optout]\nname = "Ann\\nExample"\nlang = "de"\ntemplates = "mine"\n'
    )
    program("draft", "ffhq")
    text = (home.path / "letters" / "ffhq-1" / "letter-1.txt").read_text()
    assert "Tschüss, Ann Example" in text
    assert "Sehr geehrte Damen und Herren" in text


def test_a_template_that_includes_itself_is_named(program: Program, home: Home) -> None:
    (home.path / "mine" / "en").mkdir(parents=True)
    (home.path / "mine" / "en" / "_closing.j2").write_text("{% include 'en/_closing.j2' %}")
    (home.path / "config.toml").write_text('[optout]\nname = "Ann"\ntemplates = "mine"\n')
    result = program("draft", "ffhq")
    assert result.code == 2
    assert "includes itself" in result.err


def test_of_1005_photos_4_were_removed_and_the_follow_up_names_the_other_1001(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "large").mkdir()
    large = Home(tmp_path / "large", 1005)
    large.index([*large.mine, *STRANGERS])
    monkeypatch.setenv("AUDITOR_HOME", str(large.path))
    drafted = program("draft", "ffhq", "--name", "Ann Example", "--format", "json").json
    assert (drafted["photos"], drafted["records"]) == (1005, 1005)
    for file in drafted["files"]:
        if not file.endswith((".eml", ".pdf")):
            links = re.findall(r"https://www\.flickr\.com/photos/\S+?/(\d+)/", Path(file).read_text())
            assert links == [photo.id for photo in large.photos]
    program("sent", "ffhq-1")
    kept = large.mine[4:]
    result = program("recheck", "ffhq-1", large.file([*kept, *STRANGERS], "v3.json"), "--format", "json").json
    assert (result["removed"], result["still_there"], result["newly_found"]) == (4, 1001, 0)
    text = Path(result["files"][0]).read_text()
    assert re.findall(r"https://www\.flickr\.com/photos/\S+?/(\d+)/", text) == [
        photo_id for _, photo_id in kept
    ]
    assert "1,001 of 1,005 are still in it" in text


def test_photos_made_private_after_the_letter_are_still_followed_up(program: Program, home: Home) -> None:
    """They were named already: leaving them out of the count would read as removed."""
    program("draft", "ffhq")
    home.conn.execute("UPDATE photo SET privacy = ?", (Privacy.PRIVATE.value,))
    newer = home.file([*home.mine, (NSID, "4000000001"), *STRANGERS], "v3.json")
    assert program("recheck", "ffhq-1", newer, "--format", "json").json["still_there"] == 12


def test_titles_never_stand_in_a_letter(program: Program, home: Home) -> None:
    home.conn.execute("UPDATE photo SET title = '<b>=title</b>'")
    for file in program("draft", "ffhq", "--format", "json").json["files"]:
        assert b"title" not in Path(file).read_bytes().replace(b"/Title", b"")
    assert ACCOUNT.username in (home.path / "letters" / "ffhq-1" / "letter-1.txt").read_text()


OPEN_IMAGES = "ImageID,OriginalURL,OriginalLandingURL\n" + "".join(
    f"{number:016x},https://farm7.staticflickr.com/6034/{5_000_000_000 + number}_1f59acb40a_o.jpg,"
    f"https://www.flickr.com/photos/99000001@N07/{5_000_000_000 + number}\n"
    for number in range(20)
)


def miap(*without: int) -> str:
    return "ImageID,LabelName,AgePresentation,GenderPresentation\n" + "".join(
        f"{number:016x},/m/01g317,Adult,Unknown\n" for number in range(20) if number not in without
    )


def test_a_photo_named_by_link_is_found_through_the_parents_index_then_and_later(
    program: Program, home: Home, tmp_path: Path
) -> None:
    files = {
        "open-images": OPEN_IMAGES,
        "open-images-miap": miap(),
        "later": miap(1),
        "other": miap(*range(2, 20)),
    }
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content)

    def add(name: str) -> None:
        card = catalogue.get(name)
        build(
            home.path / "indexes", name, [tmp_path / f"{name}.csv"], formats=select(card.formats), card=card
        )

    link = "https://www.flickr.com/photos/annexample/5000000001/"
    add("open-images-miap")
    draft = (
        "draft",
        "open-images-miap",
        "--as",
        "subject",
        "--name",
        "Ann",
        "--link",
        link,
        "--ground",
        "gdpr",
    )
    refused = program(*draft)
    assert refused.code == 6
    assert "there is no local index of open-images" in refused.err

    add("open-images")
    case = program(*draft, "--format", "json").json
    assert (case["photos"], case["records"]) == (1, 1)
    again = program("recheck", case["case_id"], tmp_path / "open-images-miap.csv", "--format", "json").json
    assert (again["removed"], again["still_there"]) == (0, 1)
    assert program("recheck", case["case_id"], tmp_path / "other.csv").code == 2
    gone = program("recheck", case["case_id"], tmp_path / "later.csv", "--format", "json").json
    assert (gone["removed"], gone["still_there"]) == (1, 0)


@pytest.mark.parametrize("found", [True, False], ids=["a letter", "no letter"])
def test_a_draft_from_a_part_of_an_index_says_that_photos_may_be_missing(
    program: Program, home: Home, tmp_path: Path, found: bool
) -> None:
    mine = home.photos[0].id if found else "3000000001"
    file = tmp_path / "image_data.json"
    rows = [(1, None, mine), (2, 397133, None)]
    file.write_text(
        json.dumps([{"image_id": image, "coco_id": coco, "flickr_id": photo} for image, coco, photo in rows])
    )
    card = catalogue.get("visual-genome")
    build(home.path / "indexes", card.name, [file], formats=select(card.formats), card=card)
    result = program("draft", "visual-genome", "--format", "json").json
    assert result["photos"] == int(found)
    assert "photos may be missing" in result["warnings"][0]
    assert "no local index of coco" in result["warnings"][0]
