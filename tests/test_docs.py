"""What the README says exists, and what exists the README says."""

import re

import typer

from auditor.cli.app import COMMANDS, add_command

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
