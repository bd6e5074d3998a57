"""Writes a system as a specification in Promela, so that SPIN can check what sagacheck says of it.

Every rule is one indivisible step of one process with one place to stand at: SPIN's states are those of the system,
one for one, if `-o2` keeps it from leaving out variables that nothing reads. What must never happen SPIN decides
exactly.

That a goal must stay reachable from every state ("AG EF goal") is no property of single runs, and SPIN's questions are.
So it gets three others:

1. Is there a state outside the goal in which no rule without a fault changes anything? Then the property is broken.
2. If not: can rules without a fault that change something go on for ever outside the goal? If they cannot, they come to
   an end, which can only be in the goal: the property holds. If they can, it is open.
3. From how many states can the goal be reached? That decides exactly, with up to the square of the number of states:
   anywhere, a run may note where it is and go on without faults. When it comes to the goal, it forgets everything but
   the note, and fails there once for each different note. The errors are those states.

The language is described in Holzmann, "The SPIN Model Checker", 2003.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sagacheck.core.system import Progress, Property, Rule, System, Variable
from sagacheck.render.promela_names import Names, in_comment
from sagacheck.render.promela_terms import always_changes, assignment, change, comment, condition, definition

_KINDS = {1: "byte", 2: "short", 4: "int"}
_BYTE, _SHORT = 2**8, 2**15
_ROOM_IN_SPIN = 1024
_INSIDE = "\n       "
_THEN = f";{_INSIDE}"

_SAID_OF_STATES = (
    "Every rule is one step of the process `rules`, and every state of the system is one state for SPIN. To count them,"
    " and to look for what must never happen, with the shortest way to it (-o2 counts variables that nothing reads):"
)
_SAID_OF_ERRORS = (
    "`assertion violated !(1)` says that property 1 is broken; with `-c0`, pan goes on after that;"
    " `spin -a -o2 -DPROPERTY=1 model.pml` asks for property 1 alone. The answers are exact, unless pan says"
    " `max search depth too small`: then give it a larger -m."
)
_SAID_OF_GOALS = (
    "That a goal stays reachable is more than SPIN can be asked. The above finds states outside the goal in which"
    " nothing goes on without a fault: the property is broken. If there are none, see whether anything can go on for"
    " ever outside the goal:"
)

_SAID_OF_CYCLES = (
    "No error: the property holds. `acceptance cycle`: open, as there may be a way out of every loop. What is open is"
    " decided by counting, with up to the square of the number of states; the number after -DNOTES is the property's:"
)
_SAID_OF_NOTES = (
    "The errors are the states from which the goal is reachable without a fault. The property holds if those are all"
    " the states that the first search counted."
)

_SWITCHES = """\
#ifdef PROPERTY
#define CHECKED(number) (PROPERTY == number)
#else
#define CHECKED(number) true
#endif
"""
_CALM_SWITCHES = """\
#ifdef NOTES
#define CALM
#endif
#ifdef CALM
bit calm; /* no fault strikes any more */
#define STRIKES !calm
#define USEFUL(changes) (changes)
#else
#define STRIKES true
#define USEFUL(changes) true
#endif
"""
_CALM_BRANCH = """\
#elif defined(CALM)
  :: d_step { !calm -> calm = 1 }
#else
"""
_AFTER_A_GOAL = """\
#ifdef NOTES
  assert(!NOTES)
