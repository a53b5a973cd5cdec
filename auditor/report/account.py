"""Whose account it is, as JSON and in words."""

from typing import Any

from auditor.account.photo import Account
from auditor.text import plain


def account_json(account: Account) -> dict[str, Any]:
    """Whose account it is, as several results tell it."""
    return {
        "nsid": account.nsid,
        "username": account.username,
        "path_alias": account.path_alias,
        "is_pro": account.is_pro,
    }


def whoami_json(account: Account, permissions: str, calls: int) -> dict[str, Any]:
    """`calls` are the requests that this command sent."""
    return {
        "account": account_json(account),
        "permissions": permissions,
        "limits": {
            "upload_count": account.limits.upload_count,
            "upload_limit": account.limits.upload_limit,
            "upload_limit_status": account.limits.upload_limit_status,
        },
        "calls": calls,
    }


def whoami_text(account: Account, permissions: str) -> str:
    """The account and its limits, a line each."""
    kind = {True: "Pro", False: "free", None: "unknown"}[account.is_pro]
    lines = [
        f"Account      {plain(account.username) or '(no name)'}  {account.nsid}",
        f"Address      https://www.flickr.com/photos/{plain(account.path_alias or account.nsid)}/",
        f"Kind         {kind}",
        f"Permission   {permissions or 'unknown'}",
    ]
    limits = account.limits
    if limits.upload_count is not None:
        of = f" of {limits.upload_limit:,}" if limits.upload_limit else ""
        lines.append(f"Items        {limits.upload_count:,}{of}")
    if account.is_pro is False:
        lines.append("Limits       a free account may hold at most 50 non-public items")
    return "\n".join(lines)
