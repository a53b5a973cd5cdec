"""What the README says exists, and what exists the README says."""

import re
import runpy
import shutil
import subprocess
import tomllib

import pytest
import typer

from auditor.cli.app import add_command, run
from auditor.cli.commands import COMMANDS
from auditor.cli.exit_codes import BUG, FOUND, INTERRUPTED, PARTIAL
from auditor.errors import AuditorError
from auditor.settings import MAX_CALLS_PER_HOUR

from .conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def everything() -> typer.Typer:
    """The program with all commands."""
    app = typer.Typer()
    for name in COMMANDS:
        add_command(app, name)
    return app


def commands(group: typer.Typer, prefix: str = "") -> list[str]:
    """All commands as a user types them."""
    found = [f"{prefix}{command.name}" for command in group.registered_commands]
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        found += commands(sub.typer_instance, f"{prefix}{sub.name} ")
    return found


def test_every_command_is_in_the_readme_table() -> None:
    table = README.partition("## Commands")[2].partition("### Exit codes")[0]
    for command in commands(everything()):
        assert f"`{command}`" in table or f"`{command.split()[-1]}`" in table, command


def test_every_command_the_readme_shows_exists() -> None:
    known = commands(everything())
    for line in re.findall(r"^flickr-auditor (.*)$", README, re.MULTILINE):
        words = line.split()
        assert words[0] in known or " ".join(words[:2]) in known, line


def test_links_of_the_docs_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"({page.name})" in listed for page in folder.glob("0*.md"))


@pytest.mark.parametrize("maker", ["make_commands.py", "make_man.py"])
def test_the_pages_of_commands_are_what_help_prints(maker: str) -> None:
    page = runpy.run_path(str(ROOT / "docs" / maker))
    assert page["PAGE"].read_text(encoding="utf-8") == page["text"](), f"run: python docs/{maker}"


@pytest.mark.skipif(not shutil.which("groff"), reason="no groff here to typeset the man page")
def test_the_man_page_is_typeset_without_a_warning() -> None:
    page = ROOT / "docs" / "flickr-auditor.1"
    typeset = ["groff", "-ww", "-Kutf8", "-Tutf8", "-man", str(page)]
    result = subprocess.run(typeset, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    assert "--detailed-exitcode" in result.stdout


def test_help_names_what_it_wants_and_shows_lines_that_can_be_copied() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert not re.findall(r"^.*<[a-z\[].*$", page, re.MULTILINE)
    assert not re.findall(r"^Usage: .*\{.*$", page, re.MULTILINE)
    for line in re.findall(r"^  flickr-auditor (.*)$", page, re.MULTILINE):
        words = line.split()
        assert words[0] in COMMANDS, line
        for option in re.findall(r" (--[a-z_-]+)", line):
            assert option in page.partition(f"### {words[0]}")[2].partition("\n## ")[0], line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_commands_and_options(
    shell: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit):
        run(["completion", shell])
    assert "flickr-auditor" in capfd.readouterr().out
    monkeypatch.setenv("_FLICKR_AUDITOR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "flickr-auditor datasets f")
    monkeypatch.setenv("COMP_CWORD", "2")
    with pytest.raises(SystemExit):
        run([])
    assert capfd.readouterr().out.split() == ["fetch"]


def test_every_file_that_the_docs_name_is_there() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    named = set(re.findall(r"`((?:auditor|tests|docs|benchmarks)/[\w./-]+)`", text))
    examples = {name for name in named if "elsewhere" in name}  # of a dataset that a reader makes up
    assert len(named) > 50
    assert [name for name in named - examples if not (ROOT / name).exists()] == []


def rows(heading: str) -> list[str]:
    """The first cells of the README's table under a heading."""
    section = README.partition(f" {heading}\n")[2].partition("\n#")[0]
    return re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)[1:]


def test_the_readme_lists_every_exit_code() -> None:
    def kinds(of: type[AuditorError]) -> set[int]:
        return {of.exit_code}.union(*(kinds(one) for one in of.__subclasses__()))

    assert {int(code) for code in rows("Exit codes")} == kinds(AuditorError) | {
        0,
        FOUND,
        PARTIAL,
        BUG,
        INTERRUPTED,
    }


def test_the_readme_lists_every_variable_of_the_environment() -> None:
    listed = {name for cell in rows("Settings") for name in re.findall(r"`(\w+)`", cell)}
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "auditor").rglob("*.py"))
    assert listed == set(re.findall(r'"((?:AUDITOR|FLICKR)_[A-Z_]+)"', source))


def test_the_readme_gives_the_version_of_python_and_the_calls_of_an_hour() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (python,) = re.findall(r"You need Python ([\d.]+) or newer", README)
    assert project["requires-python"] == f">={python}"
    assert f"At most {MAX_CALLS_PER_HOUR:,} calls an hour" in README
