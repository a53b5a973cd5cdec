"""``completion``: the script that lets a shell complete commands and options."""

from enum import StrEnum
from typing import Annotated, NoReturn

import typer

from auditor.cli.output import emit

VARIABLE = "_FLICKR_AUDITOR_COMPLETE"
"""Set by the script when the shell asks what could come next."""


class Shell(StrEnum):
    """Shells that the script can be had for."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="bash|zsh|fish", help="Which shell you use.")],
) -> None:
    """Print the completion script of your shell.

    bash: flickr-auditor completion bash >> ~/.bashrc

    zsh: flickr-auditor completion zsh >> ~/.zshrc

    fish: flickr-auditor completion fish > ~/.config/fish/completions/flickr-auditor.fish
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    emit(get_completion_script(prog_name="flickr-auditor", complete_var=VARIABLE, shell=shell.value))


def answer_shell(everything: typer.Typer) -> NoReturn:
    """Tell the shell what could come next; `everything` is the program with all commands."""
    from typer.completion import completion_init  # type: ignore[attr-defined]

    completion_init()
    everything(args=[], prog_name="flickr-auditor")
    raise SystemExit(0)
