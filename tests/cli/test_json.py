"""Every command that writes JSON has a published schema, and writes what it says."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer.main

from auditor import report
from auditor.cli.app import program as make_program
from auditor.cli.commands import COMMANDS
from auditor.sandbox import Sandbox
from tests.cli.conftest import Program

SCHEMAS = Path(report.__file__).parent / "schemas"


@dataclass(frozen=True)
class State:
    """What the words of a command can name: an account with indexes, a plan, a run and a case."""

    folder: Path
    files: dict[str, Path]
    plan: Path
    run: str
    case: str


Words = Callable[[State], tuple[object, ...]]

RUNS: dict[str, tuple[str, Words]] = {
    "whoami": ("whoami", lambda _: ()),
    "doctor": ("doctor", lambda _: ()),
    "sync": ("sync", lambda _: ()),
    "datasets list": ("datasets-list", lambda _: ()),
    "datasets info": ("datasets-info", lambda _: ("ffhq",)),
    "datasets add": ("index", lambda it: ("ffhq", it.files["ffhq"])),
    "datasets verify": ("datasets-verify", lambda _: ()),
    "datasets export": ("datasets-export", lambda it: ("coco", it.folder / "coco.zip")),
    "datasets publish": ("datasets-publish", lambda it: (it.folder / "packs",)),
    "datasets import": ("index", lambda it: (it.folder / "ffhq.zip", "--replace")),
    "datasets fetch": (
        "index",
        lambda it: ("ffhq", "--registry", _served(it.folder / "registry"), "--replace"),
    ),
    "datasets update": ("datasets-fetch-all", lambda _: ()),
    "audit": ("audit", lambda _: ()),
    "check": ("check", lambda _: ("6255196340", "no such thing at all", "99000009@N07")),
    "plan": ("plan", lambda _: ("--all", "--add-tag", "x")),
    "show": ("plan", lambda it: (it.plan,)),
    "apply": ("run", lambda it: (it.plan, "--yes")),
    "runs": ("runs", lambda _: ()),
    "verify": ("run", lambda it: (it.run,)),
    "undo": ("run", lambda it: (it.run, "--yes")),
    "optout draft": ("optout", lambda _: ("coco",)),
    "signals": ("signals", lambda _: ()),
    "optout ask": ("optout", lambda _: ("ibm-dif",)),
    "optout remind": ("optout", lambda it: (it.case,)),
    "optout complain": ("optout", lambda it: (it.case,)),
    "optout file": ("optout", lambda it: (_mail(it),)),
    "optout folder": ("optout", lambda it: (it.case,)),
    "optout sent": ("optout", lambda it: (it.case,)),
    "optout answer": ("optout", lambda it: (it.case,)),
    "optout close": ("optout", lambda it: (it.case,)),
    "optout status": ("optout", lambda _: ()),
    "optout recheck": ("optout", lambda it: (it.case, it.files["ffhq"])),
}
"""Command → its schema, and words that make it write a result."""


def _served(folder: Path) -> str:
    """The address of `folder` on a server of this machine, until the process ends."""
    import threading
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def _mail(state: State) -> Path:
    """An answer to the case."""
    mail = state.folder / "answer.eml"
    mail.write_text(f"From: a@nvidia.com\nSubject: Re: [{state.case}]\n\nWe have removed all photos.\n")
    return mail


@pytest.fixture
def state(
    indexed: Program, box: Sandbox, publishers: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> State:
    token, secret = box.issue_token("write")
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN", token)
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN_SECRET", secret)
    folder = Path.cwd()
    plan = folder / "plan.json"
    assert indexed("plan", "--dataset", "ffhq", "--add-tag", "no_cv", "--out", plan).code == 0
    run = indexed("apply", plan, "--yes", "--format", "json").json["run_id"]
    case = indexed("optout", "draft", "ffhq", "--ground", "uk-gdpr", "--format", "json").json["case_id"]
    assert indexed("optout", "sent", case, "--on", "2026-01-05").code == 0
    assert indexed("datasets", "export", "ffhq", folder / "ffhq.zip").code == 0
    assert indexed("datasets", "publish", folder / "registry").code == 0
    return State(folder, publishers, plan, run, case)


def commands() -> dict[str, set[str]]:
    """Every command of the program, those of groups by both words, with its options."""
    found = {}
    for name in COMMANDS:
        group: Any = typer.main.get_command(make_program(name))
        command = group.commands[name]
        for leaf, entry in getattr(command, "commands", {"": command}).items():
            found[f"{name} {leaf}".strip()] = {
                option for parameter in entry.params for option in parameter.opts
            }
    return found


def test_every_command_with_a_format_is_in_the_table() -> None:
    assert {name for name, options in commands().items() if "--format" in options} == set(RUNS)


def test_every_command_that_writes_json_can_write_it_to_a_file() -> None:
    options = commands()
    assert all("--output" in options[name] for name in RUNS)


@pytest.mark.parametrize("name", RUNS)
def test_what_a_command_writes_is_what_its_schema_says(indexed: Program, state: State, name: str) -> None:
    schema, words = RUNS[name]
    result = indexed(*name.split(), *words(state), "--format", "json")
    assert result.code in {0, 1, 3}, result.err
    jsonschema.validate(result.json, json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8")))
    assert result.out.isascii()


def test_each_schema_belongs_to_a_command_or_a_file() -> None:
    published = {path.stem for path in SCHEMAS.glob("*.json")}
    assert published == {schema for schema, _ in RUNS.values()} | {"registry", "datasets-add"}


def test_what_is_added_without_a_name_is_what_its_schema_says(indexed: Program, state: State) -> None:
    result = indexed("datasets", "add", state.files["ffhq"], state.plan, "--format", "json")
    schema = json.loads((SCHEMAS / "datasets-add.json").read_text("utf-8"))
    jsonschema.validate(result.json, schema)
    assert len(result.json["indexes"]) == len(result.json["not_recognised"]) == 1


def test_json_text_of_hostile_words_is_ascii_and_the_same_to_a_program() -> None:
    from auditor.report.json_text import json_text

    hostile: dict[str, Any] = {"list": ["\u202e\x9b31m", {"half": "\ud800"}], "empty": [], "deep": {"a": [1]}}
    text = json_text(hostile)
    assert text.isascii()
    assert json.loads(text) == {"schema_version": 1, **hostile}


@pytest.mark.parametrize("entries", [[], [{"title": "é"}], [1, [2], {"3": None}]], ids=str)
def test_json_text_of_entries_that_come_one_by_one_is_that_of_a_list(entries: list[object]) -> None:
    from auditor.report.json_text import json_text

    text = json_text({"photos": iter(entries), "advice": "none"})
    assert text == json_text({"photos": entries, "advice": "none"})
    assert json.loads(text) == {"schema_version": 1, "photos": entries, "advice": "none"}
