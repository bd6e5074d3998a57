"""What verify says of choreographies."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from sagacheck import AllOf, AnyOf, AtMostOnce, Choreography, ExactlyOnce, On, Service, applied
from sagacheck.application.check import ProvingOptions
from sagacheck.application.choreographies import check_choreography
from sagacheck.application.loaded import LoadOptions
from sagacheck.application.loading import load
from sagacheck.application.refusal import RefusedError
from sagacheck.application.selection import one_saga
from sagacheck.application.verify import VerifyOptions, verify
from sagacheck.authoring.events import Books
from sagacheck.core.finding import Severity
from sagacheck.core.report import SagaReport, Tally, Verdict
from sagacheck.lowering.choreographed.choreography import lowered
from sagacheck.prover.prove import DEFAULT_BUDGET, Budget, prove
from tests.application.models import write
from tests.lowering import choreographies as rows
from tests.prover.explorer import explore

ROWS: dict[str, Callable[[], Choreography]] = {
    "order": rows.order,
    "order, no contracts": partial(rows.order, contract=rows.NONE),
    "circle": rows.circling,
    "circle with a bound": partial(rows.circling, at_most=2),
    "timed by payment": rows.timed_by_payment,
    "timed by inventory": rows.timed_by_inventory,
    "fan": rows.fanned,
    "fan, keyed": partial(rows.fanned, rows.KEYED),
    "refused, any": partial(rows.refused_shipping, both=False),
    "refused, both": partial(rows.refused_shipping, both=True),
    "cancelled by both": rows.cancelled_by_both,
    "cancelled by one": rows.cancelled_by_one,
    "undone twice": rows.undone_twice,
}
PROVING = ProvingOptions(DEFAULT_BUDGET)


def checked(choreography: Choreography, proving: ProvingOptions | None = PROVING) -> SagaReport:
    return check_choreography(choreography.net(), "model.py", proving)


@pytest.mark.parametrize("row", ROWS)
def test_the_prover_counts_the_states_and_finds_the_flaws_of_brute_force(row: str) -> None:
    system = lowered(ROWS[row]().net()).system
    explored = explore(system)
    proof = prove(system)
    assert len(explored.moves) == proof.states
    for result in proof.results:
        expected = explored.broken(result.prop)
        assert expected == (None if result.trace is None else len(result.trace.steps))


@pytest.mark.parametrize("row", ["order", "timed by inventory", "fan", "refused, both", "cancelled by one"])
def test_a_sound_choreography_is_proved(row: str) -> None:
    report = checked(ROWS[row]())
    assert ((), Verdict.PROVED) == (report.findings, report.verdict)


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("circle", ["SC312"]),
        ("undone twice", ["SC301"]),
        ("fan, keyed", ["SC302", "SC302", "SC315"]),
    ],
)
def test_what_is_wrong_is_found_once_for_each_step(row: str, codes: list[str]) -> None:
    report = checked(ROWS[row]())
    assert (codes, Verdict.NOT_PROVED) == ([finding.code for finding in report.findings], report.verdict)


def test_without_a_proof_it_is_checked_and_its_scenarios_are_counted() -> None:
    report = checked(rows.order(), None)
    assert (Verdict.CHECKED, Tally(2, 2, 0), None) == (report.verdict, report.scenarios, report.states)


def test_a_story_tells_which_event_was_lost_and_what_stands() -> None:
    report = checked(rows.order(delivery=AtMostOnce()))
    (finding,) = report.findings
    assert finding.story is not None
    assert "loss" in [line.fault for line in finding.story.lines]
    assert "nobody has said how it ended" in finding.story.consequence
    assert "SC315" == finding.code


def test_without_loss_nothing_is_lost_and_the_report_says_so() -> None:
    report = checked(rows.order(delivery=AtMostOnce()), ProvingOptions(DEFAULT_BUDGET, frozenset({"loss"})))
    assert (Verdict.PROVED, ("loss",)) == (report.verdict, report.without)


def test_what_is_not_decided_in_time_is_inconclusive() -> None:
    report = checked(rows.order(), ProvingOptions(Budget(seconds=0.0)))
    assert (Verdict.INCONCLUSIVE, "it is not decided after 0 s") == (report.verdict, report.why)


MODEL = """\
from sagacheck import AtLeastOnce, Choreography, On, Retry, Service, Step