#endif
"""


def promela(system: System) -> str:
    """The system as a specification for SPIN 6; the same text for the same system.

    Its comments say what to run. Properties have numbers, from 1 in the order of the system; where one is broken SPIN
    says `assertion violated !(number)`. `-DPROPERTY=number` leaves the others out.

    Args:
        system: the system, whose names may hold anything.
    """
    names = Names(system)
    progress = _asks_for_progress(system)
    return "\n".join(
        [
            _introduction(system),
            _SWITCHES + (_CALM_SWITCHES if progress else ""),
            *(_variable(variable, names) for variable in system.variables),
            *([_places_for_notes(system, names)] if progress and system.variables else []),
            *(_question(number, prop, system, names) for number, prop in _numbered(system)),
            _process(system, names),
            *([_claims(system)] if progress else []),
        ]
    )


def _asks_for_progress(system: System) -> bool:
    return any(isinstance(prop, Progress) for prop in system.properties)


def _numbered(system: System) -> Iterable[tuple[int, Property]]:
    return enumerate(system.properties, start=1)


def _introduction(system: System) -> str:
    room = 2 * sum(_size(variable) for variable in system.variables) + 100
    more_room = f" -DVECTORSZ={room}" if room > _ROOM_IN_SPIN else ""
    said = [
        f"The system {in_comment(system.name)}, written by sagacheck. {_SAID_OF_STATES}",
        "    spin -a -o2 model.pml",
        f"    gcc -O2 -w -DSAFETY -DNOREDUCE -DBFS{more_room} -o pan pan.c",
        "    ./pan -m10000000",
        _SAID_OF_ERRORS,
    ]
    goals = [number for number, prop in _numbered(system) if isinstance(prop, Progress)]
    if goals:
        said += [
            _SAID_OF_GOALS,
            "    spin -a -o2 -DCALM model.pml",
            f"    gcc -O2 -w -DNOREDUCE{more_room} -o pan pan.c",
            *(f"    ./pan -a -m1000000 -N reaches_goal_{number}" for number in goals),
            _SAID_OF_CYCLES,
            f"    spin -a -o2 -DNOTES={goals[0]} model.pml",
            f"    gcc -O2 -w -DSAFETY -DNOREDUCE -DBFS{more_room} -o pan pan.c",
            "    ./pan -c0 -m10000000",
            _SAID_OF_NOTES,
        ]
    return comment(said)


def _variable(variable: Variable, names: Names) -> str:
    name, domain = variable.name, variable.domain
    said = f"{in_comment(name)}: {', '.join(map(in_comment, domain))}"
    values = [f"#define {names.values[name, value]} {number}\n" for number, value in enumerate(domain)]
    first = names.values[name, domain[0]]
    return "".join([comment([said]), *values, f"{_KINDS[_size(variable)]} {names.variables[name]} = {first};\n"])


def _places_for_notes(system: System, names: Names) -> str:
    places = [f"{_KINDS[_size(variable)]} {_note(names.variables[variable.name])};\n" for variable in system.variables]
    return "".join(["#ifdef NOTES\n", *places, "#endif\n"])


def _size(variable: Variable) -> int:
    values = len(variable.domain)
    return 1 if values <= _BYTE else 2 if values <= _SHORT else 4


def _question(number: int, prop: Property, system: System, names: Names) -> str:
    name = f"Property {number}, {in_comment(prop.name)}"
    if isinstance(prop, Progress):
        said = f"{name}: from every state, one like this stays reachable by rules without a fault."
        return comment([said]) + definition(f"goal_{number}", condition(prop.goal, system, names))
    broken = condition(prop.broken, system, names)
    if not prop.by:
        return comment([f"{name}: no state is like this."]) + definition(f"broken_{number}", broken)
    said = f"{name}: in no state like this, one of these fires: {', '.join(map(in_comment, prop.by))}."
    firing = " || ".join(f"can_{names.rules[rule]}" for rule in prop.by)
    return comment([said]) + definition(f"broken_{number}", f"({broken}) && ({firing})")


def _process(system: System, names: Names) -> str:
    parts = ["active proctype rules() {\nend:\n  do\n"]
    parts += [_branch(rule, system, names) for rule in system.rules]
    parts += [] if system.rules else ["  :: false -> skip\n"]
    goals = [number for number, prop in _numbered(system) if isinstance(prop, Progress)]
    if goals:
        parts += [
            comment(["Something goes on without a fault:"], "  "),
            definition("goes_on", " || ".join(_goings_on(system, names)) or "false"),
            *_notes(system, names, goals),
            _CALM_BRANCH,
        ]
    for number, prop in _numbered(system):
        wrong = f"!goal_{number} && !goes_on" if isinstance(prop, Progress) else f"broken_{number}"
        parts.append(f"  :: d_step {{ CHECKED({number}) && {wrong} -> assert(!{number}) }}\n")
    ending = ["#endif\n  od\n", _AFTER_A_GOAL] if goals else ["  od\n"]
    return "".join([*parts, *ending, "}\n"])


def _notes(system: System, names: Names, goals: list[int]) -> Iterator[str]:
    """The branches in which a run notes where it is, and in which it forgets all but that note at a goal."""
    variables = [names.variables[variable.name] for variable in system.variables]
    noting = ["calm = 1", *(f"{_note(variable)} = {variable}" for variable in variables)]
    forgetting = [f"{variable} = 0" for variable in variables] or ["skip"]
    reached = " || ".join(f"(NOTES == {number} && goal_{number})" for number in goals)
    yield "#ifdef NOTES\n"
    yield f"  :: d_step {{ !calm ->{_INSIDE}{_THEN.join(noting)} }}\n"
    yield definition("reached", reached)
    yield f"  :: d_step {{ calm && reached ->{_INSIDE}{_THEN.join(forgetting)} }} break\n"


def _note(variable: str) -> str:
    return f"from_{variable.removeprefix('v_')}"


def _branch(rule: Rule, system: System, names: Names) -> str:
    name = names.rules[rule.name]
    fault = f", a fault: {in_comment(rule.fault)}" if rule.fault else ""
    said = f"{in_comment(rule.name)}, by {in_comment(rule.process)}{fault}"
    parts = [comment([said], "  "), definition(f"can_{name}", condition(rule.guard, system, names))]
    first = f"can_{name}"
    if _asks_for_progress(system):
        if rule.fault:
            first += " && STRIKES"
        elif not always_changes(rule, system):
            parts.append(definition(f"changes_{name}", condition(change(rule, system), system, names)))
            first += f" &&{_INSIDE}USEFUL(changes_{name})"
    statements = [lines for update in rule.updates if (lines := assignment(update, system, names))] or [("skip",)]
    body = _THEN.join(_INSIDE.join(lines) for lines in statements)
    return "".join([*parts, f"  :: d_step {{ {first} ->{_INSIDE}{body} }}\n"])


def _goings_on(system: System, names: Names) -> Iterator[str]:
    for rule in system.rules:
        name = names.rules[rule.name]
        if not rule.fault:
            yield f"can_{name}" if always_changes(rule, system) else f"(can_{name} && changes_{name})"


def _claims(system: System) -> str:
    claims = [
        f"ltl reaches_goal_{number} {{ [] <> (goal_{number} || !calm) }}\n"
        for number, prop in _numbered(system)
        if isinstance(prop, Progress)
    ]
    return "".join(["#if defined(CALM) && !defined(NOTES)\n", *claims, "#endif\n"])
