// The explorer of a saga's paths: by end, by step, by failure; counted exactly, listed as far as one asks.

const AT_ONCE = 25;
const MOST_DEMANDS = 8;
const MOST_TOLD = 3;
const KIND_NAMES = ["committed", "aborted", "manual", "unhandled"];
const UNHAPPY = (record, result) => record.kind !== "ask" && record.results[result] !== "ok";

class Explorer {
  constructor(host, data, picture) {
    this.host = host;
    this.source = data.kind === "diagram" ? new Diagram(data) : new Listing(data);
    this.picture = picture;
    this.saga = host.dataset.saga;
    this.filter = { kind: null, cancelled: false, demands: [] };
    this.mayCancel = this.source.count({ ...this.filter, cancelled: true }) > 0n;
    this.#build();
    this.#wire();
    this.update();
  }

  #build() {
    this.ends = element("div", { class: "ends", role: "group", "aria-label": "How paths end" });
    this.chips = element("div", { class: "chips", role: "group", "aria-label": "What is wanted" });
    this.rows = element("tbody");
    this.facets = element(
      "details",
      { class: "facets", open: true },
      element("summary", {}, "Calls and what comes of them, with the number of paths"),
      element("div", { tabindex: 0, role: "region", "aria-label": "Calls" }, element("table", {}, this.rows)),
    );
    this.shown = element("p", { class: "shown", role: "status" });
    this.list = element("ol", { class: "paths" });
    this.more = element("button", { type: "button", class: "more", onclick: () => this.#show() });
    this.host.replaceChildren(
      element("div", {}, this.ends, this.chips, this.facets),
      element("div", {}, this.shown, this.list, this.more),
    );
  }

  #wire() {
    if (this.picture === null) return;
    this.source.records.forEach((record, number) => {
      const failing = record.results.map((_, result) => result).filter((result) => UNHAPPY(record, result));
      for (const [result, lines] of Object.entries(record.lines)) {
        const index = record.results.indexOf(result);
        if (record.kind !== "ask" && result === "ok") continue;
        const label = `${record.text} ${result}: show its paths`;
        for (const line of lines) this.picture.onPress(line, label, () => this.#press(number, [index]));
      }
      const wanted = failing.length ? failing : record.results.map((_, result) => result);
      const label = `${record.text}: show the paths on which it ${failing.length ? "fails" : "happens"}`;
      for (const box of record.boxes) this.picture.onPress(box, label, () => this.#press(number, wanted));
    });
  }

  // A part of the picture was pressed.
  #press(record, results) {
    this.#toggle({ record, results });
    const row = this.rows.children[record];
    row.scrollIntoView({ block: "nearest" });
    row.classList.add("flash");
    setTimeout(() => row.classList.remove("flash"), 900);
  }

  #toggle(demand) {
    const same = (other) => other.record === demand.record;
    const there = this.filter.demands.some((other) => same(other) && demandKey(other) === demandKey(demand));
    const others = this.filter.demands.filter((other) => !same(other));
    this.filter.demands = there ? others : [...others.slice(1 - MOST_DEMANDS), demand];
    this.update();
  }

  clear() {
    this.filter = { kind: null, cancelled: false, demands: [] };
    this.update();
  }

  // The filter as it stands in an address.
  address() {
    const parts = this.filter.kind ? [["end", this.filter.kind]] : [];
    if (this.filter.cancelled) parts.push(["cancelled", "yes"]);
    for (const demand of this.filter.demands) {
      const record = this.source.records[demand.record];
      const results = demand.never ? "never" : demand.results.map((result) => record.results[result]).join("|");
      parts.push([`${record.kind} ${record.text}`, results]);
    }
    const query = new URLSearchParams(parts).toString();
    return query ? `${this.saga}/paths?${query}` : `${this.saga}/paths`;
  }

