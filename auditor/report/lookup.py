"""A look-up that was published: its root, how many hide together, and what a question costs."""

from dataclasses import asdict
from typing import Any

from auditor.datasets import catalogue
from auditor.lookup import keys
from auditor.lookup.publish import Published
from auditor.text import count, file_size

_NAMES = {
    keys.NSID: "accounts by NSID",
    keys.ALIAS: "accounts by alias",
    keys.PHOTO: "photo ids",
    keys.HASH: "address hashes",
    keys.MD5: "MD5s of originals",
    keys.UNOWNED: "keys of photos without a known owner",
}


def lookup_json(published: Published) -> dict[str, Any]:
    """See ``schemas/datasets-publish.json``."""
    described = published.described
    return {
        "root": published.root,
        "generated_at": described.generated_at,
        "left_out": described.left_out,
        "left_out_unmet": list(published.unmet),
        "datasets": [{"dataset": name, "records": records} for name, records in published.datasets.items()],
        "sections": {name: asdict(section) for name, section in described.sections.items()},
        "files": published.files,
        "bytes": published.bytes,
        "kept": published.kept,
    }


def lookup_text(published: Published, folder: str) -> str:
    """The same for people."""
    described = published.described
    lines = [
        f"{folder}: a look-up of {count(len(published.datasets), 'dataset')} in"
        f" {count(published.files, 'file')} of {file_size(published.bytes)}"
        f" ({published.kept:,} of them were there already)"
    ]
    lines.append(f"  of {', '.join(published.datasets)}")
    if own := [name for name in published.datasets if catalogue.find(name) is None]:
        lines.append(f"Note: lists of your own are among them: {', '.join(own)}.")
        lines.append("--dataset NAME publishes only what you name.")
    for name, section in described.sections.items():
        what = f"  {section.keys:,} {_NAMES[name]}: {count(section.records, 'record')}"
        if name == keys.UNOWNED:
            whole = file_size(section.pages * section.page_bytes)
            lines.append(f"{what}, fetched whole: {whole}")
        else:
            lines.append(
                f"{what}; {section.least_keys:,} or more behind each prefix, pages of"
                f" {file_size(section.page_bytes)}"
            )
    if described.left_out:
        lines.append(f"  left out: {count(described.left_out, 'person or photo', 'people or photos')}")
    if published.unmet:
        lines.append(f"  of these, in none of the indexes: {', '.join(published.unmet)}")
    for name in (keys.NSID, keys.ALIAS):
        small = described.sections.get(name)
        if small and small.least_keys < keys.LEAST_OWNERS:
            lines.append(
                f"Warning: it holds only {small.keys:,} {_NAMES[name]}. A host learns that whoever asks by it"
                f" means one of {small.least_keys:,} of them, or nobody in it."
            )
    lines += [
        f"Root: {published.root}",
        "Give it to your users by another channel: with it after # in the address, no file can be swapped.",
    ]
    return "\n".join(lines)
