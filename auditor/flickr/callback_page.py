"""The small web page that a login shows in the browser; those of the pretend Flickr have the same frame.

It asks for nothing else, follows the browser's light or dark theme, and fits a phone.
"""

import base64
import hashlib
import re
from html import escape
from string import Template
from typing import Final

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src $style; img-src data:">
$next<link rel="icon" href="data:,">
<title>$title · $site</title>
<style>
:root { --back: #f6f5f2; --card: #fff; --ink: #1d1d1b; --soft: #5c5b57; --line: #d9d6cf; --blue: #0b57a4;
  --on-blue: #fff; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --back: #161616; --card: #212120; --ink: #f0eee9; --soft: #b3b0a8; --line: #3d3c39; --blue: #8fc1f5;
    --on-blue: #10202f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--back); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { width: 100%; max-width: 32rem; padding: clamp(1.25rem, 5vw, 2.25rem); background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
.site { margin: 0 0 .5rem; color: var(--soft); font-size: .9375rem; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
main > :last-child { margin-bottom: 0; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button { flex: 1 1 9rem; min-height: 2.875rem; padding: .5rem 1.25rem; border: 1px solid var(--blue);
  border-radius: .5rem; font: inherit; font-weight: 600; cursor: pointer; background: var(--blue);
  color: var(--on-blue); }
button.plain { background: transparent; color: var(--blue); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
code { font: 600 1.5rem/1.4 ui-monospace, monospace; letter-spacing: .04em; user-select: all; }
</style>
</head>
<body>
<main>
<p class="site">$site</p>
<h1>$title</h1>
$inner
</main>
</body>
</html>
""")


def _hash() -> str:
    (style,) = re.findall("<style>(.*)</style>", _PAGE.template, re.DOTALL)
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


STYLE: Final = _hash()
"""The page's one style, as a source of a content security policy."""


def web_page(title: str, inner: str, *, site: str = "flickr-auditor", leads_to: str = "") -> str:
    """The page. `title` and `site` are text; `inner` is markup, what is foreign in it already escaped.

    `leads_to` is a path where the browser goes at once.
    """
    onward = f'<meta http-equiv="refresh" content="0;url={escape(leads_to)}">\n' if leads_to else ""
    return _PAGE.substitute(title=escape(title), inner=inner, site=escape(site), style=STYLE, next=onward)
