"""What is guessed of a definition, and what is not."""

from __future__ import annotations

import pytest

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.outcome import Outcome
from sagacheck.core.step import CompensationSpec, Informational
from sagacheck.importers.states_language.words import words_of
from tests.importers.definitions import (
    FAILED,
    SUCCEEDED,
    State,
    catching,
    chart_of,
    edges_from,
    machine,
    parallel,
    passing,
    retrying,
    task,
    unclear,
)


def unwinding(forward: list[tuple[str, str]], backward: list[tuple[str, str]]) -> Chart:
    """A saga of Tasks, by state and function, each of which fails over to the first of those that unwind."""
    states: dict[str, State] = {}
    after = [*(name for name, _ in forward[1:]), "Done"]
    for (name, function), following in zip(forward, after, strict=True):
        states[name] = task(following, function=function, catch=[catching(backward[0][0])])
    after = [*(name for name, _ in backward[1:]), "Failed"]
    for (name, function), following in zip(backward, after, strict=True):
        states[name] = task(following, function=function)
    return chart_of(machine(**states, Done=SUCCEEDED, Failed=FAILED))


def links(chart: Chart) -> dict[str, tuple[str, ...]]:
    """What each compensation undoes."""
    return {node.id: node.steps for node in chart.nodes if isinstance(node, Compensate)}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CancelFlightReservation", ("cancel", "flight", "reservation")),
        ("SendingSMSSuccess", ("sending", "sms", "success")),
        ("refund_payments-now 2", ("refund", "payment", "now", "2")),
        ("RollBackOrder", ("rollback", "order")),
        ("DDBGetItem", ("ddb", "get", "item")),
        ("addresses2Deliveries", ("addresse", "2", "delivery")),
        ("Prüfe Größe", ("prüfe", "größe")),
        ("(?!)", ()),
    ],
)
def test_names_fall_into_words(name: str, words: tuple[str, ...]) -> None:
    assert words == words_of(name)


def test_compensations_are_linked_by_the_nouns_in_their_names() -> None:
    chart = unwinding(
        [
            ("ReserveRoom", ""),
            ("BookBoat", ""),
            ("TakePayment", ""),
            ("ConfirmRoom", ""),
            ("ConfirmBoat", "confirmSailBoatFunction"),
        ],
        [("RefundPayment", ""), ("CancelBookingOfBoat", "cancelSailBoat"), ("ReleaseRooms", "")],
    )
    assert {
        "RefundPayment": ("TakePayment",),
        "CancelBookingOfBoat": ("ConfirmBoat",),
        "ReleaseRooms": ("ReserveRoom", "ConfirmRoom"),
    } == links(chart)
    assert chart.step["BookBoat"].undo is None


def test_one_compensation_may_undo_several_steps_and_says_why() -> None:
    chart = unwinding([("ReserveSeat", ""), ("ConfirmSeat", "")], [("CancelSeat", "")])
    assert {"CancelSeat": ("ReserveSeat", "ConfirmSeat")} == links(chart)
    for name in ("ReserveSeat", "ConfirmSeat"):
        undo = chart.step[name].undo
        assert isinstance(undo, CompensationSpec)
        assert "CancelSeat" == undo.action
        assert undo.inferred is not None
        assert all(word in undo.inferred for word in ("`CancelSeat`", "cancel", "seat", "only after a failure"))


def test_a_compensation_may_fail_and_stay_unknown_whatever_its_retries() -> None:
    states = machine(
        Pay=task("Done", catch=[catching("Refund")]),
        Refund=task("Failed", Retry=[retrying(MaxAttempts=4)], catch=[catching("Stuck", "NoSuchPayment")]),
        Done=SUCCEEDED,
        Failed=FAILED,
        Stuck=FAILED,
    )
    chart = chart_of(states)
    node = chart.node["Refund"]
    assert isinstance(node, Compensate)
    assert (Outcome.OK, Outcome.FAILED, Outcome.UNKNOWN) == node.outcomes
    assert {"ok": "Failed", "failed": "Stuck"} == edges_from(chart, "Refund")
    spec = chart.step["Pay"].compensation
    assert spec is not None
    assert node.outcomes == spec.outcomes
    assert 5 == spec.policy.attempts
    assert "Refund" not in chart.step


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        ("ChargeCard", "RefundCard"),
        ("ChargeCard", "Refund"),
        ("ChargeCard", "RefundCustomer"),
        ("DebitAccount", "CreditAccount"),
        ("ProcessOrder", "UndoOrder"),
        ("reserve-stock", "release_stock"),
        ("ReserveA", "CancelA"),
        ("Step1", "CompensateStep1"),
        ("MakeReservation", "CancelReservation"),
        ("ReserveSeat", "CancelReservation"),
        ("BookHotel", "CancelBooking"),
        ("Transfer money", "Roll back transfer of money"),
        ("CreateBucket", "OnErrorDeleteBucket"),
        ("LockRecord", "UnlockRecord"),
    ],
)
def test_usual_pairs_of_names_are_linked(forward: str, backward: str) -> None:
    assert {backward: (forward,)} == links(unwinding([(forward, "")], [(backward, "")]))


