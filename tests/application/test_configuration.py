"""Configuration: what the nearest pyproject.toml settles, and every way to get it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from sagacheck.application.configuration import Configuration, read_configuration
from sagacheck.application.exclusion import Exclusion
from sagacheck.application.refusal import RefusedError
from sagacheck.core.finding import Severity
from tests.application.models import write


def test_without_a_file_nothing_is_settled(here: Path) -> None:
    assert read_configuration(here) == Configuration()


def test_a_file_without_the_table_settles_nothing_and_ends_the_search(here: Path) -> None:
    write({"pyproject.toml": "[tool.sagacheck]\nunroll = 5\n", "inner/pyproject.toml": "[project]\nname = 'x'\n"})
    assert read_configuration(here / "inner") == Configuration(exclusion=Exclusion(str(here / "inner"), ()))
    assert read_configuration(here).unroll == 5


def test_every_key_is_understood(here: Path) -> None:
    write(
        {
            "pyproject.toml": """\
[tool.sagacheck]
paths = ["models", "more/models"]
exclude = ["models/broken", "**/generated"]
profile = ["strict", "dtm"]
fail-on = "warning"
unroll = 3
timeout = 2.5
strict = true
baseline = "accepted.toml"
"""
        }
    )
    expected = Configuration(
        paths=("models", "more/models"),
        exclusion=Exclusion(str(here), ("models/broken", "**/generated")),
        profiles=("strict", "dtm"),
        fail_on=Severity.WARNING,
        unroll=3,
        timeout=2.5,
        strict=True,
        baseline="accepted.toml",
    )
    assert expected == read_configuration()


def test_paths_are_relative_to_the_file_wherever_the_command_runs(here: Path) -> None:
    write({"pyproject.toml": '[tool.sagacheck]\npaths = ["models"]\n', "a/b/x": ""})
    assert read_configuration(here / "a" / "b").paths == ("../../models",)


def test_a_profile_may_stand_alone() -> None:
    write({"pyproject.toml": '[tool.sagacheck]\nprofile = "temporal"\n'})
    assert read_configuration().profiles == ("temporal",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[project]\nname='x'\n\n[tool.sagacheck]\nunrol = 3\n",
         "pyproject.toml:5: [tool.sagacheck] has no key 'unrol'; did you mean unroll?"),
        ("[tool.sagacheck]\nfail_on = 'error'\n",
         "pyproject.toml:2: [tool.sagacheck] has no key 'fail_on'; did you mean fail-on?"),
        ("[tool.sagacheck]\nzzz = 1\n",
         "pyproject.toml:2: [tool.sagacheck] has no key 'zzz'; known: baseline, budget, exclude, fail-on, paths, profile, prove, strict, timeout, unroll"),
        ("[tool.other]\npaths = 1\n[tool.sagacheck]\npaths = 'models'\n",
         "pyproject.toml:4: tool.sagacheck.paths must be a list of strings, like [\"models\"], not 'models'"),
        ("[tool.sagacheck]\nexclude = [1]\n", "pyproject.toml:2: tool.sagacheck.exclude must be a list of strings"),
        ("[tool.sagacheck]\n'profile' = 'seata'\n",
         "pyproject.toml:2: tool.sagacheck.profile must be one of strict, temporal, dtm, or a list of them, not 'seata'"),
        ("[tool.sagacheck]\nprofile = [{}]\n", "pyproject.toml:2: tool.sagacheck.profile must be one of"),
        ("[tool.sagacheck]\nprofile = []\n", "pyproject.toml:2: tool.sagacheck.profile must be one of"),
        ("[tool.sagacheck]\nfail-on = 'fatal'\n",
         "pyproject.toml:2: tool.sagacheck.fail-on must be one of error, warning, note, not 'fatal'"),
        ("[tool.sagacheck]\nunroll = 0\n", "pyproject.toml:2: tool.sagacheck.unroll must be a whole number from 1 on, not 0"),
        ("[tool.sagacheck]\nbaseline = 1\n", "pyproject.toml:2: tool.sagacheck.baseline must be the name of a file"),
        ("[tool.sagacheck]\nbaselin = 'x'\n",
         "pyproject.toml:2: [tool.sagacheck] has no key 'baselin'; did you mean baseline?"),
        ("[tool.sagacheck]\nstrict = 'yes'\n", "pyproject.toml:2: tool.sagacheck.strict must be true or false, not 'yes'"),
        ("[tool.sagacheck]\nunroll = true\n", "pyproject.toml:2: tool.sagacheck.unroll must be a whole number"),
        ("[tool.sagacheck]\nprove = 'no'\n", "pyproject.toml:2: tool.sagacheck.prove must be true or false, not 'no'"),
        ("[tool.sagacheck]\nbudget = 0\n", "pyproject.toml:2: tool.sagacheck.budget must be a number of seconds above 0"),
        ("[tool.sagacheck]\ntimeout = -1\n", "pyproject.toml:2: tool.sagacheck.timeout must be a number of seconds"),
        ("[tool.sagacheck]\ntimeout = inf\n", "pyproject.toml:2: tool.sagacheck.timeout must be a number of seconds"),
        ("[tool.sagacheck]\ntimeout = nan\n", "pyproject.toml:2: tool.sagacheck.timeout must be a number of seconds"),
        ("tool.sagacheck.unroll = 'x'\n", "pyproject.toml:1: tool.sagacheck.unroll must be a whole number"),
        ("[tool]\nsagacheck = {timeout = 'x'}\n", "pyproject.toml:2: tool.sagacheck.timeout must be a number"),
        ("[tool.sagacheck.paths]\nx = 1\n", "pyproject.toml:1: tool.sagacheck.paths must be a list of strings"),
        ("[tool]\nsagacheck = 3\n", "pyproject.toml: [tool.sagacheck] must be a table"),
        ("[tool.sagacheck\n", "pyproject.toml: is not valid TOML: "),
        ("x = '\ud800'\n", "pyproject.toml: is not valid TOML: "),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_its_line(text: str, expected: str) -> None:
    write({"pyproject.toml": text.encode("utf-8", "surrogatepass")})
    with pytest.raises(RefusedError) as refused:
        read_configuration()
    assert str(refused.value).startswith(expected)


def test_the_file_is_named_as_seen_from_the_working_directory(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"pyproject.toml": "[tool.sagacheck]\nx = 1\n", "a/b": ""})
    monkeypatch.chdir(here / "a")
    with pytest.raises(RefusedError, match=r"^\.\./pyproject\.toml:2: "):
        read_configuration()