  // Takes up the filter of an address; what it does not know it leaves out. Says whether it knows all of it.
  read(query) {
    const filter = { kind: null, cancelled: false, demands: [] };
    const known = [...new URLSearchParams(query)].map(([key, value]) => this.#take(filter, key, value));
    this.filter = filter;
    this.update(false);
    return known.every(Boolean);
  }

  // Adds one part of an address to a filter, if the saga has it.
  #take(filter, key, value) {
    if (key === "end") {
      if (KIND_NAMES.includes(value)) filter.kind = value;
      return filter.kind === value;
    }
    if (key === "cancelled") {
      filter.cancelled = this.mayCancel;
      return this.mayCancel;
    }
    const number = this.source.records.findIndex((record) => `${record.kind} ${record.text}` === key);
    if (number < 0) return false;
    const results = value.split("|").map((one) => this.source.records[number].results.indexOf(one));
    const demand = value === "never" ? { record: number, never: true } : { record: number, results };
    const known = value === "never" || results.every((result) => result >= 0);
    if (known) filter.demands.push(demand);
    return known;
  }

  update(andAddress = true) {
    this.#showEnds();
    this.#showChips();
    this.#showFacets();
    this.paths = this.source.list(this.filter);
    this.wanted = this.source.count(this.filter);
    this.list.replaceChildren();
    this.#show();
    this.#choose();
    this.picture?.trace();
    if (andAddress && this.started) setAddress(this.address());
    this.started = true;
  }

  #showEnds() {
    const totals = this.source.totals(this.filter);
    const button = (label, number, pressed, press) =>
      element("button", { type: "button", "aria-pressed": pressed, onclick: press }, `${label} ${figure(number)}`);
    const choose = (kind) => () => {
      this.filter.kind = kind;
      this.update();
    };
    this.ends.replaceChildren(
      button("all", totals.all, this.filter.kind === null, choose(null)),
      ...KIND_NAMES.filter((kind) => totals.kinds[kind] !== undefined).map((kind) =>
        button(kind, totals.kinds[kind], this.filter.kind === kind, choose(kind)),
      ),
    );
    if (!this.mayCancel) return;
    const cancelled = this.source.totals({ ...this.filter, cancelled: true }).all;
    this.ends.append(
      button("with cancellation", cancelled, this.filter.cancelled, () => {
        this.filter.cancelled = !this.filter.cancelled;
        this.update();
      }),
    );
  }

  #showChips() {
    const chips = this.filter.demands.map((demand) => {
      const record = this.source.records[demand.record];
      const label = `${record.text} ${demandText(record, demand)}`;
      const remove = () => this.#toggle(demand);
      return element("button", { type: "button", title: "Take it away", onclick: remove }, named(label), " \u00d7");
    });
    const filtered = chips.length > 0 || this.filter.kind !== null || this.filter.cancelled;
    const clear = element("button", { type: "button", onclick: () => this.clear() }, "clear all");
    this.chips.replaceChildren(...chips, ...(filtered ? [clear] : []));
  }

  #showFacets() {
    const numbers = this.source.facets(this.filter);
    const focused = this.rows.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const rows = this.source.records.map((record, number) => {
      const button = (text, count, demand) => {
        const pressed = this.filter.demands.some((one) => one.record === number && covers(one, demand));
        const attributes = { type: "button", "aria-pressed": pressed, "data-key": `${number} ${text}` };
        attributes.disabled = count === 0n && !pressed;
        attributes.onclick = () => this.#toggle({ record: number, ...demand });
        return element("button", attributes, `${text} `, element("b", {}, figure(count)));
      };
      const results = record.results.map((text, result) =>
        button(text, numbers[number][result], { results: [result] }),
      );
      const never = button(record.kind === "ask" ? "not asked" : "not called", numbers[number].at(-1), { never: true });
      return element("tr", {}, element("th", { scope: "row" }, named(record.text)), element("td", {}, results, never));
    });
    this.rows.replaceChildren(...rows);
    if (focused) this.rows.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  // Shows some more paths.
  #show() {
    let added = 0;
    while (added < AT_ONCE) {
      const { value, done } = this.paths.next();
      if (done) break;
      this.list.append(this.#item(value, this.list.children.length + 1));
      added += 1;
    }
    const shown = this.list.children.length;
    const among = this.source.complete ? "" : this.#kept();
    const order = shown > 1 ? ", shortest first" : "";
    this.shown.textContent = `${grouped(shown)} of ${grouped(this.wanted)} shown${order}${among}`;
    this.more.hidden = BigInt(shown) >= this.wanted;
    this.more.textContent = `Show ${AT_ONCE} more`;
  }

  #kept() {
    return `; this page keeps the first ${grouped(this.source.paths.length)} of ${grouped(this.source.total)} only`;
  }

  #item(path, number) {
    const inside = element("div", { class: "inside" });
    const details = element(
      "details",
      {},
      element(
        "summary",
        {},
        element("span", { class: `pill ${path.kind}` }, path.kind),
        element("span", { class: "tale" }, tale(path)),
        element("span", { class: "calls" }, counted(path.calls, "call")),
      ),
      inside,
    );
    const item = element("li", { "aria-label": `path ${number}` }, details);
    details.addEventListener("toggle", () => {
      if (details.open && !inside.hasChildNodes()) inside.append(...wholePath(path));
      for (const other of this.list.querySelectorAll("[data-on]")) delete other.dataset.on;
      if (details.open) item.dataset.on = "";
      this.picture?.trace(...(details.open ? [path.boxes, path.lines] : []));
    });
    return item;
  }

  #choose() {
    const chosen = this.filter.demands.flatMap((demand) => {
      const record = this.source.records[demand.record];
      const lines = (demand.results ?? []).flatMap((result) => record.lines[record.results[result]] ?? []);
      return [...record.boxes, ...lines];
    });
    this.picture?.choose(chosen);
  }
}

