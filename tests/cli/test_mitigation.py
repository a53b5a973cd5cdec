"""`plan`, `show`, `apply`, `runs`, `verify`, `undo` as a user meets them: words in, exit codes out."""

import hashlib
import json
import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor import database, lock
from auditor.errors import StorageError
from auditor.flickr.privacy import Privacy
from auditor.mitigation.planning.plan import Plan, to_json
from auditor.sandbox import Sandbox
from tests.cli.conftest import Program, Result


@pytest.fixture
def synced(program: Program, box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A synced account and a login that may write."""
    assert program("sync").code == 0
    token, secret = box.issue_token("write")
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN", token)
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN_SECRET", secret)
    return program


def schema(name: str) -> Any:
    return json.loads((resources.files("auditor.report") / "schemas" / f"{name}.json").read_text())


def planned(program: Program, *words: object) -> dict[str, Any]:
    result = program("plan", *words, "--format", "json")
    assert result.code == 0, result.err
    plan: dict[str, Any] = result.json
    jsonschema.validate(plan, schema("plan"))
    return plan


def ran(result: Result) -> dict[str, Any]:
    run: dict[str, Any] = result.json
    jsonschema.validate(run, schema("run"))
    return run


def some_ids(box: Sandbox, folder: Path, number: int = 10) -> Path:
    path = folder / "ids.txt"
    path.write_text(
        "# chosen by hand\n\n" + "\n".join(photo.id for photo in box.account.own_photos()[:number])
    )
    return path


def test_the_whole_way_and_back(synced: Program, box: Sandbox, environment: Path, tmp_path: Path) -> None:
    plan = planned(synced, "--all", "--add-tag", "no_cv", "--license", "all-rights-reserved")
    file = environment / "plans" / f"{plan['plan_id']}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(served.writes for served in box.log)
    accounted = {change["photo_id"] for change in plan["changes"]} | {
        skip["photo_id"] for skip in plan["skipped"]
    }
    assert accounted == {photo.id for photo in box.account.own_photos()}

    applied = ran(synced("apply", plan["plan_id"], "--yes", "--format", "json"))
    assert (applied["done"], applied["verified"], applied["pending"]) == (len(plan["changes"]),) * 2 + (0,)
    assert synced("show", plan["plan_id"], "--format", "json").json["state"] == "spent"
    page = synced("show", plan["plan_id"], "--format", "html").out
    assert "This plan has been applied." in page
    assert "What would change" not in page
    assert synced("verify", applied["run_id"]).code == 0
    assert applied["run_id"] in synced("runs").out

    before = len([served for served in box.log if served.writes])
    back = tmp_path / "back.json"
    shown = synced("undo", applied["run_id"], "--dry-run", "--out", back, "--format", "json")
    jsonschema.validate(shown.json, schema("plan"))
    assert json.loads(back.read_text())["changes"] == shown.json["changes"]
    assert len([served for served in box.log if served.writes]) == before

    synced("undo", applied["run_id"], "--yes")
    assert synced("verify", applied["run_id"], "--format", "json").json["mismatched"] == 0
    assert synced("runs", "--format", "json").json["runs"][0]["undoes"] == applied["run_id"]


def test_applying_twice_does_nothing_and_says_so(synced: Program, box: Sandbox, tmp_path: Path) -> None:
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--add-tag", "no_cv")
    synced("apply", plan["plan_id"], "--yes")
    sent = len(box.log)
    again = synced("apply", plan["plan_id"], "--yes", "--format", "json")
    assert (again.code, ran(again)["calls"], len(box.log)) == (0, 0, sent)
    assert "applied already" in again.err


def test_an_undo_can_be_written_shown_and_applied_as_a_plan(
    synced: Program, box: Sandbox, tmp_path: Path
) -> None:
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--privacy", "private")
    run_id = ran(synced("apply", plan["plan_id"], "--yes", "--format", "json"))["run_id"]
    file = tmp_path / "undo.json"
    assert synced("undo", run_id, "--out", file).code == 0
    assert "visible to: private → " in synced("show", file).out
    # An undo has no cap.
    assert synced("apply", file, "--yes", "--max-changes", "0").code == 0
    # Undoing once more leaves all alone, whatever the owner made of it since.
    for change in plan["changes"]:
        box.account.set_privacy(box.account.photos[change["photo_id"]], Privacy.PRIVATE)
    again = synced("undo", run_id, "--yes", "--format", "json")
    assert (again.code, ran(again)["done"], "undone already by run-" in again.err) == (0, 0, True)
    assert {box.account.photos[c["photo_id"]].privacy for c in plan["changes"]} == {Privacy.PRIVATE}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--add-tag", "no_cv"], 2, "no photos are selected"),
        (["--all"], 2, "no action is given"),
        (["--all", "--license", "cc-by-9.0"], 2, "Flickr has no licence"),
        (["--all", "--license", "7"], 2, "members of The Commons"),
        (["--all", "--privacy", "secret"], 2, "not a privacy setting"),
        (["--all", "--add-tag", 'a"b'], 2, "double quote"),
        (["--taken-after", "yesterday", "--add-tag", "x"], 2, "not a date"),
        (["--ids", "missing.txt", "--add-tag", "x"], 2, "cannot read"),
        (["--policy", "nobody"], 2, "there is no policy"),
        (["--exposed", "--add-tag", "no_cv"], 2, "no local index"),
        (["--dataset", "ffhq", "--add-tag", "no_cv"], 2, "no local index of ffhq"),
        (["--all", "--add-tag", "no_cv", "--out", "no/such/folder/plan.json"], 2, "cannot write"),
        (["--all", "--add-tag", "no_cv", "--detailed-exitcode"], 1, "plan is"),
        (["--tag", "nobody-has-this", "--add-tag", "no_cv", "--detailed-exitcode"], 0, "0 changes"),
    ],
)
def test_exit_codes_of_plan(synced: Program, words: list[str], code: int, said: str) -> None:
    result = synced("plan", *words)
    assert (result.code, said in result.err) == (code, True), result.err


def test_planning_before_a_sync_is_refused(program: Program) -> None:
    assert program("plan", "--all", "--add-tag", "no_cv").code == 2


def test_an_ids_file_names_the_line_that_cannot_be_read(synced: Program, tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("9000000001\n<script>\n")
    result = synced("plan", "--ids", path, "--add-tag", "no_cv")
    assert (result.code, "line 2" in result.err) == (2, True)


def test_exposed_photos_are_found_and_policies_from_the_config_apply(
    indexed: Program, environment: Path, tmp_path: Path, box: Sandbox
) -> None:
    keeper = box.account.own_photos()[0].id
    (tmp_path / "config.toml").write_text(
        '[[policy]]\nname = "faces"\nmatch = {exposed_in = ["any"], face_datasets_only = true}\n'
        'actions = {add_tags = ["no_cv"], hide = true}\n'
        f'[[except]]\nid = "{keeper}"\nreason = "commissioned"\n'
    )
    everything = planned(indexed, "--exposed", "--license", "0")
    faces = planned(indexed, "--policy", "faces")
    in_faces = {change["photo_id"] for change in faces["changes"]}
    assert in_faces
    assert {change["mitigation"] for change in faces["changes"]} == {"add-tag", "hide"}
    reached = {entry["photo_id"] for entry in [*everything["changes"], *everything["skipped"]]}
    assert in_faces <= reached
    assert keeper not in in_faces


def test_excepted_photos_are_left_out_with_the_reason(synced: Program, box: Sandbox, tmp_path: Path) -> None:
    ids = some_ids(box, tmp_path, 4)
    spared = tmp_path / "spared.txt"
    spared.write_text(
        f"https://www.flickr.com/photos/{box.account.me.nsid}/{box.account.own_photos()[0].id}/ # mum\n"
    )
    plan = planned(synced, "--ids", ids, "--except", spared, "--hide-from-search")
    assert len(plan["changes"]) == 3
    assert plan["skipped"] == [
        {
            "photo_id": box.account.own_photos()[0].id,
            "mitigation": None,
            "reason": "excepted: named in --except",
        }
    ]


def test_albums_are_asked_for_at_flickr(synced: Program, box: Sandbox) -> None:
    plan = planned(synced, "--album", "Best of", "--hide-from-search")
    assert {change["photo_id"] for change in plan["changes"]} == set(box.account.albums[0].photos)
    asked = [served.args for served in box.log if served.method == "flickr.photosets.getPhotos"]
    assert [args.get("user_id") for args in asked] == [box.account.me.nsid]


def test_an_album_that_comes_short_is_named(synced: Program, box: Sandbox) -> None:
    box.faults.add("lost-rows", methods=["flickr.photosets.getPhotos"], value=2)
    plan = planned(synced, "--album", "Best of", "--hide-from-search")
    number = len(box.account.albums[0].photos)
    words = f"only {number - 2} of {number} photos of the album Best of"
    assert any(words in warning for warning in plan["warnings"])


def test_an_album_that_selects_nothing_is_named(synced: Program) -> None:
    plan = planned(synced, "--album", "Worst of", "--hide-from-search")
    assert not plan["changes"]
    assert any("Worst of" in warning for warning in plan["warnings"])


def test_a_plan_without_changes_needs_no_yes(synced: Program, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("# nobody\n")
    plan = planned(synced, "--ids", tmp_path / "ids.txt", "--add-tag", "no_cv")
    assert synced("apply", plan["plan_id"]).code == 0


def test_a_plan_of_another_account_is_shown_as_stale(
    synced: Program, environment: Path, tmp_path: Path
) -> None:
    moment = datetime.now(UTC)
    plan = Plan("plan-x", "99000002@N07", moment, None, moment, ())
    (tmp_path / "plan.json").write_text(json.dumps(to_json(plan)))
    assert synced("show", tmp_path / "plan.json", "--format", "json").json["state"] == "stale"
    assert synced("apply", tmp_path / "plan.json", "--yes").code == 6


def test_without_a_login_a_plan_says_what_it_does_not_know(
    synced: Program, monkeypatch: pytest.MonkeyPatch, box: Sandbox
) -> None:
    for name in ("FLICKR_API_KEY", "FLICKR_API_SECRET"):
        monkeypatch.delenv(name)
    sent = len(box.log)
    plan = planned(synced, "--all", "--privacy", "private")
    assert any("not logged in" in warning for warning in plan["warnings"])
    assert all("not known" in line for line in plan["advice"])
    assert len(box.log) == sent


def test_a_plan_edited_by_hand_is_refused(
    synced: Program, box: Sandbox, environment: Path, tmp_path: Path
) -> None:
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--license", "0")
    file = environment / "plans" / f"{plan['plan_id']}.json"
    table = json.loads(file.read_text())
    table["changes"][0]["after"] = "9"
    file.write_text(json.dumps(table))
    for command in ("show", "apply"):
        assert synced(command, file, *(["--yes"] if command == "apply" else [])).code == 6
    assert not any(served.writes for served in box.log)


def test_apply_refuses_where_it_cannot_ask_or_may_not(
    synced: Program, box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--add-tag", "no_cv")
    assert synced("apply", plan["plan_id"], "--max-changes", "2", "--yes").code == 6
    unasked = synced("apply", plan["plan_id"])
    assert (unasked.code, "--yes" in unasked.err) == (6, True)
    token, secret = box.issue_token("read")
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN", token)
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN_SECRET", secret)
    reading = synced("apply", plan["plan_id"], "--yes")
    assert (reading.code, "login --perms write" in reading.err) == (4, True)
    assert not any(served.writes for served in box.log)


def test_partial_success_is_exit_code_3_and_a_mismatch_1(
    synced: Program, box: Sandbox, tmp_path: Path
) -> None:
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--add-tag", "no_cv")
    gone = plan["changes"][0]["photo_id"]
    box.account.delete(box.account.photos[gone])
    applied = synced("apply", plan["plan_id"], "--yes", "--format", "json")
    assert (applied.code, ran(applied)["drifted"]) == (3, 1)
    other = box.account.photos[plan["changes"][1]["photo_id"]]
    box.account.replace_tags(other, [])
    verified = synced("verify", ran(applied)["run_id"], "--format", "json")
    assert (verified.code, ran(verified)["mismatched"]) == (1, 1)


def test_a_budget_that_is_spent_is_exit_code_5_and_resumable(
    synced: Program, box: Sandbox, tmp_path: Path
) -> None:
    plan = planned(synced, "--all", "--hide-from-search")
    config = tmp_path / "config.toml"
    config.write_text(f"[flickr]\ncalls_per_hour = {len(box.log) + 25}\n")
    stopped = synced("apply", plan["plan_id"], "--yes", "--no-wait", "--format", "json")
    assert (stopped.code, ran(stopped)["pending"] > 0) == (5, True)
    assert synced("show", plan["plan_id"], "--format", "json").json["state"] == "partly-applied"
    config.write_text("[flickr]\ncalls_per_hour = 100000\n")
    resumed = synced("apply", plan["plan_id"], "--yes", "--format", "json")
    assert (resumed.code, ran(resumed)["run_id"]) == (0, ran(stopped)["run_id"])
    assert ran(resumed)["done"] == len(plan["changes"])


def test_an_undo_that_was_broken_off_goes_on_as_the_same_run(
    synced: Program, box: Sandbox, tmp_path: Path
) -> None:
    planned(synced, "--ids", some_ids(box, tmp_path), "--license", "cc0")
    synced("apply", "last", "--yes")
    box.faults.add("revoked", methods=["flickr.photos.licenses.setLicense"], after=4)
    stopped = synced("undo", "last", "--yes", "--format", "json")
    box.faults.clear()
    assert (stopped.code, ran(stopped)["pending"] > 0) == (4, True)
    resumed = ran(synced("undo", "last", "--yes", "--format", "json"))
    assert (resumed["run_id"], resumed["pending"]) == (ran(stopped)["run_id"], 0)
    assert len(synced("runs", "--format", "json").json["runs"]) == 2


def test_an_unknown_run_is_a_usage_error(synced: Program) -> None:
    for command in (
        ["verify", "run-1"],
        ["undo", "run-1", "--yes"],
        ["show", "plan-1"],
        ["apply", "plan-1", "--yes"],
    ):
        assert synced(*command).code == 2


class Tags(HTMLParser):
    """The names of all elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


def test_show_is_safe_with_hostile_titles_in_every_format(synced: Program, box: Sandbox) -> None:
    plan = planned(synced, "--all", "--hide-from-search", "--leave-groups")
    written = {
        name: synced("show", plan["plan_id"], "--format", name).out
        for name in ("table", "csv", "markdown", "html")
    }
    for text in written.values():
        assert "\x1b" not in text
        assert "\x00" not in text
    for name in ("csv", "markdown", "html"):
        assert all(change["photo_id"] in written[name] for change in plan["changes"])
    assert "script" not in Tags(written["html"]).names
    assert not any(
        line.split(",")[2][:1] in "=+-@"
        for line in written["csv"].splitlines()
        if line.count(",") > 3 and line.split(",")[2]
    )
    secrets = {photo.original_secret for photo in box.account.own_photos()}
    private = {photo.secret for photo in box.account.own_photos() if not photo.is_public}
    assert not any(
        secret in text for secret in secrets | private for text in [*written.values(), json.dumps(plan)]
    )


def test_two_runs_on_one_account_are_refused(
    synced: Program, box: Sandbox, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--add-tag", "no_cv")
    with lock.account_lock(environment, "apply"):
        monkeypatch.setattr(lock, "WAIT_SECONDS", 0.1)
        assert synced("apply", plan["plan_id"], "--yes").code == 6
    assert not any(served.writes for served in box.log)


def test_an_undo_is_not_planned_while_a_run_goes_on(
    synced: Program, box: Sandbox, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--add-tag", "no_cv")
    run = ran(synced("apply", plan["plan_id"], "--yes", "--format", "json"))
    plans = set((environment / "plans").iterdir())
    with lock.account_lock(environment, "apply"):
        monkeypatch.setattr(lock, "WAIT_SECONDS", 0.1)
        assert synced("undo", run["run_id"], "--yes").code == 6
    assert set((environment / "plans").iterdir()) == plans


# -- nothing is written but a plan that was shown ------------------------------------------------------------


def rehashed(table: dict[str, Any]) -> dict[str, Any]:
    """As somebody would write it who knows how the hash is made."""
    content = {key: value for key, value in table.items() if key not in {"state", "sha256"}}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return {**table, "sha256": hashlib.sha256(canonical.encode()).hexdigest()}


@pytest.fixture
def forged(synced: Program, box: Sandbox, tmp_path: Path) -> Callable[..., Path]:
    """Writes a plan of this home with some fields changed, and a hash that fits."""
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--license", "cc0")

    def write(**fields: Any) -> Path:
        path = tmp_path / "forged.json"
        path.write_text(json.dumps(rehashed({**plan, **fields})))
        return path

    return write


@pytest.mark.parametrize(
    "fields",
    [
        {"plan_id": "plan-20260101-000000-abcdef"},
        {"warnings": []},
        {"plan_id": "undo-20260101-000000-abcdef", "undoes": "run-20260101-000000-abcdef"},
    ],
    ids=["another-id", "edited", "a-made-up-undo"],
)
def test_a_plan_that_was_not_made_here_is_applied_only_after_a_look_at_it(
    synced: Program,
    box: Sandbox,
    forged: Callable[..., Path],
    fields: dict[str, Any],
    answers: Callable[[str], None],
) -> None:
    path = forged(**fields, advice=["something else"])
    refused = synced("apply", path, "--yes")
    assert (refused.code, "--foreign" in refused.err) == (6, True)
    unseen = synced("apply", path, "--yes", "--foreign")
    assert (unseen.code, "flickr-auditor show" in unseen.err) == (6, True)
    assert not any(served.writes for served in box.log)

    answers("n\n")
    assert synced("apply", path, "--foreign").code == 6
    assert "not made here" in synced("show", path).err or "changed after" in synced("show", path).err
    # No cap is lifted by a plan that merely says that it is an undo.
    assert synced("apply", path, "--yes", "--foreign", "--max-changes", "1").code == 6
    assert not any(served.writes for served in box.log)
    applied = synced("apply", path, "--yes", "--foreign", "--format", "json")
    assert (applied.code, ran(applied)["done"] > 0) == (0, True)
    assert synced("runs", "--format", "json").json["runs"][0]["undoes"] is None
    again = synced("apply", path, "--yes", "--foreign", "--format", "json")
    assert (again.code, ran(again)["run_id"], ran(again)["calls"]) == (0, ran(applied)["run_id"], 0)


def test_who_accepts_a_plan_of_elsewhere_is_asked_about_its_changes_too(
    synced: Program, box: Sandbox, forged: Callable[..., Path], answers: Callable[[str], None]
) -> None:
    path = forged(plan_id="plan-20200101-000000-abcdef")
    answers("y\nn\n")
    asked = synced("apply", path, "--foreign")
    assert asked.code == 6
    assert asked.err.index("This plan was not made here. Do you want") < asked.err.index("Make ")
    assert not any(served.writes for served in box.log)
    assert synced("apply", path, "--foreign", "--yes").code == 0


def test_a_plan_of_elsewhere_reaches_no_photo_of_somebody_else(
    synced: Program, box: Sandbox, forged: Callable[..., Path], answers: Callable[[str], None]
) -> None:
    stranger = next(photo for photo in box.account.photos.values() if photo.owner != box.account.me.nsid)
    change = {"photo_id": stranger.id, "mitigation": "license", "before": stranger.license, "after": "9"}
    path = forged(changes=[{**change, "reversible": "yes", "note": "", "details": {}}])
    answers("y\ny\n")
    shown = synced("show", path)
    assert f"https://www.flickr.com/photo.gne?id={stranger.id}" in shown.out
    assert f"{box.account.me.nsid}/{stranger.id}" not in shown.out
    refused = synced("apply", path, "--yes", "--foreign")
    assert (refused.code, "does not have, as last synced" in refused.err) == (6, True)
    assert not any(served.writes for served in box.log)


def test_a_file_that_is_named_like_a_plan_does_not_stand_for_it(
    synced: Program, box: Sandbox, tmp_path: Path
) -> None:
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--add-tag", "no_cv")
    (tmp_path / plan["plan_id"]).write_text(json.dumps(rehashed({**plan, "changes": plan["changes"][:1]})))
    assert synced("show", plan["plan_id"], "--format", "json").json["changes"] == plan["changes"]
    assert ran(synced("apply", plan["plan_id"], "--yes", "--format", "json"))["done"] == len(plan["changes"])


@pytest.mark.parametrize("plan_id", ["\x1b[2J", "a\nb", "../x", "", "x" * 300])
def test_a_plan_whose_id_is_no_name_is_refused(
    synced: Program, forged: Callable[..., Path], plan_id: str
) -> None:
    result = synced("show", forged(plan_id=plan_id))
    assert (result.code, "\x1b" in result.err) == (6, False)


def test_the_question_names_what_changes(
    synced: Program, box: Sandbox, tmp_path: Path, answers: Callable[[str], None]
) -> None:
    for photo in box.account.own_photos()[:3]:
        photo.license = "0"
    synced("sync", "--full")
    planned(synced, "--ids", some_ids(box, tmp_path, 3), "--license", "cc0")
    answers("n\n")
    asked = synced("apply", "last")
    assert asked.code == 6
    assert "3 photos: All Rights Reserved → Public Domain Dedication (CC0)" in asked.err
    assert "Make 3 changes to 3 photos" in asked.err
    answers("y\n")
    assert synced("apply", "last").code == 0


def test_the_question_of_a_run_under_way_says_what_is_left(
    synced: Program, box: Sandbox, tmp_path: Path, answers: Callable[[str], None]
) -> None:
    planned(synced, "--ids", some_ids(box, tmp_path), "--hide-from-search")
    box.faults.add("revoked", methods=["flickr.photos.setSafetyLevel"], after=4)
    stopped = ran(synced("apply", "last", "--yes", "--format", "json"))
    box.faults.clear()
    answers("y\n")
    resumed = synced("apply", "last")
    assert resumed.code == 0
    assert f"Continue with {stopped['pending']} of 10 changes" in resumed.err


def test_last_is_the_newest_plan_and_the_newest_run(synced: Program, box: Sandbox, tmp_path: Path) -> None:
    for command in ("show", "apply", "undo", "verify"):
        assert synced(command, "last").code == 2
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--add-tag", "no_cv", "--out", "own.json")
    assert synced("show", "last", "--format", "json").json["plan_id"] == plan["plan_id"]
    run = ran(synced("apply", "last", "--yes", "--format", "json"))
    assert ran(synced("verify", "last", "--format", "json"))["run_id"] == run["run_id"]
    assert ran(synced("undo", "last", "--yes", "--format", "json"))["done"] == run["done"]


def test_what_was_done_is_said_where_the_result_cannot_be_written(
    synced: Program, box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "nowhere" / "x.json"
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--add-tag", "no_cv")
    assert synced("apply", plan["plan_id"], "--yes", "--output", missing).code == 2
    assert not any(served.writes for served in box.log)

    def full(*_: object) -> None:
        raise StorageError("no space left", hint="Make room.")

    monkeypatch.setattr("auditor.cli.output.emit_parts", full)
    applied = synced("apply", plan["plan_id"], "--yes", "--output", tmp_path / "x.json")
    assert applied.code == 0
    assert "no space left" in applied.err
    assert f"{len(plan['changes'])} changes" in applied.err
    assert "flickr-auditor verify run-" in applied.err


def test_who_reads_no_further_is_still_told_what_was_done(
    synced: Program, box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(synced, "--ids", some_ids(box, tmp_path), "--add-tag", "no_cv")

    def gone(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with (tmp_path / "pipe").open("w") as pipe:
        monkeypatch.setattr("auditor.cli.apply.emit", gone)
        monkeypatch.setattr(sys, "stdout", pipe)
        applied = synced("apply", plan["plan_id"], "--yes")
        pipe.write("the end of what is lost")
    assert (applied.code, f"{len(plan['changes'])} changes" in applied.err) == (0, True)
    assert (tmp_path / "pipe").read_text() == ""


# -- lists of photos -----------------------------------------------------------------------------------------


def link(box: Sandbox, photo_id: str) -> str:
    return f"https://www.flickr.com/photos/{box.account.me.nsid}/{photo_id}/"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_every_photo_on_a_line_is_left_out(
    synced: Program, box: Sandbox, tmp_path: Path, encoding: str
) -> None:
    first, second, third, fourth, *_ = (photo.id for photo in box.account.own_photos())
    spared = tmp_path / "keep.txt"
    spared.write_text(
        f"{link(box, first)} {link(box, second)}  # the wedding\n{third} {fourth}\n", encoding=encoding
    )
    plan = planned(synced, "--all", "--except", spared, "--hide-from-search")
    touched = {change["photo_id"] for change in plan["changes"]}
    assert not touched & {first, second, third, fourth}
    assert len(touched) == len(box.account.own_photos()) - 4
    only = planned(synced, "--ids", spared, "--hide-from-search")
    assert {change["photo_id"] for change in only["changes"]} == {first, second, third, fourth}


def test_an_exception_that_protects_no_photo_is_named(synced: Program, box: Sandbox, tmp_path: Path) -> None:
    spared = tmp_path / "keep.txt"
    spared.write_text("9600000002\n")
    plan = planned(synced, "--all", "--except", spared, "--hide-from-search")
    assert any("NOT IN THIS ACCOUNT" in line and "9600000002" in line for line in plan["warnings"])
    spared.write_text("# nobody yet\n")
    plan = planned(synced, "--all", "--except", spared, "--hide-from-search")
    assert any("NO PHOTO IS EXCEPTED" in line for line in plan["warnings"])
    spared.write_text(f"{box.account.own_photos()[0].id}\nhttps://www.flickr.com/photos/9x\n")
    mistyped = synced("plan", "--all", "--except", spared, "--hide-from-search")
    assert (mistyped.code, "line 2" in mistyped.err) == (2, True)


def test_a_tag_that_no_photo_has_is_named(synced: Program) -> None:
    plan = planned(synced, "--tag", "nosuch", "--hide-from-search")
    assert (plan["changes"], plan["warnings"]) == ([], ["no photo has the tag nosuch, so it selects none"])


# -- what a plan says ----------------------------------------------------------------------------------------


def test_a_plan_ends_with_its_summary_and_names_the_way_on(
    synced: Program, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.mitigation.planning.preflight.DEFAULT_CAP", 5)
    made = synced("plan", "--all", "--hide-from-search")
    lines = made.out.splitlines()
    summary = next(number for number, line in enumerate(lines) if line == "60 changes to 60 photos.")
    assert all(number < summary for number, line in enumerate(lines) if line.startswith("  ! "))
    assert len(lines) - summary <= 3
    assert "refused above 15 changes" in made.err
    (command,) = [line for line in made.err.splitlines() if "flickr-auditor apply" in line]
    words = command.partition("flickr-auditor ")[2].split()
    assert words[-2:] == ["--max-changes", "60"]
    assert synced(*words, "--yes").code == 0
    # Nothing of it is cut where no terminal is, and advice on new uploads has its own place.
    assert made.out.count("hide from public searches") == 60
    assert "flickr.com/account/privacy" not in made.out + made.err


def test_a_table_is_cut_on_a_terminal_only_and_says_so(
    synced: Program, box: Sandbox, answers: Callable[[str], None]
) -> None:
    plan = planned(synced, "--all", "--hide-from-search")
    answers("")
    shown = synced("show", "last")
    assert shown.out.count("hide from public searches") == 50
    assert "… and 10 more photos" in shown.out
    assert f"flickr-auditor show {plan['plan_id']} --output plan.html" in shown.out


def test_what_an_old_snapshot_calls_already_so_was_so_then(
    synced: Program, box: Sandbox, monkeypatch: pytest.MonkeyPatch, environment: Path
) -> None:
    for photo in box.account.own_photos():
        box.account.set_privacy(photo, Privacy.PRIVATE)
    synced("sync", "--full")
    conn = database.connect(environment / "auditor.sqlite3")
    conn.execute("UPDATE snapshot SET taken_at = taken_at - 30 * 86400, source = 'export'")
    conn.execute("UPDATE photo SET as_of = as_of - 30 * 86400")
    conn.close()
    made = synced("plan", "--all", "--privacy", "private", "--format", "json")
    reasons = {skip["reason"] for skip in made.json["skipped"]}
    assert all(reason.endswith("not known now") for reason in reasons)
    assert any("the data export is of" in line for line in made.json["warnings"])
    assert synced("apply", "last", "--yes").code == 6