def test_names_of_functions_count_where_names_of_states_say_nothing() -> None:
    prefix = "arn:aws:lambda:eu-west-1:123456789012:function:shop-${stage}-"
    forward = [("First", "book-hotel"), ("Second", "book-car"), ("Third", "book-flight")]
    backward = [("Back", "cancel-car"), ("Further back", "cancel-hotel"), ("Last", "cancel-insurance")]
    chart = unwinding([(name, prefix + function) for name, function in forward], [(n, prefix + f) for n, f in backward])
    assert {"Back": ("Second",), "Further back": ("First",)} == links(chart)
    assert ["Last"] == unclear(chart)


def test_the_function_may_be_the_resource_or_an_argument() -> None:
    definition = machine(
        One={"Type": "Task", "Resource": "${reserveStockFunction.Arn}", "Next": "Two", "Catch": [catching("Back")]},
        Two=task(catch=[catching("Back")], Arguments={"FunctionName": "chargeCard:live"}),
        Back=task("Back 2", Resource="arn:aws:lambda:eu-west-1:1:function:release-stock:7"),
        **{"Back 2": task("Failed", Arguments={"FunctionName": "refundCard"})},
        Failed=FAILED,
    )
    assert {"Back": ("One",), "Back 2": ("Two",)} == links(chart_of(definition))


def test_a_deletion_of_a_service_undoes_what_its_name_says() -> None:
    definition = machine(
        PutOrder=task(Resource="arn:aws:states:::dynamodb:putItem", catch=[catching("CleanOrder")]),
        CleanOrder=task("Failed", Resource="arn:aws:states:::dynamodb:deleteItem"),
        Failed=FAILED,
    )
    assert {"CleanOrder": ("PutOrder",)} == links(chart_of(definition))


def test_what_a_compensation_undoes_is_not_invented() -> None:
    chart = unwinding([("ReserveSeat", ""), ("ChargeCard", "")], [("CancelInsurance", "")])
    assert {} == links(chart)
    assert ["CancelInsurance"] == unclear(chart)
    assert isinstance(chart.node["CancelInsurance"], Call)
    assert (None, None) == (chart.step["ReserveSeat"].undo, chart.step["ChargeCard"].undo)
    assert not chart.step["CancelInsurance"].owes


def test_an_opposite_is_not_enough_where_several_steps_fit_it() -> None:
    assert {} == links(unwinding([("ChargeCard", ""), ("ChargeDeposit", "")], [("RefundCustomer", "")]))


def test_a_task_on_the_way_forward_is_never_a_compensation() -> None:
    chart = chart_of(machine(Lock=task("Work"), Work=task("ReleaseLock"), ReleaseLock=task()))
    assert {} == links(chart)
    assert chart.step["ReleaseLock"].owes


def test_branches_that_unwind_are_compensations_too() -> None:
    undo = parallel(machine(CancelCar=task()), machine(CancelHotel=task()), following="Failed")
    book = parallel(machine(BookCar=task()), machine(BookHotel=task()), catch=[catching("Undo")])
    chart = chart_of(machine(Book=book, Undo=undo, Failed=FAILED))
    assert {"CancelCar": ("BookCar",), "CancelHotel": ("BookHotel",)} == links(chart)


def test_two_states_that_call_one_function_are_one_action() -> None:
    definition = machine(
        BookCar=task("BookHotel", catch=[catching("CancelCarEarly")]),
        BookHotel=task(catch=[catching("CancelCarLate")]),
        CancelCarEarly=task("Failed", function="cancelCar"),
        CancelCarLate=task("Failed", function="cancelCar"),
        Failed=FAILED,
    )
    nodes = [node for node in chart_of(definition).nodes if isinstance(node, Compensate)]
    assert [("CancelCarEarly", ("BookCar",)), ("CancelCarEarly", ("BookCar",))] == [(n.action, n.steps) for n in nodes]


@pytest.mark.parametrize(
    ("resource", "reads"),
    [
        ("arn:aws:states:::dynamodb:getItem", True),
        ("arn:aws-cn:states:::dynamodb:getItem", True),
        ("arn:aws:states:::aws-sdk:dynamodb:query", True),
        ("arn:aws:states:::aws-sdk:dynamodb:batchGetItem", True),
        ("arn:aws:states:::aws-sdk:s3:listObjectsV2", True),
        ("arn:aws:states:::aws-sdk:s3:headObject", True),
        ("arn:aws:states:::aws-sdk:ec2:describeInstances", True),
        ("${DDBGetItem}", True),
        ("${DDBQuery}", True),
        ("${GetItemFunction}", False),
        ("${DDBUpdateItem}", False),
        ("${RunQuery}", False),
        ("arn:aws:states:::dynamodb:updateItem", False),
        ("arn:aws:states:::aws-sdk:s3:putObject", False),
        ("arn:aws:states:::aws-sdk:iot:getterSetter", False),
        ("arn:aws:states:::aws-sdk:any:getThing.waitForTaskToken", False),
        ("arn:aws:lambda:eu-west-1:1:function:getItem", False),
        ("arn:aws:states:eu-west-1:1:activity:getItem", False),
        ("arn:aws:states:::lambda:invoke", False),
    ],
)
def test_only_reading_calls_of_services_are_read_only(resource: str, reads: bool) -> None:  # noqa: FBT001
    step = chart_of(machine(Ask=task(Resource=resource))).step["Ask"]
    assert reads == (not step.effect) == (step.inferred_read_only is not None)


