// Paths that are told one by one, with the same questions that a diagram answers.

const ABOUT = { call: "call", undo: "compensation", ask: "answer" };

class Listing {
  constructor(data) {
    this.total = BigInt(data.total);
    this.complete = this.total === BigInt(data.paths.length);
    this.records = [];
    const numbers = new Map();
    this.paths = data.paths.map((path) => {
      const had = new Map();
      for (const step of path.steps.filter((one) => one.about)) {
        const key = `${step.about} ${step.text}`;
        if (!numbers.has(key)) {
          numbers.set(key, this.records.length);
          this.records.push({ kind: step.about, text: step.text, results: [], boxes: step.boxes, lines: {} });
        }
        const number = numbers.get(key);
        const record = this.records[number];
        record.boxes = [...new Set([...record.boxes, ...step.boxes])];
        if (!record.results.includes(step.result)) record.results.push(step.result);
        had.set(number, [...(had.get(number) ?? []), record.results.indexOf(step.result)]);
      }
      return { had, told: Listing.#told(path) };
    });
  }

  static #told(path) {
    const steps = path.steps.map((step) => ({ ...step, kind: ABOUT[step.about] ?? step.about }));
    return {
      kind: path.kind,
      steps,
      calls: steps.filter((step) => step.kind === "call" || step.kind === "compensation").length,
      end: path.end.text.map((piece) => piece[1]).join(""),
      remarks: path.end.remarks,
      boxes: [...new Set(steps.flatMap((step) => step.boxes))],
      lines: [],
    };
  }

  totals(filter) {
    const kinds = {};
    const found = this.#wanted({ ...filter, kind: null });
    for (const { told } of found) kinds[told.kind] = (kinds[told.kind] ?? 0n) + 1n;
    return { all: BigInt(found.length), kinds };
  }

  count(filter) {
    return BigInt(this.#wanted(filter).length);
  }

  facets(filter) {
    return this.records.map((record, number) => {
      const others = filter.demands.filter((demand) => demand.record !== number);
      const having = (demand) => this.count({ ...filter, demands: [...others, { record: number, ...demand }] });
      return [...record.results.map((_, result) => having({ results: [result] })), having({ never: true })];
    });
  }

  *list(filter) {
    for (const { told } of this.#wanted(filter)) yield told;
  }

  #wanted(filter) {
    if (filter.cancelled) return [];
    return this.paths.filter(
      ({ had, told }) =>
        (filter.kind === null || told.kind === filter.kind) &&
        filter.demands.every((demand) => {
          const results = had.get(demand.record) ?? [];
          return demand.never ? results.length === 0 : results.some((result) => demand.results.includes(result));
        }),
    );
  }
}
