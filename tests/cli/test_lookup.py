"""A look-up as a user publishes it, and as another one asks it."""

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from auditor import report
from auditor.sandbox import Sandbox
from tests.cli.conftest import Program
from tests.datasets.web import Handler, Web, serve
from tests.lookup.conftest import contents

SCHEMAS = Path(report.__file__).parent / "schemas"


@pytest.fixture
def site(indexed: Program, tmp_path: Path) -> Iterator[Web]:
    """The look-up of a home with all look-alike indexes."""
    result = indexed("datasets", "publish", tmp_path / "public", "--lookup")
    assert result.code == 0
    assert "Root: " in result.out
    with serve(Web(files=contents(tmp_path / "public"))) as web:
        yield web


@pytest.fixture
def elsewhere(program: Program, tmp_path: Path) -> Program:
    """A home of the same account without any index."""

    def call(*words: object) -> object:
        return program("--home", tmp_path / "elsewhere", *words)

    assert call("sync").code == 0  # type: ignore[attr-defined]
    return call  # type: ignore[return-value]


def exposed(told: dict[str, list[dict[str, list[dict[str, str]]]]]) -> set[tuple[object, ...]]:
    return {
        (photo["id"], found["dataset"], found["match_key"], found["record"], found["license_then"])
        for photo in told["photos"]
        for found in photo["exposures"]
    }


def test_an_audit_by_a_look_up_finds_what_the_indexes_find(
    indexed: Program, elsewhere: Program, site: Web
) -> None:
    local = indexed("audit", "--format", "json")
    asked = elsewhere("audit", "--lookup", site.base, "--format", "json")
    assert (local.code, asked.code) == (1, 1)
    assert exposed(asked.json) == exposed(local.json)
    assert {one["dataset"] for one in asked.json["indexes"]} == {
        one["dataset"] for one in local.json["indexes"]
    }
    assert {one["provenance"] for one in asked.json["indexes"]} == {"pack"}
    assert all(site.base in one["from"] for one in asked.json["indexes"])
    schema = json.loads((SCHEMAS / "audit.json").read_text("utf-8"))
    jsonschema.validate(asked.json, schema)
    gone = {(item["photo_id"], item["dataset"]) for item in local.json["no_longer_in_account"]}
    assert gone <= {(item["photo_id"], item["dataset"]) for item in asked.json["no_longer_in_account"]}
    assert "and nothing else" in asked.err
    assert asked.json["lookup"]["root"] in asked.err
    assert asked.json["lookup"]["files"] == [request.path.lstrip("/") for request in site.requests]
    assert "lookup" not in local.json
    shown = " ".join(elsewhere("audit", "--lookup", site.base).out.split())
    assert f"a copy: what its maker says, from the look-up at {site.base}, which knows" in shown


def test_local_indexes_come_first_and_a_dataset_can_be_chosen(
    elsewhere: Program, publishers: dict[str, Path], site: Web
) -> None:
    assert elsewhere("datasets", "add", "ffhq", publishers["ffhq"]).code == 0
    told = elsewhere("audit", "--lookup", site.base, "--format", "json").json["indexes"]
    assert [one["provenance"] for one in told if one["dataset"] == "ffhq"] != ["pack"]
    assert len([one for one in told if one["dataset"] == "ffhq"]) == 1
    only = elsewhere("audit", "--lookup", site.base, "--dataset", "coco", "--format", "json").json
    assert [one["dataset"] for one in only["indexes"]] == ["coco"]


def test_check_by_a_look_up(indexed: Program, elsewhere: Program, box: Sandbox, site: Web) -> None:
    for target in (box.account.me.nsid, *[photo.id for photo in list(box.account.photos.values())[:3]], "7"):
        local = indexed("check", target, "--format", "json")
        asked = elsewhere("check", target, "--lookup", site.base, "--format", "json")
        assert asked.code == local.code
        found, known = (
            {
                (item["photo_id"], item["dataset"], item["record"])
                for item in one.json["results"][0]["exposures"]
            }
            for one in (asked, local)
        )
        # Beyond it an owner's photos in datasets that name none, by way of YFCC100M.
        assert found >= known
        assert found == known or target == box.account.me.nsid


