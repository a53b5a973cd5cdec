"""The rules of docs/architecture.md that a machine can check: who may import whom, print, ask and exit."""

import ast
import inspect
from collections.abc import Iterator

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from auditor.errors import AuditorError
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


def test_every_error_names_a_next_step() -> None:
    """Mypy sees that a hint is given; that it says something is seen here."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in (ROOT / "auditor").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "hint"
        if isinstance(node.value, ast.Constant) and not str(node.value.value).strip()
    ]
    assert silent == []
    for kind in _tree(AuditorError):
        given = inspect.signature(kind).parameters
        hint = given.get("hint")
        # Those with words of their own need none from those who raise them.
        assert hint is None or hint.default is inspect.Parameter.empty or hint.default.strip(), kind


def _tree(kind: type[AuditorError]) -> Iterator[type[AuditorError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _tree(below)
