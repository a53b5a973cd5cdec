"""A pretend Flickr on loopback, for practice and tests: OAuth 1.0a, and the REST methods we call."""

from auditor.sandbox.account import Account
from auditor.sandbox.generate import make_account
from auditor.sandbox.records import Rules
from auditor.sandbox.server import Sandbox

__all__ = ["Account", "Rules", "Sandbox", "make_account"]
