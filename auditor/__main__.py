"""``python -m auditor`` is the program ``flickr-auditor``."""

from auditor.cli import main

if __name__ == "__main__":  # processes that a build starts import this file too
    main()
