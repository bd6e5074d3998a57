"""The desk alone decides whether it answers or gives up."""

from sagacheck import AtLeastOnce, Choreography, Keyed, On, Retry, Service, Step

look = Step("desk.look", effect=False, retry=Retry.until_known(), contract=Keyed("order_id"))

inquire = Choreography(
    "inquire",
    starts_with="Asked",
    services=[
        Service("desk", On("Asked", do=look, ok="Answered", rejected="GivenUp")),
    ],
    committed_when="Answered",
    aborted_when="GivenUp",
    delivery=AtLeastOnce(outbox=True),
)
