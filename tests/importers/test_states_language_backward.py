"""Which Tasks are compensations where a Choice leads to them, or where several states call one function."""

from __future__ import annotations

import pytest

from sagacheck.core.chart import Call, Chart, Choice, Compensate
from sagacheck.core.step import Informational
from tests.importers.definitions import (
    FAILED,
    SUCCEEDED,
    State,
    catching,
    chart_of,
    machine,
    passing,
    task,
    unclear,
)

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"


def asking(answer: str, default: str) -> State:
    """A Choice that leads to `answer` for a large amount."""
    rule = {"Variable": "$.amount", "NumericGreaterThan": 1000, "Next": answer}
    return {"Type": "Choice", "Choices": [rule], "Default": default}


def calling(function: str, following: str | None = None, *, catch: str = "") -> State:
    """A Task whose resource is a function; all its errors go to `catch`."""
    return task(following, catch=[catching(catch)] if catch else None, Resource=ARN + function)


def flight(**changed: State) -> Chart:
    """A flight that is booked and, if it costs too much, cancelled again."""
    states = {
        "BookFlight": calling("book-flight", "Approve", catch="CancelFlight"),
        "Approve": asking("CancelFlight", "Booked"),
        "CancelFlight": calling("cancel-flight", "NotBooked", catch="NeedsManual"),
        "Booked": SUCCEEDED,
        "NotBooked": FAILED,
        "NeedsManual": {"Type": "Fail", "Error": "ManualInterventionRequired"},
    }
    return chart_of(machine(**{**states, **changed}))


