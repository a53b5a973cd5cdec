"""Files that people give: bounded whatever they are, and settings that no parser chokes on."""

import os
import threading
from pathlib import Path

import pytest

from auditor import settings
from auditor.errors import ConfigurationError, UsageError
from auditor.mitigation.planning import plan
from auditor.text_files import parse_toml, read_text


def test_what_never_ends_is_refused() -> None:
    with pytest.raises(UsageError, match="too large"):
        read_text(Path("/dev/zero"), 1_000_000)


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("6255196340\n"))
    writer.start()
    assert read_text(pipe, 100) == "6255196340\n"
    writer.join()


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 200_000, "a = " + "{b=" * 200_000, ".".join("a" * 200_000) + " = 1", "a = " + "9" * 5000],
    ids=["arrays", "tables", "keys", "digits"],
)
def test_what_no_settings_file_holds_is_said_at_once(text: str) -> None:
    with pytest.raises(ValueError, match=r"deep|digits"):
        parse_toml(text)


def test_a_plan_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_LARGEST_FILE", 1000)
    with pytest.raises(UsageError, match="too large"):
        plan.load(Path("/dev/zero"))


@pytest.mark.parametrize("amount", ["1MB", "0GB", "101%", f"{'9' * 400}GB", "1e3GB", "-1GB"])
def test_an_amount_of_memory_that_no_engine_takes_is_refused(tmp_path: Path, amount: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'[index]\nmemory_limit = "{amount}"\n')
    with pytest.raises(ConfigurationError, match="amount of memory"):
        settings.load(config=file, home=tmp_path, environ={})
