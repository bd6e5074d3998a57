"""A document that is followed to the letter is caught when it does not say what comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.walkthrough import follow

DOCUMENT = """\
`a folder/notes.txt`:

```text
one
two
```

```diff
--- a folder/notes.txt
 one
-two
+three
```

```console
$ cat 'a folder/notes.txt'
one
three
$ ls nowhere 2> /dev/null
$ echo $?
2
```

```python
raise SystemExit("never run")
```
"""


def test_edits_are_made_and_commands_run_one_after_the_other(tmp_path: Path) -> None:
    said, heard = follow(DOCUMENT, tmp_path)
    assert (1, said) == (len(said), heard)


@pytest.mark.parametrize(("true", "wrong"), [("three\n$", "two\n$"), ("?\n2", "?\n0"), ("+three", "+four")])
def test_what_does_not_come_out_is_noticed(true: str, wrong: str, tmp_path: Path) -> None:
    said, heard = follow(DOCUMENT.replace(true, wrong), tmp_path)
    assert said != heard


def test_an_edit_that_does_not_fit_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="what is to be changed is not there once"):
        follow(DOCUMENT.replace("-two", "-nine"), tmp_path)


def test_times_are_not_compared(tmp_path: Path) -> None:
    said, heard = follow("```console\n$ echo 'done (0.31 s)'\ndone (7.31 s)\n```\n", tmp_path)
    assert said == heard
