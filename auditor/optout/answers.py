"""What a publisher's answer means.

`propose` says what an answer seems to mean, by plain phrases in four languages, and which words made it think
so. It is a proposal: the user confirms or corrects it, and where phrases of two kinds meet, where a promise
or a condition stands in the way, or where nothing is recognised, it says that it is not sure. Quoted parts
are left out first, since they are our own letter.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from auditor.datasets.toml_table import Table
from auditor.optout.case import AnswerClass
from auditor.text import plain

MAX_TEXT = 200_000
"""Characters of an answer that are read; no letter is longer."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an answer seems to mean."""

    meaning: AnswerClass | None
    """None: nothing was recognised."""
    sure: bool
    because: tuple[str, ...]
    """The words that led there."""


def _near(start: str, end: str, *, words: int = 8, without: str = r"not|never|no|cannot") -> str:
    """`start` and `end` within a few words, none of which begins as in `without`."""
    return rf"\b(?:{start})\s(?:(?!(?:{without})\b)[^\s.;!?]+\s){{0,{words}}}?(?:{end})\b"


_DE_NOT = r"nichts?|kein\w*|niemals|teilweise|wenn|falls"
_FR_NOT = r"pas|ne|aucun\w*|rien|si"
_ES_NOT = r"no|si|ningun\w*|ningún|nada"

_REMOVED = (
    _near(r"have|has|were|was|we|i|are", r"removed|deleted|erased|purged|taken (?:out|down)", words=6),
    _near(r"haben|habe|wurden?|sind|ist", r"gelöscht|entfernt|herausgenommen", without=_DE_NOT),
    _near(r"avons|ai|ont été|a été|été", r"supprimée?s?|retirée?s?|effacée?s?", without=_FR_NOT),
    _near(
        r"hemos|he|han sido|ha sido|fueron|se han",
        r"eliminad[oa]s?|eliminado|borrad[oa]s?|retirad[oa]s?|suprimid[oa]s?",
        without=_ES_NOT,
    ),
)


@cache
def _phrases() -> Mapping[str, tuple[str, ...]]:
    """The phrases of ``phrases.toml`` by the name of their table."""
    table = Table.parse((files("auditor.optout") / "phrases.toml").read_text("utf-8"), "phrases.toml")
    return {name: table.table(name).words("phrases") for name in table.names()}


_NEGATION = re.compile(
    r"\b(?:not?|none|nothing|never|neither|cannot|without|don't|didn't|haven't|nichts?|kein\w*|niemals|ohne"
    r"|pas|aucune?|rien|jamais|sans|ningún|ningun[oa]s?|nada|nunca|sin)\b[^.;!?]*$",
    re.IGNORECASE,
)
_NEGATED_ANYWAY = frozenset({AnswerClass.NOTHING_HELD, *(item for item in AnswerClass if item.refuses)})
"""Answers whose own phrases deny something."""
_YIELDING = (AnswerClass.NO_ANSWER, AnswerClass.ELSEWHERE)
"""Said out of politeness in answers of every kind ("thank you for contacting us", "please contact our office
with questions"): they count only where nothing else does."""


def propose(text: str, *, automatic: bool = False) -> Proposal:
    """What the answer `text` seems to mean; `automatic`: its mail says that a program wrote it."""
    words = own_words(text)[:MAX_TEXT]
    phrases = _phrases()
    hits = {
        meaning: found
        for meaning in AnswerClass
        if (found := tuple(_matches(phrases.get(meaning, ()), words)))
    }
    if removed := tuple(_matches(_REMOVED, words)):
        part = tuple(_matches(phrases["part"], words))
        hits[AnswerClass.PARTLY if part else AnswerClass.CONFIRMED] = (*removed, *part)
    refusal = tuple(_matches(phrases["refusal"], words))
    if refusal and not any(meaning.refuses for meaning in hits):
        hits[AnswerClass.REFUSES] = refusal
    if automatic and set(hits) <= set(_YIELDING):
        return Proposal(AnswerClass.NO_ANSWER, sure=True, because=("the mail says that a program wrote it",))
    for meaning in _YIELDING:
        if len(hits) > 1:
            hits.pop(meaning, None)
    if not hits:
        return Proposal(None, sure=False, because=())
    meaning = next(meaning for meaning in _PRIORITY if meaning in hits)
    because = tuple(dict.fromkeys(plain(match[0], 80) for found in hits.values() for match in found))[:6]
    # "Publicly available" alone is a remark; with words of refusal it is the reason of one.
    clear = len(hits) == 1 and not automatic and (not meaning.refuses or bool(refusal))
    return Proposal(meaning, clear and not _doubtful(meaning, hits[meaning], words), because)


def _doubtful(meaning: AnswerClass, matches: tuple[re.Match[str], ...], words: str) -> bool:
    """Whether what was recognised is denied, promised, or tied to a condition."""
    if meaning not in _NEGATED_ANYWAY and any(_NEGATION.search(words[: match.start()]) for match in matches):
        return True
    done = {AnswerClass.CONFIRMED, AnswerClass.PARTLY, AnswerClass.NOTHING_HELD}
    return meaning in done and any(True for _ in _matches(_phrases()["doubt"], words))


_PRIORITY = (
    AnswerClass.IDENTIFICATION,
    AnswerClass.EXTENDS,
    AnswerClass.REFUSES_MINING,
    AnswerClass.REFUSES_RESEARCH,
    AnswerClass.REFUSES_NOT_PERSONAL,
    AnswerClass.REFUSES_NOT_CONTROLLER,
    AnswerClass.REFUSES_PUBLIC,
    AnswerClass.REFUSES,
    AnswerClass.PARTLY,
    AnswerClass.CONFIRMED,
    AnswerClass.NOTHING_HELD,
    AnswerClass.LINKS,
    AnswerClass.ELSEWHERE,
    AnswerClass.NO_ANSWER,
)
"""Which of several is named when it is not sure: what asks the user to act comes first."""


def _matches(rules: tuple[str, ...], text: str) -> Iterator[re.Match[str]]:
    """The first match of each rule."""
    return (match for rule in rules if (match := re.search(rule, text, re.IGNORECASE)))


# How mail programs in four languages begin what they quote.
_QUOTE_BEGINS = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|ursprüngliche nachricht|message d'origine|mensaje original)"
    r"|(?:on|am|le|el)\b.{0,200}(?:wrote|schrieb|a écrit|escribió)\b.*:\s*$"
    r"|(?:from|von|de)\s?:\s.*@.*$)",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """`text` without what it quotes, on one line."""
    kept = []
    for line in text.splitlines():
        if _QUOTE_BEGINS.match(line):
            break
        if not line.lstrip().startswith((">", "|")):
            kept.append(line)
    return " ".join(" ".join(kept).replace("’", "'").split())
