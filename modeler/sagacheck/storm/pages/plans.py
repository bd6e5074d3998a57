"""Page: a plan of faults that a saga does not survive."""

from __future__ import annotations

from sagacheck.storm.pages.page import StormPage

PAGES = (
    StormPage(
        code="SC420",
        name="plan-not-survived",
        law=None,
        summary="Under a plan of a few faults, the saga does not come to a legal end.",
        does="""
Plays the whole saga over its handlers while requests and answers are lost, repeated, late or overtaken, participants
refuse and crash: every plan of at most so many faults. In the end the world has to be as some calm run leaves it that
fits what the coordinator believes: what it takes for done is done once, what it takes for undone is not there. Where
calm runs were seen to leave nothing behind of what was done and undone, or refused, alone, the world also has to be as
if that had never been: so one compensation that keeps another from working is found, although it does so in calm runs.
""",
        harm="""
What is told is a way in which money or goods get lost, step by step, with the real handlers.
""",
        example="""
def charge(db, order):
    db.execute("UPDATE accounts SET balance = balance - ?", (order["amount"],))  # the answer is lost: charged again
""",
        instead="""
Read the story up to the first line after which the world is wrong. If an obligation of one of its actions is violated,
too, repair that first. If all hold, the handlers do what they claim, and the saga needs more than they claim: `sagacheck
verify` says what. `sagacheck replay TOKEN MODEL` shows whether it is repaired.
""",
        help="repair what the story shows; `sagacheck replay` plays it again",
    ),
)
