"""Loading: what paths hold, each saga once, and whatever models do while they are imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from sagacheck.application.exclusion import Exclusion
from sagacheck.application.loaded import LoadOptions
from sagacheck.application.loading import load
from sagacheck.core.chart import Origin
from sagacheck.core.report import Progress
from tests.application.models import COORDINATOR, DEFINITION, PLAIN_MACHINE, UNDECLARED_END, two_steps, write


def names(*paths: str) -> list[tuple[str, str]]:
    """File and name of every saga that the paths hold; nothing may fail."""
    loading = load(paths)
    assert loading.failures == ()
    return [(saga.file, saga.chart.name) for saga in loading.sagas]


def failure(*paths: str, timeout: float = 10.0) -> str:
    """Where and how loading fails, if it fails once."""
    (only,) = load(paths, LoadOptions(timeout=timeout)).failures
    assert not only.internal
    return f"{only.span or only.file}: {only.message}"


def test_a_model_a_coordinator_and_a_definition_are_loaded() -> None:
    write({"a.py": two_steps(), "b.py": COORDINATOR, "c.asl.json": DEFINITION})
    loading = load((".",))
    assert [(saga.file, saga.chart.origin) for saga in loading.sagas] == [
        ("a.py", Origin.DECLARED),
        ("b.py", Origin.MACHINE),
        ("c.asl.json", Origin.IMPORTED),
    ]
    assert (loading.failures, loading.passed_over, loading.files) == ((), (), 3)


def test_files_come_in_the_order_of_the_paths_and_directories_sorted() -> None:
    for name in ("z/b.py", "z/a.py", "z/c/d.py", "m.py"):
        write({name: two_steps(name)})
    assert [file for file, _ in names("z", "m.py")] == ["z/a.py", "z/b.py", "z/c/d.py", "m.py"]


def test_a_file_that_is_named_twice_is_loaded_once() -> None:
    write({"m/a.py": two_steps()})
    assert names("m", "m/a.py", "./m/../m/a.py") == [("m/a.py", "place-order")]


def test_one_saga_under_two_names_is_one_saga() -> None:
    write({"a.py": two_steps() + "again = place_order\nall_of_them = [place_order]\n"})
    assert names("a.py") == [("a.py", "place-order")]


def test_sagas_in_lists_tuples_and_dicts_are_found() -> None:
    made = "def make(n):\n    return Saga(n, reserve >> charge)\n"
    lists = 'several = [make("b"), make("c")]\npair = (make("d"),)\nby_name = {"e": make("e")}\n'
    write({"a.py": two_steps("a", "first") + made + lists})
    assert [name for _, name in names("a.py")] == ["a", "b", "c", "d", "e"]


def test_two_sagas_of_one_name_in_one_file_are_an_error_that_says_where() -> None:
    write({"a.py": two_steps() + 'other = Saga("place-order", charge)\n'})
    assert failure("a.py") == (
        "a.py:6:9: two different sagas are named 'place-order' (the first one at a.py:5:15); "
        "give one of them another name"
    )


def test_a_saga_belongs_to_the_file_that_defines_it() -> None:
    importing = "import sagacheck\nfrom orders import place_order\n"
    write({"m/again.py": importing, "m/orders.py": two_steps()})
    assert names("m") == [("m/orders.py", "place-order")]
    assert names("m/again.py") == [("m/again.py", "place-order")]
    assert names("m/again.py", "m/orders.py") == [("m/orders.py", "place-order")]


def test_sagas_made_by_a_shared_function_are_different_sagas() -> None:
    factory = "from sagacheck import Saga, Step\ndef make(name):\n    return Saga(name, Step('x'))\n"
    write({"m/make.py": factory, "m/a.py": "import sagacheck\nfrom make import make\na, b = make('a'), make('b')\n"})
    assert names("m") == [("m/a.py", "a"), ("m/a.py", "b")]


def test_spans_name_files_as_the_user_does_even_in_imported_modules(here: Path) -> None:
    write(
        {
            "m/steps.py": two_steps(),
            "m/a.py": "from sagacheck import Saga\nfrom steps import charge\ns = Saga('s', charge)\n",
        }
    )
    (saga,) = load((str(here / "m" / "a.py"),)).sagas
    assert saga.chart.span is not None
    assert saga.chart.span.file == (here / "m" / "a.py").as_posix()
    assert [step.span and step.span.file for step in saga.chart.steps] == ["m/steps.py"]


def test_two_folders_may_each_have_helpers_of_the_same_name() -> None:
    model = "from sagacheck import Saga, Step\nfrom helpers import NAME\ns = Saga(NAME, Step('x'))\n"
    write({"a/m.py": model, "a/helpers.py": "NAME = 'one'", "b/m.py": model, "b/helpers.py": "NAME = 'two'"})
    assert names("a", "b") == [("a/m.py", "one"), ("b/m.py", "two")]


def test_packages_of_the_same_name_in_two_places_do_not_mix() -> None:
    model = "from sagacheck import Saga, Step\nfrom .helpers import NAME\ns = Saga(NAME, Step('x'))\n"
    for place, name in (("a", "one"), ("b", "two")):
        write(
            {
                f"{place}/shop/__init__.py": "",
                f"{place}/shop/m.py": model,
                f"{place}/shop/helpers.py": f"NAME = '{name}'",
            }
        )
    assert names("a", "b") == [("a/shop/m.py", "one"), ("b/shop/m.py", "two")]


def test_loading_leaves_the_process_as_it_was(here: Path) -> None:
    write({"a.py": "import os, helpers_of_a\nos.chdir('/')\n" + two_steps(), "helpers_of_a.py": ""})
    path = list(sys.path)
    assert names("a.py") == [("a.py", "place-order")]
    assert path == sys.path
    assert "helpers_of_a" not in sys.modules
    assert Path.cwd() == here


def test_what_a_model_prints_goes_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    write({"a.py": "import os\nprint('printed')\nos.system('echo by a process')\n" + two_steps()})
    assert names("a.py") == [("a.py", "place-order")]
    out, err = capfd.readouterr()
    assert out == ""
    assert sorted(err.splitlines()) == ["by a process", "printed"]


def test_a_part_of_a_file_or_module_can_be_named() -> None:
    write({"m/a.py": two_steps("a", "first") + "second = Saga('b', charge)\n", "m/__init__.py": ""})
    assert names("m/a.py:second") == [("m/a.py", "b")]
    assert names("m/a.py:b") == [("m/a.py", "b")]
    assert names("m.a:first") == [("m/a.py", "a")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.py:place_ordr", "a.py: a.py has no 'place_ordr'; did you mean place_order?"),
        ("a.py:reserve", "a.py: 'reserve' in a.py is no saga but a Step"),
        ("a.py:nothing.at.all", "a.py: a.py has no 'nothing.at.all'; known: place_order"),
        ("b.py", "b.py: there is no such file or folder"),
        ("b", "b: there is no such file or folder; for a value in a module write module:name"),
        ("no.where:x", "no.where:x: there is no such file, and no module 'no.where' in this folder or installed"),
        ("notes.txt", "notes.txt: is neither a Python file (.py) nor a definition or template"),
        ("c.asl.json:x", "c.asl.json: holds no saga 'x'; known: c"),
        ("\0", "\0: there is no such file or folder"),
        ("", ": there is no such file or folder"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(path: str, expected: str) -> None:
    write({"a.py": two_steps(), "notes.txt": "", "c.asl.json": DEFINITION})
    assert failure(path).startswith(expected)


def test_directories_contribute_what_looks_like_a_model() -> None:
    write(
        {
            "m/a.py": two_steps(),
            "m/b.py": "# sagacheck is great",
            "m/c.json": DEFINITION,
            "m/d.json": '{"embedded": {"StartAt": "A", "States": {}}}',
            "m/e.json": "[]",
            "m/f.txt": "import sagacheck",
            "m/g.py": "import sagacheck",
            "m/h.asl.json": DEFINITION,
        }
    )
    loading = load(("m",))
    assert [saga.file for saga in loading.sagas] == ["m/a.py", "m/c.json", "m/h.asl.json"]
    assert [(passed.file, passed.reason) for passed in loading.passed_over] == [
        ("m/b.py", "does not import sagacheck"),
        ("m/d.json", "is not a Step Functions definition, nor a template with one"),
        ("m/e.json", "is not a Step Functions definition, nor a template with one"),
        ("m/g.py", "defines no saga: no module-level Saga(...), Choreography(...) or SagaMachine class"),
    ]
    assert (loading.failures, loading.files) == ((), 7)


def test_folders_of_tools_and_of_others_are_skipped_unless_named() -> None:
    for folder in (".hidden", "__pycache__", "node_modules", "env"):
        write({f"{folder}/a.py": two_steps(folder)})
    write({"env/pyvenv.cfg": ""})
    assert names(".") == []
    assert names(".hidden", "node_modules") == [(".hidden/a.py", ".hidden"), ("node_modules/a.py", "node_modules")]


def test_links_that_lead_in_circles_are_survived(here: Path) -> None:
    write({"m/n/a.py": two_steps()})
    (here / "m" / "n" / "up").symlink_to(here / "m")
    (here / "m" / "again").symlink_to(here / "m" / "n")
    (here / "m" / "broken.py").symlink_to(here / "gone.py")
    loading = load(("m",))
    assert [saga.file for saga in loading.sagas] == ["m/again/a.py"]
    assert [(passed.file, passed.reason) for passed in loading.passed_over] == [
        ("m/broken.py", "is not a regular file")
    ]


def test_excluded_files_are_still_loaded_when_they_are_named(here: Path) -> None:
    write({"m/a.py": two_steps("a"), "m/broken/b.py": two_steps("b"), "m/broken/deep/c.py": two_steps("c")})
    options = LoadOptions(exclusion=Exclusion(str(here), ("m/broken",)))
    for path, expected in (("m", ["a"]), ("m/broken", ["b", "c"]), ("m/broken/b.py", ["b"]), ("m/broken/deep", ["c"])):
        assert [saga.chart.name for saga in load((path,), options).sagas] == expected


def test_a_file_without_a_saga_is_told_of_as_named_if_it_was() -> None:
    write({"m/a.py": "import sagacheck\n"})
    assert [passed.named for passed in load(("m/a.py",)).passed_over] == [True]
    assert [passed.named for passed in load(("m",)).passed_over] == [False]


def test_a_machine_that_does_not_say_what_it_calls_is_passed_over() -> None:
    write({"a.py": PLAIN_MACHINE})
    (passed,) = load(("a.py",)).passed_over
    assert passed.reason == (
        "Door is a python-statemachine class but no SagaMachine: its states do not say what they call"
    )


def test_profiles_give_a_declared_saga_one_chart_each_and_a_machine_one_in_all() -> None:
    write({"a.py": two_steps(), "b.py": COORDINATOR})
    loading = load(("a.py", "b.py"), LoadOptions(profiles=("strict", "dtm")))
    assert [(saga.file, saga.chart.profile) for saga in loading.sagas] == [
        ("a.py", "strict"),
        ("a.py", "dtm"),
        ("b.py", "as drawn"),
    ]


def test_the_listener_hears_of_every_file_before_it_is_loaded() -> None:
    write({"m/a.py": two_steps("a"), "m/b.py": two_steps("b")})
    heard: list[Progress] = []
    load(("m",), None, heard.append)
    assert heard == [Progress(0, 2, "m/a.py"), Progress(1, 2, "m/b.py")]


def test_an_exception_is_told_by_the_users_own_frames() -> None:
    write({"a.py": "import sagacheck\nfrom helpers import lookup\n\n\ndef f():\n    return lookup('x')\n\n\nf()\n",
           "helpers.py": "def lookup(key):\n    return {}[key]\n"})  # fmt: skip
    assert failure("a.py") == (
        "helpers.py:2:1: KeyError: 'x'\n"
        "  a.py:9, in <module>\n"
        "    f()\n"
        "  a.py:6, in f\n"
        "    return lookup('x')\n"
        "  helpers.py:2, in lookup\n"
        "    return {}[key]"
    )


def test_misuse_is_told_without_frames_of_sagacheck_and_in_its_own_words() -> None:
    write({"a.py": "from sagacheck import Step\n\nx = Step('')\n"})
    text = failure("a.py")
    assert text.startswith("a.py:3:1: ")
    assert "Error" not in text.splitlines()[0]
    assert text.splitlines()[1:] == ["  a.py:3, in <module>", "    x = Step('')"]


def test_a_syntax_error_points_at_the_place() -> None:
    write({"a.py": "import sagacheck\nif True:\n    x = = 1\n"})
    assert failure("a.py") == "a.py:3:9: SyntaxError: invalid syntax\n  a.py:3\n    x = = 1\n        ^"


def test_causes_of_an_exception_are_told() -> None:
    write(
        {
            "a.py": "import sagacheck\ntry:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('no') from error\n"
        }
    )
    assert failure("a.py").splitlines()[-3:] == [
        "  because of ZeroDivisionError: division by zero",
        "  a.py:3, in <module>",
        "    1 / 0",
    ]


def test_a_deep_recursion_is_told_in_a_few_lines() -> None:
    write({"a.py": "import sagacheck\ndef f(n):\n    return f(n + 1)\nf(0)\n"})
    lines = failure("a.py").splitlines()
    assert lines[0].startswith("a.py:3:1: RecursionError")
    assert len(lines) < 25
    assert any("more frames" in line for line in lines)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import sys\nsys.exit(0)", "SystemExit: 0"),
        ("raise SystemExit", "SystemExit"),
        ("raise BaseException('all')", "BaseException: all"),
        ("class Odd(Exception):\n    def __str__(self): return 1/0\nraise Odd", "Odd: (its message cannot be read)"),
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("raise ExceptionGroup('both', [ValueError('a'), TypeError('b')])", "ExceptionGroup: both (2 sub-exceptions)"),
        ("raise GeneratorExit", "GeneratorExit"),
    ],
)
def test_whatever_a_model_raises_is_a_failure_of_the_model(code: str, expected: str) -> None:
    write({"a.py": f"import sagacheck\n{code}\n"})
    assert f": {expected}\n" in failure("a.py") + "\n"


@pytest.mark.parametrize(
    "code",
    [
        "os._exit(0)",
        "try:\n    os._exit(0)\nexcept Exception:\n    pass",
    ],
)
def test_a_model_that_ends_the_process_is_a_failure_and_the_others_are_loaded(code: str) -> None:
    real = os._exit
    write({"m/a.py": f"import os, sagacheck\n{code}\n", "m/b.py": two_steps()})
    loading = load(("m",))
    assert [saga.file for saga in loading.sagas] == ["m/b.py"]
    (only,) = loading.failures
    first, *frames, last = only.message.splitlines()
    assert first == "the model ends the process with os._exit"
    assert frames[-1].strip() == "os._exit(0)"
    assert last == "  help: move that under `if __name__ == '__main__':`"
    assert only.span is not None
    assert only.span.file == "m/a.py"
    assert os._exit is real


def test_a_model_that_ends_the_process_when_it_is_looked_at_is_a_failure() -> None:
    write({"a.py": "import os, sagacheck\ndef __getattr__(name):\n    os._exit(0)\n"})
    assert failure("a.py:place_order").startswith("a.py:3:1: the model ends the process with os._exit")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked there")
def test_a_process_that_a_model_forks_may_end_itself() -> None:
    forking = "import os\nchild = os.fork()\nif not child:\n    os._exit(7)\nstatus = os.waitpid(child, 0)[1]\n"
    write({"a.py": f"{forking}assert os.waitstatus_to_exitcode(status) == 7\n" + two_steps()})
    assert names("a.py") == [("a.py", "place-order")]


def test_ctrl_c_is_no_failure_of_the_model() -> None:
    write({"a.py": "import sagacheck\nraise KeyboardInterrupt\n"})
    with pytest.raises(KeyboardInterrupt):
        load(("a.py",))


@pytest.mark.parametrize(
    "content",
    [b"import sagacheck\nx = '\xff'\n", b"import sagacheck\n\0", b"# coding: nonsense\nimport sagacheck\n"],
)
def test_a_model_that_is_no_text_is_a_failure(content: bytes) -> None:
    write({"m/a.py": content})
    assert failure("m").startswith("m/a.py")


def test_a_definition_that_is_no_text_is_a_failure_that_says_what_to_do() -> None:
    write({"a.asl.json": b'{"x": "\xff"}'})
    assert failure("a.asl.json") == "a.asl.json: is not UTF-8: byte 8 does not belong there; save it as UTF-8"


def test_a_named_file_is_read_as_a_definition_even_if_it_does_not_look_like_one() -> None:
    write({"package.json": '{\n  "name": "x"\n}'})
    assert failure("package.json").startswith("package.json:1:1: ")


@pytest.mark.parametrize(
    "loop",
    [
        "while True:\n    pass",
        "while True:\n    try:\n        while True:\n            x = 1\n    except Exception:\n        pass",
        "import time\ntime.sleep(1e6)",
        "import threading\nthreading.Event().wait()",
    ],
)
def test_a_model_that_never_ends_is_stopped_and_the_others_are_loaded(loop: str) -> None:
    write({"m/a.py": f"import sagacheck\n{loop}\n", "m/b.py": two_steps()})
    loading = load(("m",), LoadOptions(timeout=0.2))
    assert [saga.file for saga in loading.sagas] == ["m/b.py"]
    (only,) = loading.failures
    first, *_, last = only.message.splitlines()
    assert first == "did not finish loading within 0.2 s; it was here:"
    assert last.startswith("  help: move its work under `if __name__ == '__main__':`")
    assert only.span is not None
    assert only.span.file == "m/a.py"


def test_edited_models_are_read_anew() -> None:
    write({"a.py": two_steps("one")})
    assert names("a.py") == [("a.py", "one")]
    write({"a.py": two_steps("two")})
    assert names("a.py") == [("a.py", "two")]


def test_values_that_lie_about_themselves_are_no_sagas() -> None:
    write(
        {
            "a.py": two_steps()
            + "class Liar:\n    @property\n    def __class__(self):\n        raise RuntimeError\nliar = Liar()\n"
        }
    )
    assert names("a.py") == [("a.py", "place-order")]


def test_a_broken_definition_in_a_directory_is_a_failure_and_not_passed_over() -> None:
    write({"m/a.json": '{\n  "StartAt": "A",\n  "States": {'})
    assert failure("m").startswith("m/a.json:3:")


@pytest.mark.parametrize("name", ["a.py", "a.json", "a.asl.json"])
def test_a_file_that_cannot_be_read_is_a_failure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    write({f"m/{name}": ""})
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert failure("m") == f"m/{name}: cannot be read: Permission denied"


def test_bugs_of_ours_while_a_chart_is_drawn_are_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a slip")

    monkeypatch.setattr("sagacheck.authoring.lowering.lower", broken)
    write({"a.py": two_steps(), "b.asl.json": DEFINITION})
    loading = load(("a.py", "b.asl.json"))
    assert [saga.file for saga in loading.sagas] == ["b.asl.json"]
    (only,) = loading.failures
    assert only.internal
    assert only.message == (
        "sagacheck itself failed on saga 'place-order': RuntimeError: a slip\n"
        "  help: this is a bug, not a fault of the model; please report it together with the model; "
        "--traceback tells where it happened"
    )


def test_a_machine_that_cannot_be_charted_is_a_failure_of_the_model() -> None:
    write({"a.py": UNDECLARED_END})
    assert "cannot be checked as it stands" in failure("a.py")


def test_a_saga_and_the_machine_made_from_it_are_one_saga() -> None:
    write({"a.py": two_steps() + "Machine = place_order.machine()\n"})
    assert names("a.py") == [("a.py", "place-order")]
