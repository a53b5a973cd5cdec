"""A letter pack on disk: each part as text, Markdown and e-mail, and its links as a table. Private files."""

from collections.abc import Sequence
from pathlib import Path

from auditor.files import private_dir, write_atomic
from auditor.optout.attachments import links_csv
from auditor.optout.eml import email
from auditor.optout.letter import Letter
from auditor.optout.render import Markup, render


def write_pack(letters: Sequence[Letter], folder: Path, *, templates: Path | None = None) -> tuple[Path, ...]:
    """Write all parts into `folder` and return the files' paths.

    Everything is rendered before anything is written. Raises `ConfigurationError` for a template that does
    not work, `StorageError` when `folder` cannot be written.
    """
    contents: dict[str, str | bytes] = {}
    for letter in letters:
        text, markdown = (render(letter, markup, folder=templates) for markup in Markup)
        csv_name, csv = f"links-{letter.part}.csv", links_csv(letter)
        contents[f"letter-{letter.part}.txt"] = f"{text.subject}\n\n{text.body}"
        contents[f"letter-{letter.part}.md"] = f"# {markdown.subject}\n\n{markdown.body}"
        contents[f"letter-{letter.part}.eml"] = email(
            to=letter.card.opt_out.email, subject=text.subject, body=text.body, csv_name=csv_name, csv=csv
        )
        contents[csv_name] = csv
    if not folder.is_dir():  # a folder that the user made keeps its permissions
        private_dir(folder)
    for name, content in contents.items():
        write_atomic(folder / name, content)
    return tuple(folder / name for name in contents)
