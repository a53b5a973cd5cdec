"""docs/adding-a-mitigation.md, followed to the letter in a copy of the program that lacks the kind."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.sandbox import Sandbox, make_account
from tests.conftest import ROOT

DOC = (ROOT / "docs" / "adding-a-mitigation.md").read_text(encoding="utf-8")
FILE = Path("auditor/mitigation/kinds/safety_level.py")


def code_block() -> str:
    (code,) = re.findall(r"^```python\n(.*?)^```$", DOC, re.DOTALL | re.MULTILINE)
    return str(code)


def test_the_file_in_the_docs_is_the_one_of_the_program() -> None:
    assert str(FILE) in DOC
    assert code_block() == (ROOT / FILE).read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program without the kind."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "auditor", tmp_path / "copy" / "auditor", ignore=ignored)
    (tmp_path / "copy" / FILE).unlink()
    return tmp_path / "copy"


def test_one_file_makes_a_mitigation(copy: Path, tmp_path: Path) -> None:
    with Sandbox(make_account(12, hostile=False)) as box:
        token, secret = box.issue_token("write")
        environment = {
            **{
                key: value for key, value in os.environ.items() if not key.startswith(("FLICKR_", "AUDITOR_"))
            },
            "PYTHONPATH": str(copy),
            "AUDITOR_HOME": str(tmp_path / "home"),
            "AUDITOR_FLICKR_URL": box.url,
            "FLICKR_API_KEY": box.key,
            "FLICKR_API_SECRET": box.secret,
            "FLICKR_OAUTH_TOKEN": token,
            "FLICKR_OAUTH_TOKEN_SECRET": secret,
        }

        def run(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-m", "auditor", *words],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )

        before = {photo.id: photo.safety_level for photo in box.account.own_photos()}
        assert run("sync").returncode == 0
        assert run("plan", "--all", "--safety-level", "restricted").returncode == 2
        (copy / FILE).write_text(code_block(), encoding="utf-8")

        settings = tmp_path / "flickr-auditor.toml"
        settings.write_text('[[policy]]\nname = "p"\n[policy.actions]\nsafety_level = "restricted"\n')
        by_policy = run("plan", "--policy", "p", "--format", "json")
        by_option = run("plan", "--all", "--safety-level", "restricted", "--format", "json")
        changes = json.loads(by_option.stdout)["changes"]
        assert changes
        assert json.loads(by_policy.stdout)["changes"] == changes
        applied = json.loads(run("apply", "last", "--yes", "--format", "json").stdout)
        assert (applied["done"], applied["verified"]) == (len(changes), len(changes))
        assert {box.account.photos[change["photo_id"]].safety_level for change in changes} == {2}
        assert "safety level: safe → restricted" in run("show", "last").stdout
        assert run("undo", "last", "--yes").returncode == 0
        assert {photo.id: photo.safety_level for photo in box.account.own_photos()} == before
