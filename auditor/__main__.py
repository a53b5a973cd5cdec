"""``python -m auditor`` is the program ``flickr-auditor``."""

from auditor.cli import main

main()
