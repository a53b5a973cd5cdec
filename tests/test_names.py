"""What may be the name of a file or folder of ours, and that no command goes anywhere else."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.cli.app import run
from auditor.datasets import catalogue
from auditor.errors import UsageError
from auditor.files import is_there
from auditor.names import dataset_name, inside, is_name
from auditor.sandbox import Sandbox, demo_datasets, make_account

HOSTILE = [
    "",
    ".",
    "..",
    "../..",
    "../../outside",
    "/",
    "~",
    "~root",
    "C:",
    "C:\\Windows",
    "\\\\server\\share",
    "ffhq/../../../outside",
    "ffhq/..",
    "ffhq/.",
    "./ffhq/../../plans",
    ".ffhq.lock",
    "*",
    "[a-z]*",
    "column=value",
    "$HOME",
    "%2e%2e",
    "nul",
    "con.json",
    "a:b",
    "a\nb",
    "a\x1b[31m",
    "name.",
    "name ",
    "\u202eqhff",
    "\uff0e\uff0e",
    "x" * 300,
    "é" * 130,
]


@pytest.mark.parametrize("text", [name for name in HOSTILE if name != ".ffhq.lock"] + [".hidden", "-rf"])
def test_what_is_no_name_is_refused(tmp_path: Path, text: str) -> None:
    assert not is_name(text)
    with pytest.raises(UsageError, match="cannot be the name of a plan"):
        inside(tmp_path, text, "a plan")


@given(st.text())
def test_a_name_is_always_one_entry_of_its_folder(text: str) -> None:
    folder = Path("/home/ada/indexes")
    if is_name(text):
        assert (folder / text).resolve().parent == folder
        assert inside(folder, text, "a plan") == folder / text


@pytest.mark.parametrize(
    ("typed", "name"), [("FFHQ", "ffhq"), (" Coco\n", "coco"), ("my-list-2", "my-list-2")]
)
def test_dataset_names_are_read_in_any_case(typed: str, name: str) -> None:
    assert dataset_name(typed) == name


COMMANDS = (
    "datasets info {name}",
    "datasets add {name} {file}",
    "datasets fetch {name}",
    "datasets fetch {name} --registry {url}",
    "datasets fetch ffhq --file {name}",
    "datasets verify {name}",
    "datasets remove {name}",
    "datasets export {name} {out}",
    "datasets publish {out} --dataset {name}",
    "audit --dataset {name}",
    "plan --dataset {name} --add-tag no_cv",
    "plan --all --add-tag no_cv --policy {name}",
    "check {name}",
    "show {name}",
    "apply {name} --yes",
    "verify {name}",
    "undo {name} --yes",
    "optout draft {name}",
    "optout sent {name}",
    "optout answer {name}",
    "optout close {name}",
    "optout recheck {name} {file}",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with an account, an index and a plan; folders beside it that hold things of the user's."""
    root = tmp_path_factory.mktemp("world")
    for folder in ("outside", "home/letters", "home/indexes/mine", "downloads"):
        (root / folder).mkdir(parents=True)
        (root / folder / "diary.txt").write_text("dear diary")
    with Sandbox(make_account(20)) as box, pytest.MonkeyPatch.context() as patch:
        token, secret = box.issue_token("read")
        for name, value in {
            "AUDITOR_HOME": str(root / "home"),
            "AUDITOR_FLICKR_URL": box.url,
            "FLICKR_API_KEY": box.key,
            "FLICKR_API_SECRET": box.secret,
            "FLICKR_OAUTH_TOKEN": token,
            "FLICKR_OAUTH_TOKEN_SECRET": secret,
        }.items():
            patch.setenv(name, value)
        patch.delenv("AUDITOR_CONFIG", raising=False)
        patch.chdir(root)
        files = demo_datasets.write(box.account, root / "publishers")
        (root / "url").write_text(box.url)
        assert _ends(["sync"]) == 0
        assert _ends(["datasets", "add", "ffhq", str(files["ffhq"])]) == 0
        assert _ends(["plan", "--all", "--add-tag", "no_cv"]) == 0
        yield root


def _ends(words: list[str]) -> int:
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), pytest.raises(SystemExit) as ended:
        run(words)
    return int(ended.value.code or 0)


def _contents(root: Path) -> dict[str, str]:
    """Every file but the database, whose pages may move, and locks."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and ".lock" not in path.name and not path.name.startswith("auditor.sqlite3")
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_leaves_the_thing_that_was_named(world: Path, command: str) -> None:
    file = next((world / "publishers").glob("*.json"))
    url = (world / "url").read_text()

    @settings(max_examples=10, deadline=None, database=None)
    @given(
        st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8", exclude_characters="\0")))
    )
    @example(str(world / "outside"))
    @example("../letters")
    @example("..")
    @example("~0")
    @example("")
    def try_out(name: str) -> None:
        if catalogue.find(name) or name.startswith("-"):
            return
        if "add" in command and name and is_there(Path(name)):
            return  # without a name, a path that exists is a file to be read
        before = _contents(world)
        words = [word.format(name=name, file=file, out=world / "out", url=url) for word in command.split(" ")]
        assert _ends(words) in range(7)
        changed = {path for path, _ in before.items() ^ _contents(world).items()}
        own = f"home/indexes/{name.strip().lower()}/"
        assert [path for path in changed if not path.startswith(own)] == []

    try_out()