def test_the_hosts_log_is_the_same_for_a_hit_and_a_miss(
    indexed: Program, box: Sandbox, site: Web, tmp_path: Path
) -> None:
    logs = []
    for number, target in enumerate((box.account.me.nsid, "99999999@N07")):
        before = len(site.requests)
        home = tmp_path / f"asker-{number}"
        found = indexed("--home", home, "check", target, "--lookup", site.base).code
        assert found == 1 - number
        logs.append([(request.path, request.headers) for request in site.requests[before:]])
    assert logs[0] == logs[1]
    assert not {"Cookie", "Referer", "If-None-Match"} & {name for _, headers in logs[0] for name in headers}


def test_a_small_look_up_hides_nobody_well_and_says_so(elsewhere: Program, box: Sandbox, site: Web) -> None:
    """How many accounts share the prefix that was sent: counted in what came, not taken from the host."""
    asked = elsewhere("check", box.account.me.nsid, "--lookup", site.base, "--format", "json")
    jsonschema.validate(asked.json, json.loads((SCHEMAS / "check.json").read_text("utf-8")))
    crowd = asked.json["lookup"]["behind_prefix"]["nsid"]
    assert 0 < crowd < 100
    notes = " ".join(asked.err.split())
    assert f"It has {crowd} account" in notes
    assert "not 100" in notes
    several = elsewhere("check", "7", "11", "--lookup", site.base, "--format", "json")
    assert several.json["lookup"]["behind_prefix"] == {}
    assert "does not hide you well" not in " ".join(several.err.split())


def test_what_cannot_be_read_is_not_checked(elsewhere: Program, box: Sandbox, site: Web) -> None:
    for path in [path for path in site.files if path.startswith("nsid/")]:
        if "tree" not in path:
            del site.files[path]
    told = elsewhere("check", box.account.me.nsid, "--lookup", site.base, "--format", "json")
    assert told.code == 2
    (result,) = told.json["results"]
    assert "did not answer" in result["error"]
    assert told.json["indexes"] == []
    assert {"dataset": "ffhq", "why": "look-up-failed"}.items() <= next(
        item for item in told.json["not_checked"] if item["dataset"] == "ffhq"
    ).items()
    audit = elsewhere("audit", "--lookup", site.base, "--format", "json")
    assert audit.json["indexes"] == []
    assert {item["why"] for item in audit.json["not_checked"] if item["dataset"] in {"ffhq", "coco"}} == {
        "look-up-failed"
    }
    assert "None of your" not in elsewhere("audit", "--lookup", site.base).out


def test_a_host_that_is_not_there_ends_the_command_before_anything_is_told(
    elsewhere: Program, indexed: Program, site: Web
) -> None:
    result = indexed("check", "6255196340", "--lookup", "http://127.0.0.1:9/")
    assert result.code == 5
    assert result.out == ""
    site.files.clear()
    assert elsewhere("audit", "--lookup", site.base).code == 2
    assert elsewhere("check", "7", "--lookup", "http://look-up.example/").code == 6


def test_the_address_can_be_set_once_and_left_out_for_once(
    elsewhere: Program, box: Sandbox, site: Web, tmp_path: Path
) -> None:
    assert elsewhere("check", "7").code == 2
    (tmp_path / "flickr-auditor.toml").write_text(f'[lookup]\naddress = "{site.base}"\n')
    assert elsewhere("check", "7").code == 0
    assert elsewhere("check", "7", "--lookup", "off").code == 2


def test_people_can_be_left_out(indexed: Program, box: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "not.txt").write_text(f"# who asked\nhttps://www.flickr.com/people/{box.account.me.nsid}/\n")
    told = indexed(
        *(
            "datasets",
            "publish",
            tmp_path / "public",
            "--lookup",
            "--except",
            tmp_path / "not.txt",
            "--format",
            "json",
        )
    )
    assert told.code == 0
    assert told.json["lookup"]["left_out"] == 1
    jsonschema.validate(told.json, json.loads((SCHEMAS / "datasets-publish.json").read_text("utf-8")))
    with serve(Web(files=contents(tmp_path / "public"))) as web:
        result = indexed("--home", tmp_path / "none", "check", box.account.me.nsid, "--lookup", web.base)
    assert result.code == 0
    assert "leaves out" in result.err
    assert indexed("datasets", "publish", tmp_path / "p", "--except", tmp_path / "not.txt").code == 2
    (tmp_path / "not.txt").write_text("nobody-here\n99000009@N00\n")
    told = indexed("datasets", "publish", tmp_path / "p", "--lookup", "--except", tmp_path / "not.txt")
    assert (told.code, "in none of the indexes: 99000009@N00, nobody-here" in told.out) == (0, True)


