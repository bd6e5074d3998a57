"""The scripts that `sagacheck completion` prints, in the shells that run them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import run_process
from tests.cli.terminal import at_a_terminal
from tests.wiring.environment import BASH, MODEL, variables

PROGRAMS = Path(sys.executable).parent

# What bash does when a person has typed a line and strikes the key, for a function that `complete -F` has set up.
TYPED = """
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMPREPLY=()
function=$(complete -p sagacheck | sed -E 's/.* -F ([^ ]+) .*/\\1/')
"$function" sagacheck "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def installed(shell: str) -> str:
    """Where a shell is."""
    return shutil.which(shell) or pytest.skip(f"no {shell}")


def script(shell: str) -> str:
    return run_process("completion", shell).stdout.decode()


def in_shell(program: str, lines: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs lines of a shell in a folder, without the files with which it starts."""
    bare = {"bash": ["--noprofile", "--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[Path(program).name]
    return subprocess.run(
        [program, *bare, "-c", lines, *words],
        cwd=folder,
        env=variables(PROGRAMS, XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder), TERM="dumb"),
        capture_output=True,
        text=True,
        check=False,
    )


def completed(folder: Path, *words: str) -> list[str]:
    """What bash offers for a line; its last word is not finished."""
    done = in_shell(BASH, script("bash") + TYPED, "bash", "sagacheck", *words, folder=folder)
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["ver"], ["verify"]),
        (["e"], ["export", "explain"]),
        (["verify", "--forg"], ["--forgetful"]),
        (["verify", "--fail-on", "w"], ["warning"]),
        (["init", "--ci", "git"], ["github", "gitlab"]),
        (["explain", "SC90"], ["SC901", "SC902", "SC903", "SC904"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["nothing", "ver"], ["verify"]),
    ],
    ids=" ".join,
)
def test_bash_completes_commands_options_and_codes(words: list[str], offered: list[str], tmp_path: Path) -> None:
    assert offered == completed(tmp_path, *words)


def test_bash_completes_a_line_that_a_person_types_and_leaves_files_to_itself(tmp_path: Path) -> None:
    (tmp_path / "completion").write_text(script("bash"))
    (tmp_path / "my models.py").write_text(MODEL)
    environment = variables(PROGRAMS, TERM="dumb", PS1="> ", HISTFILE="", INPUTRC="/dev/null")
    line = "sagacheck verify my\\ models.py "
    dialogue = [
        ("> ", f"cd '{tmp_path}' && . ./completion\n"),
        ("> ", "sagacheck ver\t"),
        ("sagacheck verify ", "my\t"),
        (line, "-q --no-pr\t"),
        ("--no-prove ", "&& echo done\n"),
        ("done\n> ", "exit\n"),
    ]
    status, shown = at_a_terminal([BASH, "--noprofile", "--norc", "-i"], dialogue, environment)
    assert (0, True) == (status, "error" not in shown)


def test_fish_completes_too(tmp_path: Path) -> None:
    fish = installed("fish")
    line = "\ncomplete --do-complete 'sagacheck verify --forg'\n"
    done = in_shell(fish, script("fish") + line, folder=tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    assert "--forgetful" == done.stdout.split("\t")[0].strip()


def test_zsh_takes_the_script(tmp_path: Path) -> None:
    zsh = installed("zsh")
    loaded = "autoload -Uz compinit && compinit -D -u\n" + script("zsh") + "\nprint -r -- $_comps[sagacheck]"
    done = in_shell(zsh, loaded, folder=tmp_path)
    assert (0, "", "_sagacheck_completion") == (done.returncode, done.stderr, done.stdout.strip())
