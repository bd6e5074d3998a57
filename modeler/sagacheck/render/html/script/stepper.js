// Steps through a path or a story, forward and back: the ledger and the messages after each step, what is new marked.

class Stepper {
  constructor(section) {
    this.section = section;
    this.finding = section.dataset.finding;
    this.walk = JSON.parse(section.querySelector('script[type="application/json"]').textContent);
    this.size = this.walk.steps.length;
    this.at = null;
    this.host = section.querySelector(".walk");
    this.items = [...section.querySelectorAll(".walk .steps > li")];
    this.#build();
    this.#draw();
  }

  #build() {
    const button = (text, label, press) =>
      element("button", { type: "button", "aria-label": label, title: label, onclick: press }, text);
    this.first = button("\u25c2\u25c2", "First step (Home)", () => this.go(1));
    this.back = button("\u25c2 back", "Previous step (\u2190)", () => this.move(-1));
    this.next = button("next \u25b8", "Next step (\u2192)", () => this.move(1));
    this.last = button("\u25b8\u25b8", "Last step (End)", () => this.go(this.size));
    this.output = element("output", {});
    this.all = button("show all", "Show all steps", () => this.go(null));
    const controls = element("div", { class: "controls", role: "group", "aria-label": "Steps" });
    if (this.size > 1) controls.append(this.first, this.back, this.output, this.next, this.last, this.all);
    const trace = () => traceFinding(this);
    if (this.walk.trace) controls.append(button("show in the diagram", "Show this path in the diagram", trace));
    this.state = element("aside", { class: "state", "aria-label": "What stands after this step" });
    const told = element("div", {}, ...this.host.childNodes);
    this.host.classList.add("stepper");
    this.host.append(controls, told, this.state);
    this.items.forEach((item, index) => item.addEventListener("click", () => this.go(index + 1)));
    this.lines = [...this.section.querySelectorAll(".sequence .line")];
  }

  move(by) {
    if (this.at === null) this.go(by > 0 ? 1 : this.size);
    else this.go(Math.min(Math.max(this.at + by, 1), this.size));
  }

  // Goes to a step, from 1; to null to show them all.
  go(step, andAddress = true) {
    this.at = step === null ? null : Math.min(Math.max(step, 1), this.size);
    this.#draw();
    if (andAddress) setAddress(this.at === null ? this.finding : `${this.finding}/step-${this.at}`);
    if (this.at === null) return;
    const told = this.walk.steps[this.at - 1];
    say(`step ${this.at} of ${this.size}: ${told.who} ${told.text} ${told.result} ${told.fault}`);
    this.items[this.at - 1].scrollIntoView({ block: "nearest" });
  }

  #draw() {
    const now = this.at ?? this.size;
    this.output.textContent = this.at === null ? `all ${this.size} steps` : `step ${this.at} of ${this.size}`;
    this.first.disabled = this.at === 1;
    this.back.disabled = this.at === 1;
    this.next.disabled = this.at === this.size;
    this.last.disabled = this.at === this.size;
    this.all.disabled = this.at === null;
    this.items.forEach((item, index) => {
      item.classList.toggle("at", index + 1 === this.at);
      item.classList.toggle("later", index + 1 > now);
      if (index + 1 === this.at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    this.host.querySelector(".outcome").classList.toggle("later", now < this.size);
    this.lines.forEach((line, index) => {
      line.classList.toggle("at", index + 1 === this.at);
      line.classList.toggle("later", index + 1 > now);
    });
    for (const part of this.section.querySelectorAll(".sequence .consequence, .sequence .outcome")) {
      part.classList.toggle("later", now < this.size);
    }
    for (const message of this.section.querySelectorAll(".sequence .message")) {
      message.classList.toggle("later", Number(message.dataset.sent) > now);
    }
    this.#drawState(now);
  }

  #drawState(now) {
    const parts = [element("h5", {}, this.at === null ? "At the end" : `After step ${now}`)];
    const rows = this.#ledger(now).map(([what, value, changed]) =>
      element("tr", changed ? { class: "changed" } : {}, element("td", {}, named(what)), element("td", {}, value)),
    );
    const table = () => element("table", {}, element("tbody", {}, rows));
    parts.push(rows.length ? table() : element("p", {}, "nothing has changed"));
    const messages = this.walk.messages.filter((one) => one.sent <= now && (one.ends === 0 || one.ends >= now));
    if (this.walk.messages.length) {
      parts.push(element("h5", {}, "Messages under way"));
      const items = messages.map((message) => this.#message(message, now));
      parts.push(items.length ? element("ul", {}, items) : element("p", {}, "none"));
    }
    this.state.replaceChildren(...parts);
  }

  #message(message, now) {
    const gone = message.ends === now;
    const mark = gone ? "gone" : message.sent === now ? "fresh" : "";
    const fate = gone ? (message.lost ? " (lost)" : " (arrives)") : message.again ? " (again)" : "";
    const way = element("small", {}, named(message.from), " \u2192 ", named(message.to), fate);
    return element("li", { class: mark }, named(message.text), way);
  }

  // What stands after a step: [what, how, whether that step changed it].
  #ledger(now) {
    const stands = new Map();
    for (const step of this.walk.steps) {
      for (const [what, before] of step.changes) {
        if (!stands.has(what)) stands.set(what, { value: before, changed: false });
      }
    }
    this.walk.steps.slice(0, now).forEach((step, index) => {
      for (const [what, before, after] of step.changes) {
        stands.set(what, { value: after, changed: this.at !== null && index + 1 === now && before !== after });
      }
    });
    return [...stands].map(([what, { value, changed }]) => [what, value, changed]);
  }
}
