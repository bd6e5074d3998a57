"""The matrix of obligations: every law for every action of a saga."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sagacheck.core.storming import Cell, Law, Standing
from sagacheck.storm.bench import Bench, CannotBeginError, Judged, Subject, not_run
from sagacheck.storm.crashing import NotFiredError
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.laws.registry import LAWS

_ABOUT_WORKING = (Law.EFFECT, Law.INVERSE)
"""The laws that are broken when the action does not work at all."""


def cells(bench: Bench, subjects: tuple[Subject, ...], waived: Mapping[str, str], only: str = "") -> Iterator[Cell]:
    """Every obligation, decided one by one.

    Args:
        bench: where they are tried.
        subjects: the actions.
        waived: reasons why obligations are not looked at, by name of the cell or of the action.
        only: a text that the name of an obligation must contain.
    """
    for subject in subjects:
        for rule in LAWS:
            cell = decided(bench, subject, rule, waived) if only in f"{subject.action}-{rule.law}" else None
            if cell is not None:
                yield cell


def decided(bench: Bench, subject: Subject, rule: LawRule, waived: Mapping[str, str]) -> Cell | None:
    """One obligation; None if the law makes no sense for the action.

    Args:
        bench: where it is tried.
        subject: the action.
        rule: the law.
        waived: as for `cells`.
    """
    unclaimed = rule.unclaimed(subject)
    if unclaimed is None:
        return None
    cell = Cell(subject.step.name, subject.action, rule.law, Standing.NOT_CLAIMED, why=unclaimed)
    if unclaimed:
        return cell
    reason = waived.get(cell.name) or waived.get(subject.action)
    judged = Judged(Standing.WAIVED, 0, reason) if reason else _tried(bench, subject, rule)
    return Cell(
        cell.step,
        cell.action,
        cell.law,
        judged.standing,
        judged.tried,
        judged.why,
        judged.place,
        judged.evidence,
        _followed(bench, subject, (*rule.builds_on, *judged.builds_on), waived)
        if judged.standing is Standing.VIOLATED
        else None,
    )


def _followed(bench: Bench, subject: Subject, laws: tuple[Law, ...], waived: Mapping[str, str]) -> Law | None:
    """The first of these laws that is violated for the same action.

    They are looked at again, so that one obligation alone comes to the same as all of them.
    """
    bases = (base for base in LAWS if base.law in laws)
    cells = (decided(bench, subject, base, waived) for base in bases)
    return next((cell.law for cell in cells if cell is not None and cell.standing is Standing.VIOLATED), None)


def _tried(bench: Bench, subject: Subject, rule: LawRule) -> Judged:
    try:
        return rule.decide(bench, subject)
    except CannotBeginError as error:
        if error.action == subject.action and rule.law in _ABOUT_WORKING:
            return Judged(Standing.VIOLATED, 1, str(error))
        return not_run(str(error))
    except NotFiredError as error:
        why = error.why or "another execution came to other boundaries than the first one"
        return not_run(f"a crash did not come about: {why}")
