// One view at a time: the overview, or one saga; what it needs is made when it is first shown.

const steppers = new Map();
const explorers = new Map();
const pictures = new Map();
let currentFinding = null;

const NO_FINDING = "This report has no such finding; it may have been repaired.";
const NO_STEP = "This finding has no such step; all its steps are shown.";
const NO_SAGA = "This report has no such saga; it may have been renamed or taken away.";
const NO_PART = "This saga has no such part in this report.";
const NO_PLACE = "This report has no such place; this is the overview.";
const NO_FILTER = "This saga has not all that the filter in the address names; the rest of the filter holds.";

const views = () => [...document.querySelectorAll(".view")];
const currentView = () => document.querySelector(".shown-view");

function prepare(view) {
  if (view.dataset.ready !== undefined) return;
  view.dataset.ready = "";
  for (const section of view.querySelectorAll(".shows")) {
    const list = steppers.get(section.dataset.finding) ?? [];
    steppers.set(section.dataset.finding, [...list, new Stepper(section)]);
  }
  const figure = view.querySelector(".diagram");
  const picture = figure ? new Picture(figure, `${view.id}:`) : null;
  if (picture) pictures.set(view.id, picture);
  const host = view.querySelector(".explorer");
  if (!host) return;
  const data = JSON.parse(document.getElementById(`${view.id}:data`).textContent);
  explorers.set(view.id, new Explorer(host, data, picture));
}

function show(view) {
  for (const other of views()) other.classList.toggle("shown-view", other === view);
  for (const link of document.querySelectorAll("#sagas a")) {
    if (link.hash === `#${view.id}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.querySelector("#sagas [aria-current]")?.scrollIntoView({ block: "nearest" });
  prepare(view);
}

// Marks a finding as the one that the keys step through.
function choose(finding, andScroll) {
  if (currentFinding === finding) return;
  currentFinding?.classList.remove("current");
  currentFinding = finding;
  finding?.classList.add("current");
  if (!finding || !andScroll) return;
  finding.scrollIntoView({ block: "start" });
  finding.focus({ preventScroll: true });
}

// The stepper that the keys move: a story if there is one.
function stepperOf(finding) {
  return (steppers.get(finding?.id) ?? []).at(-1) ?? null;
}

function traceFinding(stepper) {
  const view = currentView();
  pictures.get(view.id)?.trace(stepper.walk.trace.boxes, stepper.walk.trace.lines);
  view.querySelector(".diagram")?.scrollIntoView({ block: "center" });
}

// Goes where an address says; tells what of it leads nowhere.
function route() {
  notice("");
  let hash = location.hash.slice(1);
  try {
    hash = decodeURIComponent(hash.split("?")[0]) + (hash.includes("?") ? hash.slice(hash.indexOf("?")) : "");
  } catch { /* an address that was cut in the middle of a character */ }
  const [path, query] = [hash.split("?")[0], hash.includes("?") ? hash.slice(hash.indexOf("?") + 1) : ""];
  if (path.startsWith("finding/")) return routeToFinding(path);
  const target = document.getElementById(path);
  const around = views().find((view) => path.startsWith(`${view.id}/`));
  const view = target?.closest(".view") ?? around ?? document.getElementById("overview");
  show(view);
  if (path !== "" && !target) notice(around ? NO_PART : path.startsWith("saga/") ? NO_SAGA : NO_PLACE);
  if (path === `${view.id}/paths` && query && !explorers.get(view.id)?.read(query)) notice(NO_FILTER);
  choose(null, false);
  if (target && target !== view) target.scrollIntoView({ block: "start" });
  else scrollTo(0, 0);
}

function routeToFinding(path) {
  const [, name, step] = path.split("/");
  const finding = document.getElementById(`finding/${name}`);
  const view = finding?.closest(".view");
  if (!view) {
    show(document.getElementById("overview"));
    choose(null, false);
    notice(NO_FINDING);
    scrollTo(0, 0);
    return;
  }
  show(view);
  const stepper = stepperOf(finding);
  const number = Number(/^step-(\d+)$/.exec(step ?? "")?.[1] ?? 0);
  const there = number >= 1 && number <= (stepper?.size ?? 0);
  if (step !== undefined && !there) notice(NO_STEP);
  choose(null, false);
  choose(finding, true);
  stepper?.go(there ? number : null, false);
}
