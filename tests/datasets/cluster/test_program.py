"""``datasets add --scheduler`` as people type it."""

from pathlib import Path

import pytest

from auditor.datasets.cluster import pool
from auditor.datasets.cluster.build import Output
from auditor.errors import UsageError
from tests.cli.conftest import Program, box, environment, program
from tests.datasets.cluster.conftest import NAME, Parted

__all__ = ["box", "environment", "program"]


def test_shards_become_an_index_that_check_audit_and_a_look_up_read(
    program: Program, shards: list[str], tmp_path: Path
) -> None:
    built = program("datasets", "add", NAME, *shards, "--scheduler", "local", "--format", "json")
    assert built.code == 0, built.err
    assert (built.json["rows"], len(built.json["sources"])) == (903, 3)
    first = built.json["files"][0]["first"]
    assert program("check", first).code == 1
    assert program("datasets", "verify", NAME).code == 0
    published = program("datasets", "publish", tmp_path / "public", "--lookup", "--scheduler", "local")
    assert published.code == 0, published.err
    assert (tmp_path / "public" / "lookup.json").is_file()
    assert program("datasets", "remove", NAME).code == 0


def test_packs_are_not_published_by_workers(program: Program, tmp_path: Path) -> None:
    refused = program("datasets", "publish", tmp_path / "public", "--scheduler", "local")
    assert refused.code == 2
    assert "--scheduler belongs to --lookup" in refused.err


def test_removing_an_index_says_that_its_data_stays_in_the_store(
    program: Program, parted: Parted, environment: Path, tmp_path: Path
) -> None:
    parted(store=str(tmp_path / "store"))
    environment.mkdir(mode=0o700)
    (tmp_path / "indexes").rename(environment / "indexes")
    result = program("datasets", "remove", NAME)
    assert result.code == 0
    assert f"are still at {tmp_path}/store/{NAME}" in result.err.replace("\n", "")
    assert list((tmp_path / "store" / NAME).glob("*.parquet"))


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--store", "s3://x"], 2, "--store goes with --scheduler"),
        (["--scheduler", "local", "--append"], 2, "--append does not go with --scheduler"),
        (["--scheduler", "local", "nowhere.csv"], 2, "there is no file"),
        (["--scheduler", "tcp://127.0.0.1:9"], 5, "there is no Dask scheduler"),
        (["--scheduler", "mail:x"], 2, "is not the address of a scheduler"),
        (["--scheduler", "local", "nosuch://x/y"], 2, "nosuch://x/y cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_begun(
    words: list[str],
    code: int,
    says: str,
    program: Program,
    shards: list[str],
    environment: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "CONNECT_SECONDS", 0.5)
    result = program("datasets", "add", NAME, shards[0], *words)
    assert result.code == code
    assert says in result.err
    assert not (environment / "indexes" / NAME / "manifest.json").exists()


def test_workers_want_a_name_and_shards_and_a_store_where_the_user_means_it(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for words in (["coco"], ["coco", ""]):
        refused = program("datasets", "add", *words, "--scheduler", "local")
        assert (refused.code, "shards need the dataset's name before them" in refused.err) == (2, True)
    given: list[object] = []

    def build(output: object, name: str, addresses: list[str], *_: object, **__: object) -> None:
        given.extend([output, name, addresses])
        raise UsageError("far enough", hint="Go on.")

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("auditor.datasets.cluster.build.build", build)
    words = ["coco", "~/a.csv", "s3://bucket/b.csv", "--scheduler", "local", "--store", "~/parts"]
    assert program("datasets", "add", *words).code == 2
    output, name, addresses = given
    assert (name, addresses) == ("coco", [str(tmp_path / "a.csv"), "s3://bucket/b.csv"])
    assert output == Output(indexes=tmp_path / "home" / "indexes", store=str(tmp_path / "parts"))
