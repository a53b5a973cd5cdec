"""Messages name the ways on by options of the command line; a page says them by what stands on it."""

from typing import Final

AS_IS: Final = "It is that dataset's file, although it does not look like it"
REPLACE: Final = "Put this in its place, even if it holds less than half as much"
ALREADY: Final = "If it is on this computer already"
COLUMN: Final = "Its column with the links or photo ids, if that is not found"

_WORDS: Final = {
    "--as-is takes it anyway": f"To take it anyway, tick “{AS_IS}”",
    "--replace puts the new one in its place": f"To do so, choose “{REPLACE}”",
    "For your own list, name its --column.": "If it is a list of your own, say its column, too.",
    'take them with --column "': 'name their column: "',
    ": flickr-auditor datasets add my-list FILE": ", under a name that you give it",
    " (flickr-auditor datasets add my-list FILE)": "",
    "(or photo ids: --column names it)": "(or photo ids, in a column that you name)",
    "--column NAME says where the links or ids are; --allow-empty builds an index without records anyway.": (
        "If it is a list of your own, say which column holds the links or photo ids."
    ),
    "or build the index anew without --append": "or put the new list in the place of the old one",
    ", unless you type: flickr-auditor undo RUN --unhide": ", unless you tick there that it shall show them",
    ": it is not known whether it was hidden before; to show it, add --unhide to the command undo": (
        ": it is not known whether it was hidden before. On the page of the run you can have it shown again"
    ),
    "Give the folder that holds all zips of your": "Choose all zips of your",
    " (--hide-from-search, --add-tag no_cv, --license all-rights-reserved)": "",
    "Add the case folder: flickr-auditor optout folder ": (
        "Add the case folder, which “All of the case as a zip” below makes: "
    ),
}
"""What a message says → what stands on the page. Where a message was changed its words come through as
they are, and `way_on` of the templates says that they are for a terminal."""


def on_page(text: str) -> str:
    """`text` by the fields of the page, as far as they have what it names."""
    for option, words in _WORDS.items():
        text = text.replace(option, words)
    return text
