"""Settings: the example file is valid and complete, the environment goes first, mistakes are named."""

import os
import re
import tomllib
from pathlib import Path

import pytest

from auditor import settings
from auditor.errors import ConfigurationError

from .conftest import ROOT

EXAMPLE = ROOT / "config.example.toml"


def uncommented(text: str) -> str:
    """The example with every commented setting switched on."""
    return re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)


def test_the_example_as_it_stands_gives_the_defaults(tmp_path: Path) -> None:
    given = settings.load(config=EXAMPLE, environ={"AUDITOR_HOME": str(tmp_path)})
    plain = settings.load(environ={"AUDITOR_HOME": str(tmp_path)}, working_dir=tmp_path)
    assert (given.calls_per_hour, given.concurrency, given.memory_limit) == (
        plain.calls_per_hour,
        plain.concurrency,
        plain.memory_limit,
    )


def test_the_example_shows_every_setting(tmp_path: Path) -> None:
    full = uncommented(EXAMPLE.read_text(encoding="utf-8"))
    table = tomllib.loads(full)
    for section, known in settings.KNOWN.items():
        part = table if not section else table[section]
        assert set(part) == set(known), section
    (tmp_path / "config.toml").write_text(full, encoding="utf-8")
    given = settings.load(config=tmp_path / "config.toml", environ={})
    assert given.policies
    assert given.exceptions


def test_the_example_policy_and_exception_are_understood() -> None:
    from auditor.mitigation.planning import policy_file

    table = tomllib.loads(uncommented(EXAMPLE.read_text(encoding="utf-8")))
    (policy,) = policy_file.policies(table["policy"]).values()
    assert policy.actions["hide"]
    (exception,) = policy_file.exceptions(table["except"])
    assert exception.ids == {"9000000003", "9000000004"}


@pytest.mark.parametrize("kind", ["dead link", "folder", "pipe"])
def test_settings_that_cannot_be_read_are_not_passed_over(tmp_path: Path, kind: str) -> None:
    """They may say which photos must not be touched."""
    file = tmp_path / "flickr-auditor.toml"
    if kind == "dead link":
        file.symlink_to("nowhere")
    elif kind == "folder":
        file.mkdir()
    else:
        os.mkfifo(file)
    with pytest.raises(ConfigurationError, match=r"flickr-auditor\.toml is no file"):
        settings.load(environ={}, working_dir=tmp_path)


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[flickr]\napi_key = "file"\napi_secret = "file"\n')
    given = settings.load(environ={"FLICKR_API_KEY": "environment"}, working_dir=tmp_path)
    assert (given.api_key, given.api_secret) == ("environment", "file")


@pytest.mark.parametrize(
    ("url", "calls", "works"),
    [
        (None, 3600, True),
        (None, 3601, False),
        ("http://127.0.0.1:8765", 100_000, True),
        ("http://[::1]:8765", 100_000, True),
    ],
)
def test_more_calls_than_flickr_allows_are_for_the_sandbox_alone(
    tmp_path: Path, url: str | None, calls: int, *, works: bool
) -> None:
    (tmp_path / "config.toml").write_text(f"[flickr]\ncalls_per_hour = {calls}\n")
    environ = {"AUDITOR_FLICKR_URL": url} if url else {}
    if works:
        assert settings.load(environ=environ, working_dir=tmp_path).calls_per_hour == calls
    else:
        with pytest.raises(ConfigurationError, match="3600"):
            settings.load(environ=environ, working_dir=tmp_path)


@pytest.mark.parametrize("url", ["http://flickr.example", "https://192.0.2.1", "ftp://127.0.0.1", "::1"])
def test_another_flickr_must_be_on_this_machine(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="on this machine"):
        settings.load(environ={"AUDITOR_FLICKR_URL": url}, working_dir=tmp_path)


def test_several_homes_can_share_their_indexes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "config.toml"
    file.write_text('[index]\nfolder = "~/shared"\n')
    for home in ("ada", "bob"):
        given = settings.load(home=tmp_path / home, config=file, environ={})
        assert given.indexes == tmp_path / "shared"
        assert given.database.parent == tmp_path / home
    alone = settings.load(home=tmp_path / "ada", environ={}, working_dir=tmp_path / "x")
    assert alone.indexes == tmp_path / "ada" / "indexes"


@pytest.mark.parametrize("folder", ['"indexes"', '"./x"', "5"])
def test_a_shared_folder_is_named_in_full(tmp_path: Path, folder: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[index]\nfolder = {folder}\n")
    with pytest.raises(ConfigurationError, match=r"index\.folder"):
        settings.load(config=file, environ={})


def test_without_a_folder_for_settings_a_key_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_default_configs", lambda: ())
    with pytest.raises(ConfigurationError, match="your settings folder is unknown"):
        settings.keep_key("k", "s")