ask = Step("desk.ask", effect=False, retry=Retry.until_done())
inquire = Choreography(
    "inquire",
    starts_with="Asked",
    services=[Service("desk", On("Asked", do=ask, ok="Answered"))],
    committed_when="Answered",
    delivery=AtLeastOnce(outbox=True),
)
"""


def test_choreographies_are_loaded_from_files_each_once() -> None:
    write({"m/a.py": MODEL, "m/b.py": "from a import inquire\nagain = [inquire]\n"})
    loading = load(("m",))
    assert [("m/a.py", "inquire")] == [(item.file, item.net.name) for item in loading.choreographies]
    report = verify(VerifyOptions(("m/a.py:inquire",), LoadOptions(), proving=PROVING))
    assert [("inquire", Verdict.PROVED)] == [(saga.name, saga.verdict) for saga in report.sagas]


def test_a_command_that_needs_a_chart_says_that_this_is_a_choreography() -> None:
    write({"a.py": MODEL})
    with pytest.raises(RefusedError, match=r"a.py holds a choreography \(inquire\); this command knows orchestrated"):
        one_saga("a.py", None, LoadOptions())


def shop(waits: AllOf | AnyOf | str, guard: Books | None = None) -> Choreography:
    """Charges, and ships when it hears that."""
    ship = rows.shipping()
    return Choreography(
        "shop",
        starts_with="Placed",
        services=[
            Service("payment", On("Placed", do=rows.charging(), ok="Paid", rejected="Declined")),
            Service("shipping", On(waits, do=ship, ok="Shipped", only_if=[guard] if guard is not None else [])),
        ],
        committed_when="Paid",
        aborted_when="Declined",
        observed=["Shipped"],
        delivery=ExactlyOnce(),
    )


@pytest.mark.parametrize(
    "choreography", [shop(AllOf("Paid", "Declined")), shop("Paid", applied(rows.shipping()))], ids=["join", "guard"]
)
def test_a_step_that_no_run_does_is_an_error(choreography: Choreography) -> None:
    report = checked(choreography)
    (finding,) = report.findings
    assert ("SC102", Severity.ERROR, Verdict.NOT_PROVED) == (finding.code, finding.severity, report.verdict)
    assert "`shipping.dispatch` never runs" in finding.message


def test_a_step_that_some_run_does_is_none() -> None:
    codes = [finding.code for finding in checked(shop(AnyOf("Paid", "Late"))).findings]
    assert "SC102" not in codes
    assert "SC102" not in [finding.code for finding in checked(shop("Paid")).findings]


def test_a_compensation_that_no_run_needs_is_a_warning() -> None:
    reserve = rows.reserving()
    inventory = Service(
        "inventory",
        On("Placed", do=reserve, ok="Reserved", rejected="OutOfStock"),
        On(AllOf("Reserved", "OutOfStock"), undo=reserve, ok="Released"),
    )
    choreography = Choreography(
        "shop",
        starts_with="Placed",
        services=[inventory],
        committed_when="Reserved",
        aborted_when=AnyOf("OutOfStock", "Released"),
        delivery=ExactlyOnce(),
    )
    report = checked(choreography)
    assert [("SC102", Severity.WARNING)] == [(one.code, one.severity) for one in report.findings]
    assert report.verdict is Verdict.PROVED


def test_what_stops_although_no_event_is_lost_is_not_helped_by_an_outbox() -> None:
    reserve = rows.reserving(refusable=True)
    inventory = Service(
        "inventory",
        On("Placed", do=reserve, ok="Reserved"),
        On("Cancelled", undo=reserve, ok="Released"),
    )

    def stopping(delivery: AtMostOnce | ExactlyOnce) -> str:
        choreography = Choreography(
            "shop",
            starts_with="Placed",
            services=[inventory],
            committed_when="Shipped",
            aborted_when="Released",
            may_arrive=["Cancelled", "Shipped"],
            observed=["Reserved"],
            delivery=delivery,
        )
        return next(finding.help for finding in checked(choreography).findings if finding.code == "SC315")

    assert "publish every outcome" in stopping(ExactlyOnce())
    assert "AtLeastOnce(outbox=True)" in stopping(AtMostOnce())