function demandKey(demand) {
  return demand.never ? "never" : demand.results.join(" ");
}

function covers(demand, other) {
  if (demand.never || other.never) return Boolean(demand.never && other.never);
  return other.results.every((result) => demand.results.includes(result));
}

function demandText(record, demand) {
  if (demand.never) return record.kind === "ask" ? "not asked" : "not called";
  return demand.results.map((result) => record.results[result]).join(" or ");
}

// A path in one line: what failed, and what was answered. Of very much the first and the last, until it is opened.
function tale(path) {
  const worth = path.steps.filter((step) => step.bad || step.kind === "answer" || step.text === "cancellation");
  if (!worth.length) return "all goes well";
  const told = worth.map((step, place) => {
    const result = step.bad ? element("b", {}, step.result) : step.result;
    return [place ? ", " : "", named(step.text), " ", result];
  });
  if (told.length <= MOST_TOLD + 2) return told;
  const more = element("span", { class: "and-more" }, ` and ${told.length - MOST_TOLD} more, last `);
  const rest = element("span", { class: "and-rest" }, told.slice(MOST_TOLD, -1), ", ");
  return [told.slice(0, MOST_TOLD), more, rest, told.at(-1).slice(1)];
}

function wholePath(path) {
  const steps = path.steps.map((step) =>
    element(
      "li",
      step.bad ? { class: "bad" } : {},
      element("span", { class: "what" }, named(step.text)),
      step.result ? element("span", { class: "result" }, step.result) : null,
      step.changes.map((change) => changeOf(change)),
      (step.published ?? []).map((event) => element("span", { class: "change" }, "publishes ", named(event))),
    ),
  );
  const remarks = path.remarks.flatMap((remark) => [element("br"), named(remark)]);
  return [element("ol", { class: "steps" }, steps), element("p", { class: "outcome" }, named(path.end), remarks)];
}

function changeOf([what, before, after]) {
  if (before === after) return element("span", { class: "change" }, named(what), `: ${before}`);
  const arrow = element("span", { "aria-label": "becomes" }, "\u2192");
  return element("span", { class: "change" }, named(what), `: ${before} `, arrow, " ", element("b", {}, after));
}
