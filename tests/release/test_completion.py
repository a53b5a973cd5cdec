"""Completion as the shells themselves ask for it (zsh asks only at a terminal: tried by hand)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ASKING = {
    "bash": """
        source ./script
        COMP_WORDS=(flickr-auditor datasets f) COMP_CWORD=2
        $(complete -p flickr-auditor | sed 's/.*-F \\([^ ]*\\).*/\\1/') flickr-auditor f datasets
        echo "${COMPREPLY[@]}"
    """,
    "fish": "source ./script; complete -C 'flickr-auditor datasets f'",
}


@pytest.mark.parametrize("shell", ASKING)
def test_a_real_shell_completes_a_command(shell: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    environ = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
    }
    script = subprocess.run(
        ["flickr-auditor", "completion", shell], env=environ, capture_output=True, text=True, check=True
    )
    (tmp_path / "script").write_text(script.stdout)
    asked = subprocess.run(
        [shell, "-c", ASKING[shell]], env=environ, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert asked.stdout.split()[0] == "fetch"
