"""`# sagacheck: ignore[...]` in Python models."""

from __future__ import annotations

import pytest

from sagacheck.application.check import ProvingOptions
from sagacheck.application.loaded import LoadOptions
from sagacheck.application.storm_profiles import options_of
from sagacheck.application.verify import VerifyOptions, verify
from sagacheck.core.report import Acceptance, Report
from sagacheck.prover.prove import DEFAULT_BUDGET
from tests.application.models import two_steps, write

COMMENT = "# sagacheck: ignore[SC201] counted every night"
MODEL = """\
from sagacheck import Saga, Step

reserve = Step("inventory.reserve"){behind}
charge = Step("payment.charge", compensation="payment.refund")
checkout = Saga("checkout", reserve >> charge)
"""


def report_on(files: dict[str, str | bytes], *paths: str, prove: bool = False) -> Report:
    """What is found in models."""
    write(files)
    proving = ProvingOptions(DEFAULT_BUDGET) if prove else None
    return verify(VerifyOptions(paths or (".",), LoadOptions(), proving=proving))


def codes(report: Report) -> list[str]:
    """The codes of the findings that count."""
    assert not report.failures
    return [finding.code for finding in report.findings]


@pytest.mark.parametrize(
    "model",
    [
        MODEL.format(behind=f"  {COMMENT}"),
        MODEL.format(behind=f"  #sagacheck:ignore[ SC999x ,SC201]{COMMENT[26:]}".replace(" SC999x ,", "")),
        MODEL.format(behind="").replace("reserve =", f"{COMMENT}\nreserve ="),
        MODEL.format(behind="").replace("reserve =", f"{COMMENT}\n# and more\n\nreserve ="),
        MODEL.format(behind="").replace('"inventory.reserve"', f'\n    "inventory.reserve",  {COMMENT}\n'),
        MODEL.format(behind=f"  {COMMENT}").replace("\n", "\r\n"),
        "\ufeff" + MODEL.format(behind=f"  {COMMENT}"),
    ],
    ids=range(7),
)
def test_a_comment_at_the_place_of_a_finding_or_above_it_accepts_it(model: str) -> None:
    report = report_on({"checkout.py": model})
    assert [] == codes(report)
    (accepted,) = report.sagas[0].suppressed
    assert ("SC201", "counted every night", Acceptance.COMMENT) == (
        accepted.finding.code, accepted.reason, accepted.by)  # fmt: skip


@pytest.mark.parametrize(
    "model",
    [
        MODEL.format(behind="").replace('refund")', f'refund")  {COMMENT}'),
        MODEL.format(behind="").replace("\nreserve", f"{COMMENT}\nx = 1\nreserve"),
        MODEL.format(behind="  # sagacheck: ignore[SC202] counted"),
    ],
    ids=range(3),
)  # fmt: skip
def test_a_comment_elsewhere_or_for_another_code_accepts_nothing_and_is_stale(model: str) -> None:
    assert sorted(["SC201", "SC902"]) == sorted(codes(report_on({"checkout.py": model})))


def test_a_comment_may_stand_behind_another_and_name_several_codes() -> None:
    line = 'reserve = Step("inventory.reserve")  # noqa: X  # sagacheck: ignore[SC201] one'
    second = "# sagacheck: ignore[SC202, SC201] two"
    report = report_on({"checkout.py": MODEL.format(behind=f"{line[35:]}  {second}")})
    assert ["SC902"] == codes(report)
    assert ["one; two"] == [accepted.reason for accepted in report.sagas[0].suppressed]
    span = report.findings[0].primary.span
    assert span is not None
    assert second == f"{line}  {second}"[span.column - 1 : span.end_column - 1]


def test_a_comment_in_a_string_is_none() -> None:
    assert ["SC201"] == codes(report_on({"checkout.py": f"text = '{COMMENT}'\n{MODEL.format(behind='')}"}))


def test_a_comment_without_a_reason_accepts_nothing_and_says_so() -> None:
    report = report_on({"checkout.py": MODEL.format(behind="  # sagacheck: ignore[SC201]  ")})
    assert ["SC201", "SC901"] == codes(report)


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# sagacheck: ignore", "is not understood; write `# sagacheck: ignore[SC201] reason`"),
        ("# sagacheck: ignore all of it", "is not understood"),
        ("# sagacheck: ignroe[SC201] x", "is not understood"),
        ("# sagacheck: ignore[] x", "no code is named between the brackets"),
        ("# sagacheck: ignore[SC201,] x", "no code is named between the brackets"),
        ("# sagacheck: ignore[SC2O1] x", "there is no rule 'SC2O1'; did you mean SC"),
        ("# sagacheck: ignore[*] x", "there is no rule '*'"),
    ],
)
def test_a_comment_that_is_not_understood_is_a_failure_with_its_place(comment: str, expected: str) -> None:
    (failure,) = report_on({"checkout.py": MODEL.format(behind=f"  {comment}")}).failures
    assert expected in failure.message
    assert "checkout.py:3:38" == str(failure.span)


