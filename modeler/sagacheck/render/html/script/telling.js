// Tells a path: walks the way that its results describe, and keeps the ledger on the way.

const OUTSTANDING = ["maybe", "applied", "undoing"];
const REFUSING = ["maybe", "applied"];
const STANDS = { applied: "is still applied", maybe: "may be applied", undoing: "may or may not be undone" };

function afterCall(status, outcome, settles) {
  if (outcome === "ok") return "applied";
  if (outcome === "rejected") return settles && status === "maybe" ? "none" : status;
  return status === "applied" ? "applied" : "maybe";
}

function afterCompensation(status, outcome) {
  if (!OUTSTANDING.includes(status)) return status;
  if (outcome === "ok") return "undone";
  return outcome === "failed" ? status : "undoing";
}

// `results` maps the number of a record to the numbers of its results, first to last.
function tell(data, results, ending) {
  const start = {
    at: data.start,
    status: data.steps.map(() => "none"),
    called: new Set(),
    tried: new Set(),
    told: new Map(),
    notes: new Map(),
    event: null,
    boxes: [],
    links: [],
  };
  const way = [start];
  const work = [waysOn(data, results, start)];
  while (work.length) {
    const last = way[way.length - 1];
    const allTold = [...results].every(([record, had]) => (last.told.get(record) ?? 0) === had.length);
    if (last.at === ending.at && allTold) return toldPath(data, way, ending);
    const { value, done } = work[work.length - 1].next();
    if (done) {
      work.pop();
      way.pop();
    } else {
      way.push(value);
      work.push(waysOn(data, results, value));
    }
  }
  throw new Error("no path has these results");
}

// Every move from here that agrees with the results.
function* waysOn(data, results, here) {
  for (const [kind, number, result, target, links] of data.moves[here.at]) {
    const place = data.places[number];
    let next = { ...here, at: target, event: null, boxes: place.boxes, links };
    if (kind === "test") {
      const answer = place.test ? answerOf(place.test, here) : (here.notes.get(place.note) ?? false);
      if (answer !== (result === "yes")) continue;
    } else if (kind === "cancellation") {
      if ((place.refused ?? []).some((step) => REFUSING.includes(here.status[step]))) continue;
      next.event = { text: "cancellation", result: "honoured", bad: false, changes: [] };
    } else if (kind !== "silent") {
      next = answered(data, results, next, kind, place, result);
      if (next === null) continue;
    }
    const news = links.flatMap((link) => data.links[link].notes);
    if (news.length) next.notes = new Map([...next.notes, ...news]);
    yield next;
  }
}

function answerOf(test, here) {
  return test.steps.some(
    (step) =>
      test.statuses.includes(here.status[step]) &&
      (!test.called || here.called.has(step)) &&
      (!test.untried || !here.tried.has(step)),
  );
}

// The move, if its result is the next one that the results have for it; else null.
function answered(data, results, next, kind, place, result) {
  const told = next.told.get(place.record) ?? 0;
  const had = results.get(place.record) ?? [];
  const index = place.stable ? 0 : told;
  if (index >= had.length || had[index] !== result) return null;
  next.told = new Map(next.told).set(place.record, index + 1);
  const record = data.records[place.record];
  const outcome = record.results[result];
  const changes = [];
  if (kind === "call" || kind === "compensation") {
    next.status = [...next.status];
    next.called = new Set(next.called);
    next.tried = new Set(next.tried);
    for (const step of place.steps) {
      const before = next.status[step];
      const settles = data.steps[step].settles;
      next.status[step] = kind === "call" ? afterCall(before, outcome, settles) : afterCompensation(before, outcome);
      if (kind === "call") {
        next.called.add(step);
        next.tried.delete(step);
      } else {
        next.tried.add(step);
      }
      changes.push([data.steps[step].text, before, next.status[step]]);
    }
  }
  const worth = changes.filter(([, before, after]) => changes.length === 1 || before !== "none" || after !== "none");
  const bad = kind !== "answer" && outcome !== "ok";
  next.event = { text: record.text, result: outcome, kind, bad, changes: worth };
  return next;
}

function toldPath(data, way, ending) {
  const status = way[way.length - 1].status;
  const settled = ending.kind === "committed" ? ["applied"] : [];
  const steps = way.map((told) => told.event).filter((event) => event !== null);
  const standing = data.steps
    .map((step, number) => [step, status[number]])
    .filter(([step, now]) => step.owes && OUTSTANDING.includes(now) && !settled.includes(now));
  const boxes = way.flatMap((told) => told.boxes);
  const lines = way.flatMap((told) => told.links.flatMap((link) => data.links[link].lines));
  const name = ending.text.toLowerCase();
  const end = name === "" || name === ending.kind ? `end ${ending.kind}` : `end ${ending.kind} (${ending.text})`;
  return {
    kind: ending.kind,
    steps,
    calls: steps.filter((event) => event.kind === "call" || event.kind === "compensation").length,
    end: ending.stuck ? `stuck at ${ending.text}` : end,
    remarks: standing.map(([step, now]) => `${step.text} ${STANDS[now]}`),
    boxes: [...new Set(["start", ...boxes, ...ending.boxes])],
    lines: [...new Set([...data.entry, ...lines, ...ending.lines])],
  };
}
