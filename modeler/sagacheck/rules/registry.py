"""The list of all rules."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from sagacheck.core.finding import Finding
from sagacheck.rules.rule import Rule
from sagacheck.semantics.analysis import Analysis

_MODULES = (
    "unhandled_outcome",
    "unreachable_state",
    "dead_end",
    "dangling_reference",
    "duplicate_id",
    "shadowed_transition",
    "uncaught_error",
    "unknown_field",
    "missing_compensation",
    "unknown_not_compensated",
    "skipped_compensation",
    "compensation_order",
    "compensated_twice",
    "compensation_of_nothing",
    "unhandled_compensation_failure",
    "dropped_obligation",
    "swallowed_compensation_failure",
    "fallible_after_pivot",
    "pivot_at_aborted_end",
    "swallowed_failure",
    "manual_without_cause",
    "compensation_on_forward_path",
    "cancellation_skips_compensation",
    "undeclared_contract",
    "key_lifetime",
    "repeated_step",
    "intolerant_compensation",
    "unclear_role",
    "swallowed_in_branch",
    "overwritten_data",
    "missing_input",
    "missed_dispatch",
    "execution_timeout",
    "happens_twice",
    "empty_compensation",
    "effect_after_compensation",
    "happens_after_end",
    "end_differs",
    "no_way_to_an_end",
    "needed_contract",
    "unheard_event",
    "unpublished_event",
    "event_cycle",
    "unannounced_end",
    "both_ends",
    "stopped_half_way",
    "marker_without_reason",
    "stale_suppression",
    "expired_entry",
    "stale_entry",
)


def nothing(_analysis: Analysis) -> tuple[Finding, ...]:
    """What a rule finds on a chart that the prover decides: nothing."""
    return ()


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    rules = []
    for name in _MODULES:
        module = import_module(f"sagacheck.rules.{name}")
        page = (module.__doc__ or "").strip()
        rules.append(
            Rule(
                code=module.CODE,
                name=module.NAME,
                severity=module.SEVERITY,
                summary=page.partition("\n")[0],
                page=f"# {module.CODE} {module.NAME}\n\n{page}\n",
                check=getattr(module, "check", nothing),
                obligations=getattr(module, "OBLIGATIONS", ()),
                help=getattr(module, "HELP", ""),
            )
        )
    return tuple(sorted(rules, key=lambda rule: rule.code))
