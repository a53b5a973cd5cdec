"""Practice: a pretend Flickr with invented photos, and a home of its own beside the real one.

Nothing in it can reach the real account: the address, key and login are the sandbox's, and they end with it.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from auditor.sandbox import Sandbox, demo_datasets, make_account
from auditor.settings import Secret, Settings

PHOTOS: Final = 400


class Practice:
    """A running sandbox and the settings of somebody who is logged in to it."""

    def __init__(self, real: Settings) -> None:
        self._box = Sandbox(make_account(PHOTOS, hostile=False))
        self._box.__enter__()
        token, secret = self._box.issue_token("write")
        self.settings = replace(
            real,
            home=real.home / "practice",
            flickr_url=self._box.url,
            api_key=Secret(self._box.key),
            api_secret=Secret(self._box.secret),
            oauth_token=Secret(token),
            oauth_token_secret=Secret(secret),
        )

    def publish(self) -> dict[str, Path]:
        """Write look-alikes of publishers' lists that name the sandbox's photos; dataset → file."""
        return demo_datasets.write(self._box.account, self.settings.home / "publishers")

    def end(self) -> None:
        """Stop the sandbox."""
        self._box.__exit__(None, None, None)
