"""The commands by what they are for: where each is, its line in ``--help``, and an example of it.

Only names and words, so that listing the commands imports none of them.
"""

from typing import Final, NamedTuple


class Command(NamedTuple):
    """One command of the program."""

    place: str
    """``module.function`` in this package; ``module.register`` for a group of commands."""
    summary: str
    example: str


GROUPS: Final[dict[str, dict[str, Command]]] = {
    "Begin": {
        "review": Command("review.review", "Do everything in your browser.", "review"),
        "demo": Command("demo.demo", "Watch the whole job on invented data.", "demo"),
        "doctor": Command(
            "doctor.doctor", "Show what is set up, what is missing, and how to fix it.", "doctor"
        ),
        "sandbox": Command("sandbox.sandbox", "Run a pretend Flickr to practise on.", "sandbox --photos 500"),
    },
    "Your account": {
        "login": Command("login.login", "Log in to Flickr in the browser.", "login --perms write"),
        "logout": Command("login.logout", "Remove the login from this computer.", "logout"),
        "whoami": Command("login.whoami", "Show the account you are logged in to and its limits.", "whoami"),
        "sync": Command(
            "sync.sync",
            "Pull your photos, or load Flickr's data export.",
            "sync --export ~/Downloads/flickr-data",
        ),
    },
    "Look": {
        "datasets": Command(
            "datasets.register", "List datasets, and get the indexes to match against.", "datasets list"
        ),
        "audit": Command(
            "audit.audit", "Find out which of your photos are in which dataset.", "audit --output report.html"
        ),
        "check": Command(
            "check.check",
            "Look up single photos or people, without a login.",
            "check https://www.flickr.com/photos/someone/6255196340/",
        ),
    },
    "Protect": {
        "plan": Command(
            "plan.plan",
            "Write down exact changes. Nothing is changed yet.",
            "plan --exposed --add-tag no_cv --license all-rights-reserved --out plan.json",
        ),
        "show": Command("plan.show", "Show what a plan would do, photo by photo.", "show last"),
        "apply": Command("apply.apply", "Apply a plan. Run it again to resume.", "apply plan.json"),
        "runs": Command("runs.runs", "List what was applied and undone.", "runs"),
        "verify": Command("runs.verify", "Compare the photos of a run with Flickr.", "verify last"),
        "undo": Command("apply.undo", "Undo the changes of a run.", "undo last --dry-run"),
    },
    "Get out": {
        "optout": Command(
            "optout.register", "Write to publishers, and follow up.", "optout draft ffhq --ground gdpr"
        ),
        "signals": Command(
            "signals.signals", "Show how to opt out of AI use, and who honours it.", "signals"
        ),
    },
    "Shell": {
        "completion": Command(
            "completion.completion", "Print the completion script of your shell.", "completion bash"
        ),
    },
}
"""Heading → command → where it is, in the order of `--help`."""

COMMANDS: Final[dict[str, Command]] = {
    name: command for group in GROUPS.values() for name, command in group.items()
}

_EXAMPLES: Final = {
    "datasets list": "datasets list",
    "datasets info": "datasets info ffhq",
    "datasets add": "datasets add ffhq ffhq-dataset-v2.json",
    "datasets fetch": "datasets fetch --all --faces",
    "datasets update": "datasets update",
    "datasets verify": "datasets verify",
    "datasets remove": "datasets remove coco",
    "datasets export": "datasets export ffhq ffhq.zip",
    "datasets import": "datasets import ffhq.zip",
    "datasets publish": "datasets publish ./packs",
    "optout ask": "optout ask ibm-dif --ground gdpr",
    "optout draft": "optout draft ffhq --ground gdpr --name 'Ada Example'",
    "optout sent": "optout sent last --on 2026-11-21",
    "optout answer": "optout answer last --text-file answer.txt",
    "optout remind": "optout remind last",
    "optout complain": "optout complain last --country de-be",
    "optout close": "optout close last",
    "optout status": "optout status --ics deadlines.ics",
    "optout recheck": "optout recheck last new-index.json",
    "optout file": "optout file answer.eml",
    "optout folder": "optout folder last",
}


def example(name: str) -> str:
    """The last lines of a command's help: how it is typed, on a line that can be copied whole."""
    words = _EXAMPLES.get(name) or COMMANDS[name].example
    return f"\b\nExample:\n  flickr-auditor {words}"
