"""``signals``: what can be set on Flickr or in files, and who is known to read it."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.output import Format, FormatOption, OutputOption, emit_result, note
from auditor.text import count

ARGUMENTS = "exiftool-arguments.txt"


def signals(
    files: Annotated[
        Path | None,
        typer.Option(
            "--files",
            metavar="DIR",
            help="Write exiftool arguments that put IPTC/PLUS Data Mining into your originals in DIR.",
        ),
    ] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Show what you can signal to makers of datasets, who reads it, and what it does not do."""
    from auditor.report.signals import signals_json, signals_text

    written = None
    if files is not None:
        from auditor.files import writable_file, write_atomic
        from auditor.signals import exiftool_arguments

        lines, pictures = exiftool_arguments(files)
        target = writable_file(Path.cwd() / ARGUMENTS)
        write_atomic(target, "".join(f"{line}\n" for line in lines))
        written = (str(target), pictures)
        note(
            f"Nothing was changed. To write the reservation into {count(pictures, 'picture')}:"
            f" exiftool -@ {shlex.quote(str(target))}"
        )
    emit_result(signals_json(written), signals_text(), format, output)
