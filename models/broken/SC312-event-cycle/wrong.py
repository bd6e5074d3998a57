"""The desk asks, the office has it ask again, and so on for ever."""

from sagacheck import AnyOf, AtLeastOnce, Choreography, Event, Keyed, On, Retry, Service, Step

ask = Step("desk.ask", effect=False, retry=Retry.until_known(), contract=Keyed("order_id"))
again = Event("Again")

inquire = Choreography(
    "inquire",
    starts_with="Asked",
    services=[
        Service("desk", On(AnyOf("Asked", again), do=ask, ok="Answered", rejected="Unclear")),
        Service("office", On("Unclear", ok=again)),
    ],
    committed_when="Answered",
    aborted_when="Withdrawn",
    may_arrive=["Withdrawn"],
    delivery=AtLeastOnce(outbox=True),
)
