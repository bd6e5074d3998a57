"""A clock gives up after half an hour, while the desk may still answer: both are announced."""

from sagacheck import After, AtLeastOnce, Choreography, On, Retry, Service, Step

look = Step("desk.look", effect=False, retry=Retry.until_done())

inquire = Choreography(
    "inquire",
    starts_with="Asked",
    services=[
        Service("desk", On("Asked", do=look, ok="Answered")),
        Service("clock", On(After("30m", "Asked"), ok="GivenUp")),
    ],
    committed_when="Answered",
    aborted_when="GivenUp",
    delivery=AtLeastOnce(outbox=True),
)
