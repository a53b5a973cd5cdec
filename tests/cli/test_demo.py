"""The README's first command shows the whole job and leaves a report to look at."""

import os
import subprocess
import sys
from pathlib import Path


def test_the_demo_does_the_whole_job_with_real_settings_left_alone(tmp_path: Path) -> None:
    # Settings of a real account must neither be used nor be in the way.
    environment = os.environ | {
        "FLICKR_API_KEY": "real",
        "FLICKR_OAUTH_TOKEN": "half",
        "AUDITOR_HOME": str(tmp_path),
    }
    environment["FLICKR_OAUTH_TOKEN_SECRET"] = "half too"
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "demo"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for command in (
        "sync",
        "datasets add ffhq",
        "audit",
        "check",
        "plan",
        "apply",
        "verify",
        "undo",
        "optout draft",
    ):
        assert f"$ flickr-auditor {command}" in done.stdout
    report = tmp_path / "demo" / "report.html"
    assert f"The report to look at: {report}" in done.stdout
    assert "<script" not in report.read_text(encoding="utf-8")
    assert (tmp_path / "demo" / "letters" / "letter-1.eml").is_file()
