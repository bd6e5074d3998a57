"""Whoever plays plans, the report is the same; what breaks a saga is kept, replayed first, and written as a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from sagacheck import Storm
from sagacheck.application import storm_plans
from sagacheck.application.storm_saga import StormOptions, prepared, storm_saga
from sagacheck.application.storm_source import StormSource, opened, play_again
from sagacheck.application.written_test import written_test
from sagacheck.core.storming import Blow, Plan, StormReport, Strike
from sagacheck.storm.corpus import keep, kept_plans
from sagacheck.storm.longer import longer_plans
from sagacheck.storm.playing import Played
from sagacheck.storm.spreading import DIED, Spread

MODEL = """
from sagacheck import Barrier, Keyed, Retry, Saga, Step

reserve = Step("stock.reserve", compensation="stock.release", contract={contract})
charge = Step("card.charge", compensation="card.refund", contract=Keyed("id"), retry=Retry.until_known())
buy = Saga("buy", reserve >> charge)
"""


def model(folder: Path, contract: str) -> StormSource:
    path = folder / "buy.py"
    path.write_text(MODEL.format(contract=contract), encoding="utf-8")
    return StormSource(str(path), "buy")


def report(source: StormSource, options: StormOptions) -> StormReport:
    with opened(source) as storm:
        return storm_saga(storm, "buy.py", options)


def quick(source: StormSource, **options: object) -> StormOptions:
    return StormOptions(faults=1, matrix=False, source=source, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("contract", ["Barrier('id')", "None"])
def test_processes_give_the_same_report(tmp_path: Path, contract: str) -> None:
    source = model(tmp_path, contract)
    alone = report(source, quick(source))
    assert alone == report(source, quick(source, workers=2))
    assert (contract == "None") is bool(alone.broken)


def test_a_dask_cluster_gives_the_same_report(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    source = model(tmp_path, "None")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        assert report(source, quick(source)) == report(source, quick(source, dask=cluster.scheduler_address))


def test_a_cluster_that_does_not_answer_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = model(tmp_path, "None")
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install 'sagacheck[dask]'" in report(source, quick(source, dask="tcp://nowhere:1")).errors[0]


def test_without_hypothesis_longer_plans_are_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = model(tmp_path, "Barrier('id')")
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    assert "pip install 'sagacheck[storm]'" in report(source, quick(source, longer=5)).errors[0]


class Dying(ThreadPoolExecutor):
    """Executors the first of which break as a pool does whose process has died."""

    deaths = 0

    def submit(self, *work: object, **more: object) -> Future[list[Played]]:  # type: ignore[override]
        if Dying.deaths:
            Dying.deaths -= 1
            broken: Future[list[Played]] = Future()
            broken.set_exception(BrokenProcessPool("a process died"))
            return broken
        return super().submit(*work, **more)  # type: ignore[arg-type]


def numbered(plans: tuple[Plan, ...]) -> list[Played]:
    return [Played((), (), frozenset(), plan.strikes[0].call) for plan in plans]


@pytest.mark.parametrize("deaths", [0, 1, 5])
def test_a_worker_that_dies_loses_no_plan(deaths: int) -> None:
    Dying.deaths = deaths
    plans = [Plan((Strike(str(number), 1, Blow.LOST),)) for number in range(40)]
    spread = Spread(lambda: Dying(2), numbered, 2, chunk=4)
    went = [one.why for one in spread(plans)]
    spread.stop()
    assert 40 == len(went)
    assert all(one in (str(number), DIED) for number, one in enumerate(went))
    if deaths < 2:
        assert [str(number) for number in range(40)] == went


def test_what_broke_a_saga_is_played_first_and_dropped_when_it_is_survived(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    source = model(tmp_path, "None")
    first = report(source, quick(source, corpus=corpus))
    assert first.broken
    assert {one.plan for one in first.broken} == set(kept_plans(corpus, "buy").plans)
    again = report(source, StormOptions(faults=0, matrix=False, corpus=corpus))
    assert {one.token for one in first.broken} == {one.token for one in again.broken}
    mended = model(tmp_path, "Barrier('id')")
    assert report(mended, StormOptions(faults=0, matrix=False, corpus=corpus)).green
    assert () == kept_plans(corpus, "buy").plans


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "\0",
        '{"format": 2}',
        "[" * 60_000,
        '{"format": 1, "saga": "no", "plan": "calm"}',
        '{"format": 1, "saga": "buy", "plan": "a:b"}',
    ],
)
def test_a_hostile_file_in_the_corpus_is_named_and_skipped(tmp_path: Path, text: str) -> None:
    keep(tmp_path, "buy", Plan(), "for the test")
    (tmp_path / "buy" / "bad.json").write_text(text, encoding="utf-8")
    (tmp_path / "buy" / "link.json").symlink_to("/dev/zero")
    kept = kept_plans(tmp_path, "buy")
    assert (Plan(),) == kept.plans
    assert ["bad.json", "link.json"] == [problem.split(" ")[0] for problem in kept.problems]


@pytest.mark.parametrize("saga", ["../up", "/etc", "", "a" * 500, "é\ud800", ".."])
def test_no_name_of_a_saga_leads_out_of_the_corpus(tmp_path: Path, saga: str) -> None:
    path = keep(tmp_path / "corpus", saga, Plan(), "for the test")
    assert (tmp_path / "corpus").resolve() in path.resolve().parents
    assert (Plan(),) == kept_plans(tmp_path / "corpus", saga).plans
    assert saga == json.loads(path.read_text(encoding="utf-8"))["saga"]


def test_a_plan_as_a_test_file_fails_until_the_saga_is_mended(tmp_path: Path) -> None:
    source = model(tmp_path, "None")
    broken = report(source, quick(source)).broken[0]
    target = tmp_path / "tests" / "test_plan.py"
    target.parent.mkdir()
    target.write_text(written_test(source, broken.token, target), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(target)]
    environment = dict(os.environ)
    failing = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert 1 == failing.returncode
    assert f"buy does not survive {broken.token}" in failing.stdout
    model(tmp_path, "Barrier('id')")
    mended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert 0 == mended.returncode, mended.stdout


def test_a_broken_plan_can_be_played_again_from_its_token(tmp_path: Path) -> None:
    source = model(tmp_path, "None")
    broken = report(source, quick(source)).broken[0]
    assert broken.why == play_again(source, broken.token).why


def test_longer_plans_find_what_needs_three_faults() -> None:
    """Of a saga that only three faults at once break, and hypothesis is given twelve to draw from."""
    known = [Strike(name, 1, Blow.LOST) for name in "abcdefgh"]

    def play(plan: Plan) -> Played:
        struck = {one.call for one in plan.strikes}
        return Played((), (), frozenset(), "broken" if {"a", "c", "e"} <= struck else "")

    found = longer_plans(play, known, seed=1, examples=500)
    assert found.broken is not None
    assert {"a", "c", "e"} == {one.call for one in found.broken[0].strikes}
    assert found == longer_plans(play, known, seed=1, examples=500)


def test_a_budget_that_is_used_up_leaves_plans_and_says_so(tmp_path: Path) -> None:
    source = model(tmp_path, "Barrier('id')")
    stopped = report(source, StormOptions(faults=2, matrix=False, budget=0.0))
    assert stopped.plans is not None
    assert not stopped.plans.complete
    assert not stopped.green


def test_most_broken_plans_are_one_for_each_kind(tmp_path: Path) -> None:
    source = model(tmp_path, "None")
    with opened(source) as storm, prepared(Storm(storm.saga)) as ready:
        found = storm_plans.storm_plans(ready.play, "buy", quick(source))
    assert len(found.broken) == len(
        {(one.why, tuple(line.split(":")[0] for line in one.evidence)) for one in found.broken}
    )
