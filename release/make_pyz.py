"""Pack a wheel, its locked libraries' list and `bootstrap.py` as one file: ``make_pyz.py WHEEL TARGET``."""

import io
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
LOCKED = HERE.parent / "requirements" / "app.txt"


def pack(wheel: Path) -> bytes:
    """The file's bytes, which depend on nothing but what is in it."""
    members = {
        "__main__.py": (HERE / "bootstrap.py").read_bytes(),
        "requirements.txt": LOCKED.read_bytes(),
        wheel.name: wheel.read_bytes(),
    }
    packed = io.BytesIO(b"#!/usr/bin/env python3\n")
    packed.seek(0, io.SEEK_END)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


if __name__ == "__main__":
    given, target = map(Path, sys.argv[1:])
    target.write_bytes(pack(given))
    target.chmod(0o755)
