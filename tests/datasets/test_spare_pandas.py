"""An index is built without pandas, whose import takes longer than most builds."""

import subprocess
import sys
from pathlib import Path

_BUILD = """
import sys
from pathlib import Path
from auditor.datasets.index.build import build
from auditor.datasets.readers import select
folder = Path(sys.argv[1])
build(folder / "indexes", "a", [folder / "list.txt"], formats=select(["flickr-url-list"]))
print("pandas" in sys.modules)
import pyarrow
print(len(pyarrow.table({"a": [1, 2]}).to_pandas()))
import pandas
print(pyarrow.array(pandas.Series([1, None, 3])).null_count)
"""


def test_a_build_does_without_pandas_and_arrow_knows_it_afterwards(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("https://www.flickr.com/photos/roe-zoe/9900000001/\n")
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, tmp_path], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["False", "2", "1"]
