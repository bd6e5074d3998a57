"""What the runner of a CI service would obey in the log of a job, and text in which there is none of it.

The runner of GitHub Actions reads every line that a step prints, on stdout and stderr: `::name ...::` is a command where
a line begins, spaces before it or not, and the older `##[name]` is one wherever it stands (ActionCommand in
https://github.com/actions/runner). A model may be somebody else's, and the names in it with it.
"""

from __future__ import annotations

import re

_JSON = frozenset({"json", "sarif", "gitlab"})
_XML = frozenset({"junit", "svg"})
_AT_THE_BEGINNING = re.compile(r"^(\s*):(?=:)", re.MULTILINE)


def unheeded(text: str, form: str = "text") -> str:
    """The text without a command for the runner; as it is, if there is none in it.

    JSON and XML get escapes, so that their values stay; elsewhere a space comes between, `# #[` and `: :`.

    Args:
        text: what is to be printed.
        form: its format. Of "github", the lines that begin with `::` are commands of ours.
    """
    if form in _JSON:
        return text.replace("##[", "\\u0023#[")
    sharp, colon = ("&#35;#[", "&#58;") if form in _XML else ("# #[", ": ")
    text = text.replace("##[", sharp)
    return text if form == "github" else _AT_THE_BEGINNING.sub(rf"\g<1>{colon}", text)
