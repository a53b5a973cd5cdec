"""The start of ``flickr-auditor.pyz``: one file for people who have Python and neither pipx nor uv.

Some of the libraries are machine code, which Python cannot import from a zip. So the first start makes an
environment of its own in the user's data folder, from the wheel in this file and from the libraries with the
versions and checksums in ``requirements.txt`` next to it; every later start hands over to that environment.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

OLDEST = (3, 11)
NOT_INSTALLED = """the installation failed, and nothing of it is left. The lines above say why.
  → The libraries come from the Python Package Index, so the first start needs the network.
    On Debian and Ubuntu it also needs: apt install python3-venv
  → For a computer without a network, fetch them on another of the same kind: unzip this file, then
    python3 -m pip download -r requirements.txt -d FOLDER
    and start it here with PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER"""


def main() -> int:
    """Run the program; install it first where it is not."""
    if sys.version_info < OLDEST:
        return _fail(f"this needs Python {OLDEST[0]}.{OLDEST[1]} or newer; here is {sys.version.split()[0]}")
    file = Path(sys.argv[0]).resolve()
    place = _data_folder() / f"{_digest(file)}-py{sys.version_info[0]}.{sys.version_info[1]}"
    if not place.is_dir():
        try:
            _install(file, place)
        except subprocess.CalledProcessError:
            return _fail(NOT_INSTALLED)
        except OSError as error:
            return _fail(f"cannot write to {place}: {error.strerror}")
    words = [str(_python(place)), "-m", "auditor", *sys.argv[1:]]
    if os.name == "posix":
        os.execv(words[0], words)
    return subprocess.call(words)


def _install(file: Path, place: Path) -> None:
    """Make the environment beside its place and move it there whole: a start that is killed leaves none."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    print(
        f"First start: installing the program and its libraries (about 500 MB) into\n{place}\n"
        "Nothing else is changed; delete that folder to remove them. This takes a minute or two …",
        file=sys.stderr,
        flush=True,
    )
    begun = Path(tempfile.mkdtemp(dir=place.parent, prefix="installing-"))
    try:
        with zipfile.ZipFile(file) as archive:
            (wheel,) = (name for name in archive.namelist() if name.endswith(".whl"))
            for name in (wheel, "requirements.txt"):
                archive.extract(name, begun)
        _run(sys.executable, "-m", "venv", str(begun))
        pip = [str(_python(begun)), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run(*pip, "--require-hashes", "--only-binary=:all:", "-r", str(begun / "requirements.txt"))
        _run(*pip, "--no-deps", "--no-index", str(begun / wheel))
        try:
            begun.rename(place)
        except OSError:
            if not place.is_dir():  # else another start was quicker
                raise
    finally:
        shutil.rmtree(begun, ignore_errors=True)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, stdout=sys.stderr)


def _data_folder() -> Path:
    """Where this user's programs are kept on this system."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "flickr-auditor-app"


def _python(place: Path) -> Path:
    return place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _fail(why: str) -> int:
    print(f"Error: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