@pytest.mark.parametrize(
    ("name", "resource", "informs"),
    [
        ("Tell", "arn:aws:states:::sns:publish", True),
        ("Tell", "arn:aws:states:::aws-sdk:sesv2:sendEmail", True),
        ("Ask", "arn:aws:states:::sns:publish.waitForTaskToken", False),
        ("NotifyCustomer", "arn:aws:lambda:eu-west-1:1:function:x", True),
        ("SendConfirmationEmail", "${Function}", True),
        ("SendEmail", "arn:aws:states:::lambda:invoke", False),
        ("Tell", "${SendSmsFunction}", True),
        ("Confirmation SMS", "${Function}", True),
        ("PublishStatus", "${Function}", True),
        ("PublishListing", "${Function}", False),
        ("UpdateEmail", "${Function}", False),
        ("VerifyEmailAddress", "${Function}", False),
        ("CancelEmailSubscription", "${Function}", False),
        ("NotifyWarehouse", "arn:aws:states:::sqs:sendMessage", False),
        ("NotifyWarehouse", "arn:aws:states:::events:putEvents", False),
        ("SendMoney", "${Function}", False),
        ("MailboxCreation", "${Function}", False),
    ],
)
def test_only_telling_somebody_something_is_informational(name: str, resource: str, informs: bool) -> None:  # noqa: FBT001
    undo = chart_of(machine(**{name: task(Resource=resource)})).step[name].undo
    assert informs == isinstance(undo, Informational)
    assert not isinstance(undo, Informational) or undo.inferred


def test_what_runs_only_after_a_failure_needs_no_undoing() -> None:
    chart = chart_of(
        machine(
            Pay=task(catch=[catching("SetStatus")]),
            SetStatus=task("Failed", Resource="arn:aws:states:::dynamodb:updateItem"),
            Failed=FAILED,
        )
    )
    undo = chart.step["SetStatus"].undo
    assert isinstance(undo, Informational)
    assert "it is reached only after a failure" == undo.inferred
    assert {"ok": "Failed"} == edges_from(chart, "SetStatus")


def test_another_way_forward_is_a_step_like_any_other() -> None:
    chart = unwinding([("BookTrain", ""), ("Pay", "")], [("CancelTrain", "")])
    assert chart.step["BookTrain"].compensation is not None
    definition = machine(
        BookTrain=task("Pay", catch=[catching("BookBus")]),
        BookBus=task("Pay", catch=[catching("Failed")]),
        Pay=task(catch=[catching("CancelBus")]),
        CancelBus=task("Failed"),
        Failed=FAILED,
    )
    chart = chart_of(definition)
    assert {"CancelBus": ("BookBus",)} == links(chart)
    assert chart.step["BookBus"].owes
    assert chart.step["BookTrain"].undo is None


def test_recording_a_failure_is_no_other_way_forward() -> None:
    chart = chart_of(machine(Pay=task(catch=[catching("LogError")]), LogError=task("Go on"), **{"Go on": passing()}))
    assert not chart.step["LogError"].owes


def test_a_noun_that_all_steps_share_links_nothing() -> None:
    forward = [(f"Thing {'x' * number}", "") for number in range(2, 80)]
    assert {} == links(unwinding(forward, [("CancelThing", "")]))


def test_guesses_do_not_depend_on_the_order_of_the_states() -> None:
    forward = [("ReserveRoom", ""), ("BookBoat", ""), ("ConfirmRoom", "")]
    backward = [("CancelBoat", ""), ("ReleaseRoom", ""), ("NotifyCustomer", "")]
    one = unwinding(forward, backward)
    states = dict(reversed(_states_of(forward, backward).items()))
    other = chart_of(machine("ReserveRoom", **states))
    assert {name: set(steps) for name, steps in links(one).items()} == {n: set(s) for n, s in links(other).items()}
    for step in one.steps:
        assert step.undo == other.step[step.name].undo


def _states_of(forward: list[tuple[str, str]], backward: list[tuple[str, str]]) -> dict[str, State]:
    """The states of `unwinding`, as they are written."""
    states: dict[str, State] = {}
    for tasks, end, catch in ((forward, "Done", [catching(backward[0][0])]), (backward, "Failed", [])):
        for position, (name, function) in enumerate(tasks):
            following = tasks[position + 1][0] if position + 1 < len(tasks) else end
            states[name] = task(following, function=function, catch=catch)
    return {**states, "Done": SUCCEEDED, "Failed": FAILED}
