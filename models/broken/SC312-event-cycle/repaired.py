"""The office has the desk ask again three times at most, and then gives up."""

from sagacheck import AnyOf, AtLeastOnce, Choreography, Event, Keyed, On, Retry, Service, Step

ask = Step("desk.ask", effect=False, retry=Retry.until_known(), contract=Keyed("order_id"))
again = Event("Again", at_most=3, then="GivenUp")

inquire = Choreography(
    "inquire",
    starts_with="Asked",
    services=[
        Service("desk", On(AnyOf("Asked", again), do=ask, ok="Answered", rejected="Unclear")),
        Service("office", On("Unclear", ok=again)),
    ],
    committed_when="Answered",
    aborted_when="GivenUp",
    delivery=AtLeastOnce(outbox=True),
)
