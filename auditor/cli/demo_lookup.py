"""``demo --lookup``: one publishes a look-up, another asks it, and the host's log shows what it learned."""

from collections.abc import Callable
from pathlib import Path


def ask_around(
    run: Callable[..., str],
    say: Callable[[str, str], None],
    show: Callable[[str], None],
    files: dict[str, Path],
    nsid: str,
) -> None:
    """The steps; `run` runs a command, `say` heads a step, `show` prints; `files` are those of publishers."""
    from auditor.sandbox.static_site import static_site

    say("1. Somebody builds indexes", "A library, say, or a newspaper.")
    for name, path in files.items():
        run("datasets", "add", name, str(path))
    say("2. and publishes a look-up", "Files that any web host can serve; a page for browsers is among them.")
    show(run("datasets", "publish", "public", "--lookup").rstrip())
    with static_site(Path("public")) as (address, log):
        say("3. Anybody asks it", "Without an index, and without telling who they are.")
        command = ("--home", "another-home", "check", nsid, "--lookup", address)
        show(run(*command, expect=1).splitlines()[0])
        say("4. What the host got to know", "Its whole log: the names of files, by a range of hashes.")
        for line in log:
            show(line)
