"""What the user does next about a case, in words, and why a step cannot be taken now."""

from collections.abc import Callable
from datetime import date

from auditor.errors import RefusedError
from auditor.optout.case import Case, CaseState, Kind
from auditor.optout.ladder import (
    Position,
    Step,
    asks_authority,
    can_complain,
    position,
    refuse_closed,
    steps,
)
from auditor.optout.law import LAWS, Escalation

_PROGRAM = "flickr-auditor optout"


def refuse_unless(case: Case, step: Step, today: date) -> None:
    """Raise `RefusedError`, saying why and what comes first, unless `step` can be done now."""
    refuse_closed(case)
    at = position(case, today)
    if step in steps(at):
        return
    law = LAWS[case.ground]
    if step is Step.COMPLAIN and law.escalation is Escalation.NOTHING:
        raise RefusedError(
            f"there is no one to complain to: {law.escalation_note}",
            hint=f"A new request on a law that applies to you: flickr-auditor optout draft {case.dataset}"
            " --ground …; or a notice to a host of copies: --host NAME.",
        )
    raise RefusedError(f"not now: {_why_not(case, at, step)}", hint=next_step(case, today))


def _why_not(case: Case, at: Position, step: Step) -> str:
    if at.all_removed:
        return f"the publisher's newest index holds nothing of case {case.id} any more"
    if case.state is CaseState.DRAFTED:
        return f"the letter of case {case.id} was not sent yet"
    if step is Step.COMPLAIN and at.complained:
        return f"case {case.id} has its complaint already"
    if case.state is CaseState.SENT and case.deadline:
        return f"case {case.id} waits for an answer until {case.deadline.day}"
    return f"case {case.id} was answered"


def next_step(case: Case, today: date) -> str:
    """What the user does next, in a sentence or two."""
    at = position(case, today)
    return _WORDS[steps(at)[0]](case, at)


def _send(case: Case, at: Position) -> str:
    what = {Kind.FOLLOW_UP: "the follow-up letter", Kind.REQUEST: "the letter"}.get(
        at.waiting or Kind.REQUEST, f"the {at.waiting}"
    )
    return f"Read {what}, send it, then: {_PROGRAM} sent {case.id}"


def _wait(case: Case, _: Position) -> str:
    return f"Wait. When an answer comes: {_PROGRAM} answer {case.id} --text-file FILE"


def _say(case: Case, at: Position) -> str:
    if at.answer is None:
        then = f". If it settles the case: {_PROGRAM} close {case.id}"
        return f"Read the answer and say what it means: {_PROGRAM} answer {case.id} --as CLASS{then}"
    return (
        f'The answer looks like "{at.answer}". If so: {_PROGRAM} answer {case.id} --as {at.answer}'
        " (or name another class)"
    )


def _reply(case: Case, at: Position) -> str:
    complain = ""
    if can_complain(at):
        complain = (
            f" Or take the next step: {_PROGRAM} complain {case.id} ({LAWS[case.ground].escalation_note})."
        )
    return f"Write the reply again: {_PROGRAM} answer {case.id} --as {at.answer}.{complain}"


def _remind(case: Case, at: Position) -> str:
    law = LAWS[case.ground]
    complain = f", or complain: {_PROGRAM} complain {case.id} ({law.escalation_note})"
    whom = (
        "Ask the authority about the state of the complaint" if asks_authority(at) else "Remind the publisher"
    )
    return f"{whom}: {_PROGRAM} remind {case.id}{complain if can_complain(at) else ''}"


def _complain(case: Case, _: Position) -> str:
    return (
        f"The reminder was not answered: {_PROGRAM} complain {case.id} ({LAWS[case.ground].escalation_note})"
    )


def _recheck(case: Case, _: Position) -> str:
    return (
        f"Check the publisher's next index: {_PROGRAM} recheck {case.id} FILE."
        f" If the answer settles it: {_PROGRAM} close {case.id}"
    )


_WORDS: dict[Step, Callable[[Case, Position], str]] = {
    Step.SEND: _send,
    Step.WAIT: _wait,
    Step.SAY_WHAT_IT_MEANS: _say,
    Step.REPLY: _reply,
    Step.DRAFT: lambda case, _: f"Ask for removal: {_PROGRAM} draft {case.dataset}",
    Step.REMIND: _remind,
    Step.COMPLAIN: _complain,
    Step.RECHECK: _recheck,
    Step.CLOSE: lambda case, at: (
        f"{'All records are gone' if at.all_removed else 'Nothing more is asked for'}:"
        f" {_PROGRAM} close {case.id}"
    ),
    Step.BEGIN_ANEW: lambda *_: "Nothing: the case is closed.",
}
