// All paths of a saga in a decision diagram. Counting is one pass over its nodes, and listing never tries a way that
// leads nowhere, so that nothing depends on how many paths there are.
//
// A node is [slot, following..., following if it did not happen]; those that follow have smaller numbers, 0 is the end
// of every path, -1 is none. A demand wants a record to have had one of some results, or, with `never`, none at all.

class Diagram {
  constructor(data) {
    this.data = data;
    this.records = data.records;
    this.complete = true;
    this.slotsOf = data.records.map(() => 0);
    for (const record of data.slots) this.slotsOf[record] += 1;
  }

  // How many paths there are for each kind of end, and in all, whatever end is wanted.
  totals(filter) {
    const { down } = this.#passes(filter);
    const kinds = {};
    let all = 0n;
    for (const ending of this.#endings({ ...filter, kind: null })) {
      const number = down[ending.root][0];
      kinds[ending.kind] = (kinds[ending.kind] ?? 0n) + number;
      all += number;
    }
    return { all, kinds };
  }

  count(filter) {
    const { down } = this.#passes(filter);
    return this.#endings(filter).reduce((sum, ending) => sum + down[ending.root][0], 0n);
  }

  // For each record how many of the paths have each of its results, and at last none; what is demanded of the record
  // itself does not count there, so that one sees what else could be demanded.
  facets(filter) {
    const found = this.#through(filter);
    const demanded = new Set(filter.demands.map((demand) => demand.record));
    return this.records.map((record, number) => {
      if (!demanded.has(number) && this.slotsOf[number] === 1) return found[number];
      const others = filter.demands.filter((demand) => demand.record !== number);
      const having = (demand) => this.count({ ...filter, demands: [...others, { record: number, ...demand }] });
      return [...record.results.map((_, result) => having({ results: [result] })), having({ never: true })];
    });
  }

  // The paths, shortest first: by length, then by where they end, then by their results in order.
  *list(filter) {
    const { lengths, step } = this.#passes(filter, true);
    const endings = this.#endings(filter);
    let all = endings.reduce((bits, ending) => bits | lengths[ending.root][0], 0n);
    for (let length = 0; all > 0n; length += 1, all >>= 1n) {
      if (!(all & 1n)) continue;
      for (const ending of endings) {
        if ((lengths[ending.root][0] >> BigInt(length)) & 1n) yield* this.#ways(ending, length, lengths, step);
      }
    }
  }

  *#ways(ending, length, lengths, step) {
    const way = [{ node: ending.root, mask: 0, left: length, next: 0 }];
    while (way.length) {
      const here = way[way.length - 1];
      if (here.node === 0) {
        yield this.#told(ending, way);
        way.pop();
        continue;
      }
      const following = this.data.nodes[here.node - 1];
      const result = here.next;
      here.next += 1;
      if (result + 1 >= following.length) {
        way.pop();
        continue;
      }
      const node = following[result + 1];
      const { mask, cost } = step(here.node, here.mask, result);
      const left = here.left - cost;
      if (node < 0 || mask < 0 || left < 0) continue;
      if ((lengths[node][mask] >> BigInt(left)) & 1n) way.push({ node, mask, left, next: 0 });
    }
  }

  #told(ending, way) {
    const results = new Map();
    for (const { node, next } of way) {
      if (node === 0) continue;
      const [slot, ...following] = this.data.nodes[node - 1];
      if (next === following.length) continue;
      const record = this.data.slots[slot];
      results.set(record, [...(results.get(record) ?? []), next - 1]);
    }
    return tell(this.data, results, ending);
  }

  #endings(filter) {
    return this.data.endings.filter(
      (ending) => ending.cancelled === filter.cancelled && (filter.kind === null || ending.kind === filter.kind),
    );
  }

  // One pass from the end to the start: for each node and each set of demands that are met already, how many paths
  // meet the others (`down`), or which lengths they have, as bits (`lengths`).
  #passes(filter, forLengths = false) {
    const wanted = filter.demands.filter((demand) => !demand.never);
    const sets = 1 << wanted.length;
    const table = [Array.from({ length: sets }, (_, mask) => (mask === sets - 1 ? 1n : 0n))];
    const step = this.#stepping(filter.demands, wanted);
    this.data.nodes.forEach(([, ...following], index) => {
      const row = [];
      for (let mask = 0; mask < sets; mask += 1) {
        let sum = 0n;
        following.forEach((node, result) => {
          if (node < 0) return;
          const after = step(index + 1, mask, result);
          if (after.mask < 0) return;
          const value = table[node][after.mask];
          sum = forLengths ? sum | (value << BigInt(after.cost)) : sum + value;
        });
        row.push(sum);
      }
      table.push(row);
    });
    return forLengths ? { lengths: table, step } : { down: table, step, sets };
  }

  // What a result does: which demands are met then, or -1 if one cannot be met any more; and what it costs.
  #stepping(demands, wanted) {
    const forbidden = new Set(demands.filter((demand) => demand.never).map((demand) => demand.record));
    return (node, mask, result) => {
      const [slot, ...following] = this.data.nodes[node - 1];
      const record = this.data.slots[slot];
      if (result === following.length - 1) return { mask, cost: 0 };
      if (forbidden.has(record)) return { mask: -1, cost: 0 };
      let after = mask;
      wanted.forEach((demand, bit) => {
        if (demand.record === record && demand.results.includes(result)) after |= 1 << bit;
      });
      return { mask: after, cost: this.records[record].kind === "ask" ? 0 : 1 };
    };
  }

  // A second pass, from the start to the end: how many of the wanted paths go through each result.
  #through(filter) {
    const { down, step, sets } = this.#passes(filter);
    const nodes = this.data.nodes;
    const up = Array.from({ length: nodes.length + 1 }, () => Array(sets).fill(0n));
    const found = this.records.map((record) => Array(record.results.length + 1).fill(0n));
    let all = 0n;
    for (const ending of this.#endings(filter)) {
      if (ending.root >= 0) up[ending.root][0] += 1n;
      all += down[ending.root][0];
    }
    for (let node = nodes.length; node > 0; node -= 1) {
      const [slot, ...following] = nodes[node - 1];
      for (let mask = 0; mask < sets; mask += 1) {
        if (up[node][mask] === 0n) continue;
        following.forEach((next, result) => {
          const after = next < 0 ? { mask: -1 } : step(node, mask, result);
          if (after.mask < 0) return;
          const here = up[node][mask];
          up[next][after.mask] += here;
          if (result < following.length - 1) found[this.data.slots[slot]][result] += here * down[next][after.mask];
        });
      }
    }
    for (const numbers of found) {
      numbers[numbers.length - 1] = all - numbers.slice(0, -1).reduce((sum, number) => sum + number, 0n);
    }
    return found;
  }
}
