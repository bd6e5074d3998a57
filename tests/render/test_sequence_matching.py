"""Who sent what: every message that is taken or lost is traced to where it was sent."""

from __future__ import annotations

from hypothesis import given

from sagacheck.core.story import BROKER, Line, Story
from sagacheck.render.sequence.form import Fate, Message, Sequence
from sagacheck.render.sequence.matching import sequence_of
from tests.render.sequence_stories import broken_stories, long_story, stories


def drawn(*lines: Line, wrong: int = 0) -> Sequence:
    return sequence_of(Story(lines, wrong, "so"), "title")


def ways(sequence: Sequence) -> list[tuple[str, str | None, str, int, int, Fate]]:
    """The arrows, with names for lifelines."""
    names = sequence.lifelines
    return [
        (one.text, None if one.sender is None else names[one.sender], names[one.receiver], one.sent, one.ends, one.fate)
        for one in sequence.messages
    ]


def sends(*texts: str) -> Line:
    return Line("coordinator", "sends", sends=tuple(("payment", text) for text in texts))


def takes(text: str) -> Line:
    return Line("payment", "takes", receives=("coordinator", text))


def loses(text: str) -> Line:
    return Line("network", "loses", "loss", loses=("coordinator", "payment", text))


def test_a_message_goes_from_where_it_was_sent_to_where_it_is_taken() -> None:
    assert [("charge", "coordinator", "payment", 1, 2, Fate.ARRIVES)] == ways(drawn(sends("charge"), takes("charge")))


def test_what_is_taken_twice_comes_again_from_the_same_place() -> None:
    expected = [("c", "coordinator", "payment", 1, 2, Fate.ARRIVES), ("c", "coordinator", "payment", 1, 3, Fate.AGAIN)]
    assert expected == ways(drawn(sends("c"), takes("c"), takes("c")))


def test_what_was_sent_again_is_taken_for_the_copy_that_has_not_arrived() -> None:
    sequence = drawn(sends("c"), takes("c"), sends("c, again"), takes("c"))
    assert [(1, 2, Fate.ARRIVES), (3, 4, Fate.AGAIN)] == [way[3:] for way in ways(sequence)]


def test_a_message_that_a_later_one_overtakes_is_late() -> None:
    sequence = drawn(sends("charge"), sends("refund"), takes("refund"), takes("charge"))
    assert {"charge": "late", "refund": ""} == {one.text: one.remark for one in sequence.messages}


def test_a_lost_message_ends_where_it_is_lost_and_the_network_needs_no_lifeline() -> None:
    sequence = drawn(sends("c"), loses("c"), sends("c, again"), takes("c"))
    assert [(1, 2, Fate.LOST), (3, 4, Fate.ARRIVES)] == [way[3:] for way in ways(sequence)]
    assert ("coordinator", "payment") == sequence.lifelines
    assert None is sequence.events[1].lifeline


def test_a_loss_loses_all_copies_that_are_under_way() -> None:
    sequence = drawn(sends("c"), sends("c, again"), loses("c"))
    assert [(1, 3, Fate.LOST), (2, 3, Fate.LOST)] == [way[3:] for way in ways(sequence)]


def test_what_is_lost_without_having_been_sent_happens_on_the_lifeline_of_the_network() -> None:
    sequence = drawn(loses("c"))
    assert ("network",) == sequence.lifelines
    assert (0, ()) == (sequence.events[0].lifeline, sequence.messages)


def test_what_nobody_has_sent_before_comes_from_outside() -> None:
    sequence = drawn(takes("c"), sends("c"))
    expected = [("c", None, "payment", 0, 1, Fate.ARRIVES), ("c", "coordinator", "payment", 2, 0, Fate.UNDER_WAY)]
    assert expected == ways(sequence)


def test_a_broker_takes_an_event_at_once_and_hands_it_on_to_each_who_hears_it() -> None:
    sequence = drawn(
        Line("stock", "publishes", sends=((BROKER, "Reserved"),)),
        Line("payment", "handles", receives=(BROKER, "Reserved")),
        Line("mail", "handles", receives=(BROKER, "Reserved")),
        Line("payment", "handles again", "duplicate", receives=(BROKER, "Reserved")),
    )
    expected = [
        ("Reserved", "stock", BROKER, 1, 0, Fate.TAKEN),
        ("Reserved", BROKER, "payment", 1, 2, Fate.ARRIVES),
        ("Reserved", BROKER, "mail", 1, 3, Fate.ARRIVES),
        ("Reserved", BROKER, "payment", 1, 4, Fate.AGAIN),
    ]
    assert expected == ways(sequence)


def test_a_service_that_is_called_broker_is_a_service_if_it_takes_messages_itself() -> None:
    sequence = drawn(
        Line("coordinator", "sends", sends=((BROKER, "buy"),)), Line(BROKER, "buys", receives=("coordinator", "buy"))
    )
    assert [Fate.ARRIVES] == [one.fate for one in sequence.messages]


def test_lifelines_stand_in_the_order_in_which_they_turn_up() -> None:
    sequence = drawn(
        Line("coordinator", "begins", sends=(("stock", "a"), ("payment", "b"))), takes("b"), Line("mail", "is read")
    )
    assert ("coordinator", "stock", "payment", "mail") == sequence.lifelines


def test_a_coordinator_stands_first_whenever_it_turns_up() -> None:
    assert ("coordinator", "stock") == drawn(Line("stock", "acts"), Line("coordinator", "ends")).lifelines


def test_a_story_without_a_consequence_says_that_nothing_is_wrong() -> None:
    sequence = sequence_of(Story((Line("coordinator", "ends"),), 0, ""), "title")
    assert ("nothing is wrong at the end of this story", False) == (sequence.consequence, sequence.wrong)


@given(stories())
def test_every_line_is_an_event_and_every_message_is_accounted_for(story: Story) -> None:
    sequence = sequence_of(story, "title")
    assert [*range(1, len(story.lines) + 1)] == [event.number for event in sequence.events]
    taken = sorted(one.ends for one in sequence.messages if one.ends and one.fate is not Fate.LOST)
    assert taken == [number for number, line in enumerate(story.lines, 1) if line.receives is not None]
    lost = {one.ends for one in sequence.messages if one.fate is Fate.LOST}
    assert lost == {event.number for event in sequence.events if event.lifeline is None}
    sent = sorted({one.sent for one in sequence.messages} - {0})
    handed_on = {one.sent for one in sequence.messages if one.fate is Fate.TAKEN}
    assert handed_on <= set(sent)
    assert sent == [number for number, line in enumerate(story.lines, 1) if line.sends]
    assert all(_in_order(one) for one in sequence.messages)


def _in_order(message: Message) -> bool:
    """Whether nothing arrives before it is sent, and what comes from outside has no place where it was sent."""
    return (message.sender is None) == (message.sent == 0) and (not message.ends or message.sent < message.ends)


def test_in_the_stories_of_broken_models_nothing_comes_from_outside() -> None:
    assert broken_stories()
    for model, story in broken_stories():
        sequence = sequence_of(story, model)
        assert all(one.sender is not None for one in sequence.messages), model
        assert "network" not in sequence.lifelines, model


def test_a_long_story_delivers_each_copy_once() -> None:
    fates = [one.fate for one in sequence_of(long_story(), "").messages if one.text == "payment.charge"]
    assert [Fate.ARRIVES, *[Fate.AGAIN] * 29] == fates
