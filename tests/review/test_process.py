"""The page as a program of its own: what Ctrl-C in its terminal does to a run that is under way."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests

from auditor.sandbox import Sandbox
from tests.cli.conftest import Program
from tests.crash.test_kill import LAUNCHER
from tests.review.conftest import runs
from tests.review.test_pages import writes

CHANGES = 20


def states(home: Path) -> dict[str, int]:
    with closing(sqlite3.connect(home / "auditor.sqlite3")) as conn:
        return dict(conn.execute("SELECT state, count(*) FROM change GROUP BY state").fetchall())


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal there")
def test_ctrl_c_finishes_the_calls_in_flight_and_the_run_goes_on_from_a_terminal(
    writer: Program, box: Sandbox, environment: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, "review", "--no-open"],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    try:
        assert process.stderr is not None
        link = next(found[0] for line in process.stderr if (found := re.findall(r"http://\S+", line)))
        address = link.partition("/enter")[0]
        browser = requests.Session()
        browser.get(link, timeout=60)
        page = browser.get(f"{address}/runs", timeout=60).text
        token = re.findall(r'name="form-token" content="([^"]+)"', page)[0]

        def post(path: str, **fields: object) -> requests.Response:
            form = {"form_token": token, **fields}
            return browser.post(address + path, data=form, headers={"Origin": address}, timeout=60)

        post("/select", what="some", id=[photo.id for photo in box.account.own_photos()[:CHANGES]])
        plan = post("/plans", add_tags="seen").url.removeprefix(address)
        box.faults.add("slow", methods=["flickr.photos.addTags"], value=1.0)
        post(f"{plan}/apply", number=str(CHANGES))
        deadline = time.monotonic() + 60
        while not writes(box):
            assert time.monotonic() < deadline, "nothing was written"
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    left = states(environment)
    assert set(left) == {"done", "pending"}  # none is sent without its answer
    assert left["done"] == writes(box)
    box.faults.clear()
    assert writer("apply", "last", "--yes").code == 0
    assert states(environment) == {"done": CHANGES}
    assert writes(box) == CHANGES
    assert len(runs(writer)) == 1
