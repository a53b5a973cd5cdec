"""``demo --optout``: the whole correspondence with a publisher, from the first question to the complaint.

The publisher's answers are invented, and the days lie in the past, so that every term is over in time.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Run = Callable[..., str]


def climb(
    run: Run, say: Callable[[str, str], None], show: Callable[[str], None], photo_ids: list[str]
) -> str:
    """Ask IBM, take its links, ask for erasure, read a partial answer, remind, complain; the folder's path.

    `run` runs a command and shows it, `say` prints a heading, `show` a line. `photo_ids` are two photos of
    the account that the invented publisher says it holds.
    """

    def ago(days: int) -> str:
        return (datetime.now(UTC).astimezone().date() - timedelta(days=days)).isoformat()

    sender = ("--ground", "gdpr", "--name", "Sandy Practice")
    say("1. Ask", "IBM's set has no public index, but the law lets you ask.")
    run("optout", "ask", "ibm-dif", *sender)
    run("optout", "sent", "last", "--on", ago(200))
    say(
        "2. The publisher answers with links",
        "They become an index: the publisher's word, and no more.",
    )
    links = "".join(f"https://www.flickr.com/photo.gne?id={photo_id}\n" for photo_id in photo_ids)
    Path("links.txt").write_text(links, encoding="utf-8")
    show(run("optout", "answer", "ibm-dif-1", "--links", "links.txt", "--on", ago(190)).splitlines()[0])
    say("3. Ask for erasure", "With the link of every photo.")
    run("optout", "draft", "ibm-dif", *sender)
    run("optout", "sent", "last", "--on", ago(185))
    say(
        "4. Read the answer",
        "The tool suggests what the answer means; you confirm or correct it.",
    )
    Path("answer.txt").write_text(
        "We have removed 1 of the 2 photos; the remaining one could not be found.\n", encoding="utf-8"
    )
    run("optout", "answer", "ibm-dif-2", "--text-file", "answer.txt", "--on", ago(170))
    run("optout", "answer", "ibm-dif-2", "--as", "partly")
    run("optout", "sent", "ibm-dif-2", "--on", ago(165))
    say("5. Remind", "The deadline has passed without an answer.")
    run("optout", "remind", "ibm-dif-2")
    run("optout", "sent", "ibm-dif-2", "--on", ago(140))
    say("6. Complain", "To the authority of your country, in its language where we have it.")
    case = _case(run("optout", "complain", "ibm-dif-2", "--country", "IE", "--format", "json"))
    show(f"A complaint to {case['letters'][-1]['to']}: {case['files'][0]}")
    run("optout", "sent", "ibm-dif-2", "--on", ago(120))
    say("7. The case folder", "Letters, answers, proof and a chronology in one zip.")
    return str(_case(run("optout", "folder", "ibm-dif-2", "--format", "json"))["files"][0])


def _case(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