def test_a_comment_at_a_step_of_two_sagas_is_stale_only_if_neither_needs_it() -> None:
    shared = MODEL.format(behind=f"  {COMMENT}") + 'second = Saga("second", Step("a", compensation="b") >> reserve)\n'
    assert [] == codes(report_on({"checkout.py": shared}))


def test_a_comment_in_a_module_of_steps_speaks_of_every_saga_that_imports_them() -> None:
    steps = f'from sagacheck import Step\nreserve = Step("inventory.reserve")  {COMMENT}\n'
    model = MODEL.replace("reserve = ", "from steps import reserve  # ").format(behind="")
    sound = 'from sagacheck import Saga, Step\nfrom steps import reserve\nother = Saga("other", reserve)\n'
    files: dict[str, str | bytes] = {"steps.py": steps, "checkout.py": model, "other.py": sound}
    assert [] == codes(report_on(files))
    assert [] == codes(report_on(files, "other.py"))


def test_one_that_is_named_alone_leaves_open_whether_other_sagas_need_the_comment() -> None:
    model = MODEL.format(behind=f"  {COMMENT}") + 'alone = Saga("alone", reserve)\n'
    assert [] == codes(report_on({"checkout.py": model}, "checkout.py:alone"))


def test_what_only_a_proof_finds_is_not_stale_without_one() -> None:
    comment = "# sagacheck: ignore[SC307] being built"
    model = two_steps().replace('release")', f'release")  {comment}').replace('refund")', f'refund")  {comment}')
    files: dict[str, str | bytes] = {"order.py": model}
    assert [] == codes(report_on(files))
    assert [] == codes(report_on(files, prove=True))
    one_step: dict[str, str | bytes] = {"order.py": model.replace(f'refund")  {comment}', 'refund")')}
    assert ["SC307", "SC902"] == sorted(codes(report_on(one_step, prove=True)))


def test_a_choreography_and_a_machine_are_spoken_of_like_a_saga() -> None:
    machine = """\
from sagacheck import Aborted, Call, Committed, SagaMachine, Step, ok, rejected

class Coordinator(SagaMachine):
    reserving = Call(Step("a", compensation="b"), initial=True)  # sagacheck: ignore[SC101] the gateway retries
    shipped, refused = Committed(), Aborted()
    reserved = ok(reserving.to(shipped))
    turned_down = rejected(reserving.to(refused))
"""
    net = """\
from sagacheck import Choreography, On, Service, Step

reserve = Step("inventory.reserve", compensation="inventory.release")
order = Choreography(
    "order", starts_with="Placed", correlated_by="id", committed_when="Reserved", aborted_when="OutOfStock",
    services=[
        Service(
            "inventory",
            On("Placed", do=reserve, ok="Reserved", rejected="OutOfStock"),
            On("Never", undo=reserve, ok="Released", failed="Stuck"),
        ),
    ],
    manual_when={"Stuck": "by hand"},
)
"""
    found = report_on({"net.py": net, "machine.py": machine})
    wrong = [finding for saga in found.sagas for finding in saga.findings if saga.name == "order"]
    lines = net.split("\n")
    for finding in wrong:
        assert finding.primary.span is not None
        lines[finding.primary.span.line - 1] += f"  # sagacheck: ignore[{finding.code}] later"
    assert wrong
    assert [] == [finding.message for finding in report_on({"net.py": "\n".join(lines)}).findings]
    assert 1 == sum(len(saga.suppressed) for saga in found.sagas)


def test_what_a_storm_finds_is_accepted_at_the_handler_wherever_that_stands() -> None:
    handlers = """\
def reserve(db, order):{behind}
    db.execute("INSERT INTO held VALUES (?)", (order["id"],))


def release(db, order):  # sagacheck: ignore[SC401] nothing of the kind
    db.execute("DELETE FROM held WHERE id = ?", (order["id"],))
"""
    model = """\
import sqlite3
from handlers import release, reserve
from sagacheck import Keyed, Saga, Step, Storm


def fresh():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE held (id)")
    return db


hold = Saga("hold", Step(reserve, compensation=release, contract=Keyed("id")))
storm = Storm(hold, world=fresh, example={"id": "o"}, probe=lambda db: db.execute("SELECT * FROM held").fetchall())
"""
    before = stormed({"models/hold.py": model, "models/handlers.py": handlers.format(behind="")})
    at_reserve = {finding.code for finding in before.findings if finding.primary.span is not None
                  and (finding.primary.span.file, finding.primary.span.line) == ("models/handlers.py", 1)}  # fmt: skip
    assert at_reserve
    comment = f"  # sagacheck: ignore[{', '.join(sorted(at_reserve))}] a toy"
    after = stormed({"models/handlers.py": handlers.format(behind=comment)})
    assert at_reserve <= {one.finding.code for saga in after.sagas for one in saga.suppressed}
    stale = [finding.primary.span for finding in after.findings if finding.code == "SC902"]
    assert [("models/handlers.py", 5)] == [(span.file, span.line) for span in stale if span is not None]


def stormed(files: dict[str, str | bytes]) -> Report:
    """What is found in models with a storm over their handlers, but without a proof."""
    write(files)
    report = verify(VerifyOptions((".",), LoadOptions(), storm=options_of("gate")))
    assert not report.failures
    return report