@pytest.mark.parametrize(
    "entry",
    [
        *("Ada Lovelace of London", "12345678@N0", "12345678N00", "12345678@M00", "me@example.org", "0123"),
        *("https://example.org/ada", "https://www.flickr.com/photos/ada/albums/721", "99999999999999999999"),
    ],
)
def test_a_mistyped_entry_of_those_to_be_left_out_is_refused(
    indexed: Program, tmp_path: Path, entry: str
) -> None:
    """Whoever it means would be published."""
    (tmp_path / "not.txt").write_text(f"alias-of-somebody\n{entry}\n")
    result = indexed("datasets", "publish", tmp_path / "p", "--lookup", "--except", tmp_path / "not.txt")
    assert result.code == 2
    assert "line 2 of not.txt" in result.err
    assert not (tmp_path / "p").exists()


def test_people_are_not_asked_for_by_nsid_and_alias_in_one_go(elsewhere: Program, site: Web) -> None:
    for targets in (("99000001@N07", "https://www.flickr.com/people/ada/"), ("ada", "99000001@N07")):
        result = elsewhere("check", *targets, "--lookup", site.base)
        assert (result.code, "not looked up together" in " ".join(result.err.split())) == (6, True)
        assert not [request for request in site.requests if "nsid" in request.path or "alias" in request.path]
    assert elsewhere("check", "ada", "bob", "--lookup", site.base).code == 0


def test_a_look_up_that_is_replaced_while_it_is_asked_is_asked_again(
    elsewhere: Program, box: Sandbox, site: Web
) -> None:
    whole = dict(site.files)
    site.files = {path: content for path, content in whole.items() if not path.startswith("nsid/")}

    def replaced(handler: Handler) -> bool:
        """When the first file of owners is asked for: from now on there is another look-up."""
        if not handler.path.startswith("/nsid/"):
            site.faults.append(replaced)
            return False
        told = json.loads(whole["lookup.json"])
        later = {**told, "left_out": 1}
        site.files = {**whole, "lookup.json": json.dumps(later).encode()}
        handler.answer(404)
        return True

    site.faults.append(replaced)
    result = elsewhere("check", box.account.me.nsid, "--lookup", site.base)
    notes = " ".join(result.err.split())
    assert (result.code, "Asking the new one" in notes) == (1, True)
    assert "leaves out: 1 person or photo" in notes
    assert "does not give" not in notes


def test_a_look_up_is_not_published_without_an_index_that_is_damaged(
    indexed: Program, tmp_path: Path
) -> None:
    (tmp_path / "home" / "indexes" / "coco" / "manifest.json").write_text("{")
    result = indexed("datasets", "publish", tmp_path / "public", "--lookup")
    assert result.code == 2
    assert "without coco" in result.err
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize("options", [["--lookup"], []], ids=["look-up", "packs"])
def test_nothing_is_published_into_a_folder_that_holds_the_publishers_own_data(
    indexed: Program, environment: Path, options: list[str]
) -> None:
    """Whoever serves the folder would serve the account, the plans and the letters."""
    before = sorted(environment.parent.rglob("*"))
    for folder in (environment, environment.parent):
        result = indexed("datasets", "publish", folder, *options)
        assert result.code == 6
        assert "your own data are in there" in result.err
    assert sorted(environment.parent.rglob("*")) == before


def test_a_publisher_is_told_what_is_published_and_which_of_it_is_a_list_of_their_own(
    indexed: Program, tmp_path: Path
) -> None:
    links = tmp_path / "links.csv"
    links.write_text("url\nhttps://www.flickr.com/photos/99000001@N07/9000000001/\n")
    assert indexed("datasets", "add", "my-list", links).code == 0
    told = indexed("datasets", "publish", tmp_path / "all", "--lookup").out
    assert "adience, coco, ffhq" in told
    assert "lists of your own are among them: my-list." in told
    assert (
        "Note:" not in indexed("datasets", "publish", tmp_path / "one", "--lookup", "--dataset", "ffhq").out
    )
