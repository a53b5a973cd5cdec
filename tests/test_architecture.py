"""The rules of docs/architecture.md that a machine can check: who may import whom, print, ask and exit."""

import ast

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.conftest import ROOT


def test_imports_keep_to_the_rules_of_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS


def test_only_the_command_line_prints_asks_and_exits() -> None:
    elsewhere = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in (ROOT / "auditor").rglob("*.py")
        if "cli" not in path.relative_to(ROOT).parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.Attribute)
        if ast.unparse(node)
        in {"print", "input", "SystemExit", "sys.exit", "sys.stdin", "sys.stdout", "sys.stderr"}
    ]
    assert elsewhere == []