def links(chart: Chart) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Action and steps of each compensation."""
    return {node.id: (node.action, node.steps) for node in chart.nodes if isinstance(node, Compensate)}


def inferred(chart: Chart, step: str) -> str:
    """How the compensation of a step was inferred."""
    spec = chart.step[step].compensation
    assert spec is not None
    assert spec.inferred is not None
    return spec.inferred


def test_a_choice_may_lead_to_a_compensation_and_the_reason_says_so() -> None:
    chart = flight()
    assert {"CancelFlight": ("CancelFlight", ("BookFlight",))} == links(chart)
    assert {"BookFlight"} == {step.name for step in chart.steps}
    assert (
        "`CancelFlight` is reached only after a failure or an answer of a Choice, no end that succeeds lies behind it, "
        "its name says cancel, and both names say flight" == inferred(chart, "BookFlight")
    )


def test_a_compensation_may_be_reached_by_an_answer_alone() -> None:
    chart = flight(BookFlight=calling("book-flight", "Approve", catch="NotBooked"))
    assert {"CancelFlight": ("CancelFlight", ("BookFlight",))} == links(chart)


def test_behind_an_answer_with_an_end_that_succeeds_a_task_is_a_step() -> None:
    chart = flight(CancelFlight=calling("cancel-flight", "Booked", catch="NeedsManual"))
    assert {} == links(chart)
    assert chart.step["CancelFlight"].owes
    assert chart.step["CancelFlight"].undo is None


def test_a_task_that_every_run_comes_to_is_a_step_though_no_run_succeeds() -> None:
    definition = machine(BookFlight=task("CancelFlight"), CancelFlight=task("NotBooked"), NotBooked=FAILED)
    assert {} == links(chart_of(definition))


def test_what_follows_a_compensation_only_belongs_to_the_unwinding() -> None:
    chart = flight(
        CancelFlight=calling("cancel-flight", "MarkFlight", catch="NeedsManual"), MarkFlight=task("NotBooked")
    )
    undo = chart.step["MarkFlight"].undo
    assert isinstance(undo, Informational)
    assert "it is reached only after a failure or a compensation" == undo.inferred
    assert {"CancelFlight": ("CancelFlight", ("BookFlight",))} == links(chart)


def test_what_is_undone_after_an_answer_is_not_invented() -> None:
    chart = flight(Approve=asking("RevokePassport", "Booked"), RevokePassport=task("NotBooked"))
    assert ["RevokePassport"] == unclear(chart)
    assert isinstance(chart.node["RevokePassport"], Call)
    assert chart.step["RevokePassport"].owes


def test_states_that_call_one_function_are_one_compensation() -> None:
    chart = flight(
        CancelFlight=calling("cancel-flight", "NotBooked", catch="CancelFlightManual"),
        CancelFlightManual=calling("cancel-flight", "NeedsManual", catch="NeedsManual"),
    )
    meaning = ("CancelFlight", ("BookFlight",))
    assert {"CancelFlight": meaning, "CancelFlightManual": meaning} == links(chart)
    spec = chart.step["BookFlight"].compensation
    assert spec is not None
    assert "CancelFlight" == spec.action


@pytest.mark.parametrize("early", [True, False])
def test_a_state_without_a_telling_name_means_what_another_one_with_its_function_means(early: bool) -> None:  # noqa: FBT001
    back = {"Then": calling("f7", "NeedsManual", catch="NeedsManual")}
    undo = {"CancelFlight": calling("f7", "NotBooked", catch="Then")}
    chart = flight(**({**back, **undo} if early else {**undo, **back}))
    meaning = ("CancelFlight", ("BookFlight",))
    assert {"CancelFlight": meaning, "Then": meaning} == links(chart)
    assert inferred(chart, "BookFlight").endswith("; `Then` calls the same as `CancelFlight`")


def test_a_function_may_be_named_by_the_resource_or_by_an_argument() -> None:
    chart = flight(CancelFlight=calling("f7", "NotBooked", catch="Then"), Then=task("NeedsManual", function=ARN + "f7"))
    assert {"CancelFlight", "Then"} == links(chart).keys()


@pytest.mark.parametrize(
    "resource", ["arn:aws:states:::lambda:invoke", "arn:aws:states:::dynamodb:updateItem", "arn:aws:states:::sqs:send"]
)
def test_a_resource_that_names_no_function_tells_nothing(resource: str) -> None:
    chart = flight(
        CancelFlight=task("NotBooked", catch=[catching("Then")], Resource=resource),
        Then=task("NeedsManual", Resource=resource),
    )
    assert {"CancelFlight"} == links(chart).keys()


def test_a_function_computed_at_run_time_tells_nothing() -> None:
    chart = flight(
        CancelFlight=task("NotBooked", function="$.undo", catch=[catching("Then")]),
        Then=task("NeedsManual", function="$.undo"),
    )
    assert {"CancelFlight"} == links(chart).keys()


def test_a_function_that_goes_forward_too_is_told_by_its_input_what_to_do() -> None:
    chart = flight(
        BookFlight=calling("flight", "Approve", catch="CancelFlight"),
        CancelFlight=calling("flight", "NotBooked", catch="Then"),
        Then=calling("flight", "NeedsManual", catch="NeedsManual"),
    )
    assert {"CancelFlight": ("CancelFlight", ("BookFlight",))} == links(chart)
    assert isinstance(chart.node["Then"], Call)


def test_one_function_that_undoes_different_steps_stays_several_actions() -> None:
    definition = machine(
        BookCar=calling("book-car", "BookHotel", catch="CancelCar"),
        BookHotel=calling("book-hotel", catch="CancelHotel"),
        CancelHotel=calling("undo", "CancelCar"),
        CancelCar=calling("undo", "Failed"),
        Failed=FAILED,
    )
    expected = {"CancelHotel": ("CancelHotel", ("BookHotel",)), "CancelCar": ("CancelCar", ("BookCar",))}
    assert expected == links(chart_of(definition))


def test_a_compensation_never_undoes_what_undoes_in_the_same_way() -> None:
    definition = machine(
        LockSeat=task("Work", catch=[catching("Failed")]),
        Work=task("ReleaseSeat", catch=[catching("ReleaseSeatAfterFailure")]),
        ReleaseSeat=task("Done", catch=[catching("ReleaseSeatAfterFailure")]),
        ReleaseSeatAfterFailure=task("Failed"),
        Done=SUCCEEDED,
        Failed=FAILED,
    )
    chart = chart_of(definition)
    assert {"ReleaseSeatAfterFailure": ("ReleaseSeatAfterFailure", ("LockSeat",))} == links(chart)
    assert chart.step["ReleaseSeat"].undo is None


def test_an_undoing_step_may_be_undone_in_another_way() -> None:
    definition = machine(
        DeleteRows=task("Work", catch=[catching("Failed")]),
        Work=task(catch=[catching("RestoreRows")]),
        RestoreRows=task("Failed"),
        Failed=FAILED,
    )
    assert {"RestoreRows": ("RestoreRows", ("DeleteRows",))} == links(chart_of(definition))


def test_an_authorization_is_what_was_authorized() -> None:
    definition = machine(
        AuthorizePayment=task("Settle", catch=[catching("Failed", "Declined"), catching("VoidAuthorization")]),
        Settle=task("Settled?", catch=[catching("VoidAuthorization")]),
        **{"Settled?": asking("VoidAuthorization", "Wait")},
        Wait=passing("Settle"),
        VoidAuthorization=task("Failed", catch=[catching("Failed")]),
        Failed=FAILED,
    )
    assert {"VoidAuthorization": ("VoidAuthorization", ("AuthorizePayment",))} == links(chart_of(definition))


@pytest.mark.parametrize(
    ("name", "informs"),
    [
        ("SendConfirmation", True),
        ("SendBookingConfirmation", True),
        ("BookingSendReceipt", True),
        ("SendConfirmationEmail", True),
        ("ConfirmByMail", True),
        ("Confirm order via SMS", True),
        ("SendReceipt", True),
        ("EmailReceipt", True),
        ("SendInvoiceMail", True),
        ("SendReminders", True),
        ("ConfirmFlight", False),
        ("ConfirmOrder", False),
        ("Confirmation", False),
        ("ConfirmEmail", False),
        ("RegisterByMail", False),
        ("ConfirmAndPayByMail", False),
        ("ChargeCardSendReceipt", False),
        ("SendReceiptAndChargeCard", False),
        ("SendEmailAndShip", False),
        ("CancelReceipt", False),
        ("SendParcel", False),
    ],
)
def test_sending_a_message_is_informational_and_confirming_is_not(name: str, informs: bool) -> None:  # noqa: FBT001
    undo = chart_of(machine(**{name: task(Resource="${Function}")})).step[name].undo
    assert informs == isinstance(undo, Informational)
    assert not isinstance(undo, Informational) or undo.inferred


def test_a_question_about_errors_reads_well() -> None:
    definition = machine(Pay=task(catch=[catching("Late", "States.Timeout")]), Late=FAILED)
    texts = {node.id: node.text for node in chart_of(definition).nodes if isinstance(node, Choice)}
    assert {"Pay?unknown": "which error of Pay (unknown)"} == texts
