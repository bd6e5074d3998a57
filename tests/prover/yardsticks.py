"""Systems whose exact numbers of states are known from other tools."""

from __future__ import annotations

from sagacheck.core.system import Every, Progress, Property, Rule, Safety, System, Variable


def two_phase_commit(number: int) -> System:
    """Two-phase commit with so many resource managers, as `TwoPhase` among the TLA+ examples has it."""
    managers = [f"manager {n}" for n in range(number)]
    coordinator = Variable("coordinator", ("init", "done"))
    commit, abort = Variable("Commit", ("unsent", "sent")), Variable("Abort", ("unsent", "sent"))
    state = {m: Variable(m, ("working", "prepared", "committed", "aborted")) for m in managers}
    vote = {m: Variable(f"Prepared of {m}", ("unsent", "sent")) for m in managers}
    heard = {m: Variable(f"heard {m}", ("no", "yes")) for m in managers}
    init = coordinator.is_("init")
    rules = [
        Rule(
            "commit",
            "coordinator",
            Every((init, *(heard[m].is_("yes") for m in managers))),
            (coordinator.becomes("done"), commit.becomes("sent")),
        ),
        Rule("abort", "coordinator", init, (coordinator.becomes("done"), abort.becomes("sent"))),
    ]
    for m in managers:
        working = state[m].is_("working")
        rules += [
            Rule(f"hear {m}", m, init & vote[m].is_("sent"), (heard[m].becomes("yes"),)),
            Rule(f"{m} prepares", m, working, (state[m].becomes("prepared"), vote[m].becomes("sent"))),
            Rule(f"{m} gives up", m, working, (state[m].becomes("aborted"),)),
            Rule(f"{m} commits", m, commit.is_("sent"), (state[m].becomes("committed"),)),
            Rule(f"{m} aborts", m, abort.is_("sent"), (state[m].becomes("aborted"),)),
        ]
    split: list[Property] = [
        Safety(f"{one} and {other} agree", state[one].is_("committed") & state[other].is_("aborted"))
        for one in managers
        for other in managers
        if one != other
    ]
    settled = Every(tuple(state[m].is_("committed", "aborted") for m in managers))
    variables = [coordinator, commit, abort, *(v for m in managers for v in (state[m], vote[m], heard[m]))]
    return System(
        f"two-phase commit of {number}", tuple(variables), tuple(rules), (*split, Progress("all settle", settled))
    )


def parallel_saga(number: int, *, sabotaged: bool = False) -> System:
    """Participants called in parallel, aborted by any failure or timeout and compensated in parallel.

    Messages, once sent, stay: that covers every loss, duplication, delay and reordering.

    Args:
        number: of participants.
        sabotaged: whether the saga ends as aborted as soon as the first participant has been compensated.
    """
    mode = Variable("mode", ("forward", "backward", "committed", "aborted"))
    names = [f"participant {n}" for n in range(number)]
    yes_no = ("no", "yes")
    request = {p: Variable(f"request to {p}", yes_no) for p in names}
    part = {p: Variable(p, ("none", "done", "failed", "undone", "refused")) for p in names}
    good = {p: Variable(f"ok of {p}", yes_no) for p in names}
    bad = {p: Variable(f"no of {p}", yes_no) for p in names}
    undo = {p: Variable(f"compensation to {p}", yes_no) for p in names}
    undone = {p: Variable(f"compensated by {p}", yes_no) for p in names}
    forward, backward = mode.is_("forward"), mode.is_("backward")
    rules: list[Rule] = []
    for p in names:
        open_request = request[p].is_("yes") & part[p].is_("none")
        rules += [
            Rule(f"send to {p}", p, forward & request[p].is_("no"), (request[p].becomes("yes"),)),
            Rule(f"{p} works", p, open_request, (part[p].becomes("done"), good[p].becomes("yes"))),
            Rule(f"{p} fails", p, open_request, (part[p].becomes("failed"), bad[p].becomes("yes"))),
            Rule(f"give up as {p} failed", p, forward & bad[p].is_("yes"), (mode.becomes("backward"),)),
            Rule(f"give up waiting for {p}", p, forward & request[p].is_("yes"), (mode.becomes("backward"),)),
            Rule(f"compensate {p}", p, backward & request[p].is_("yes") & undo[p].is_("no"), (undo[p].becomes("yes"),)),
            Rule(
                f"{p} compensates",
                p,
                undo[p].is_("yes") & undone[p].is_("no"),
                (undone[p].becomes("yes"), part[p].shifts({"done": "undone", "none": "refused"})),
            ),
        ]
    needed = names[:1] if sabotaged else names
    rules += [
        Rule(
            "commit",
            "coordinator",
            Every((forward, *(good[p].is_("yes") for p in names))),
            (mode.becomes("committed"),),
        ),
        Rule(
            "finish",
            "coordinator",
            Every((backward, *(request[p].is_("no") | undone[p].is_("yes") for p in needed))),
            (mode.becomes("aborted"),),
        ),
    ]
    properties: list[Property] = [
        *(Safety(f"{p} is not left behind", mode.is_("aborted") & part[p].is_("done")) for p in names),
        *(Safety(f"{p} is not left out", mode.is_("committed") & ~part[p].is_("done")) for p in names),
        Progress("it ends", mode.is_("committed", "aborted")),
    ]
    own = (v for p in names for v in (request[p], part[p], good[p], bad[p], undo[p], undone[p]))
    return System(f"saga of {number} in parallel", (mode, *own), tuple(rules), tuple(properties))


TWO_PHASE_STATES = (12, 56, 288, 1_568, 8_832, 50_816, 296_448, 1_745_408, 10_340_352, 61_515_776)
"""Distinct states with 1, 2, 3, ... resource managers: TLC, SPIN and a symbolic prototype agree on them."""

TWO_PHASE_TRANSITIONS = (20, 154, 1_146, 8_258, 58_146, 402_306, 2_744_706, 18_507_778, 123_558_402)
"""Transitions with 1, 2, 3, ... resource managers, the initial state counted as one."""

PARALLEL_STATES = {3: 1_127, 4: 10_511, 5: 102_047, 6: 1_008_191, 7: 10_032_767}
"""Distinct states of the parallel saga by its number of participants."""
