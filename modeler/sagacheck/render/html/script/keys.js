// What the keyboard does. `?` tells it.

// At once, so that a key that is pressed again finds the new view.
function goTo(hash) {
  try {
    history.pushState(null, "", `#${hash}`);
    route();
  } catch {
    location.hash = `#${hash}`; // some embedded viewers do not allow the other way
  }
}

function moveSaga(by) {
  const all = views();
  const index = all.indexOf(currentView()) + by;
  if (index >= 0 && index < all.length) goTo(all[index].id);
}

function moveFinding(by) {
  const findings = [...currentView().querySelectorAll(".finding")];
  const index = currentFinding ? findings.indexOf(currentFinding) + by : by > 0 ? 0 : findings.length - 1;
  if (index < 0 || index >= findings.length) return;
  choose(findings[index], true);
  setAddress(findings[index].id);
}

function moveStep(act) {
  if (!currentFinding) moveFinding(1);
  const stepper = stepperOf(currentFinding);
  if (stepper) act(stepper);
  return stepper !== null;
}

const THEMES = ["auto", "light", "dark"];

function theme() {
  return document.documentElement.dataset.theme ?? "auto";
}

function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "auto") localStorage.removeItem("sagacheck-theme");
    else localStorage.setItem("sagacheck-theme", next);
  } catch { /* a page from a file may have no storage */ }
  nameTheme();
}

function nameTheme() {
  document.getElementById("theme").textContent = `theme: ${theme()}`;
}

function help() {
  const dialog = document.getElementById("keys");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

const ACTIONS = {
  "?": help,
  o: () => goTo("overview"),
  "]": () => moveSaga(1),
  "[": () => moveSaga(-1),
  j: () => moveFinding(1),
  k: () => moveFinding(-1),
  p: () => currentView().id !== "overview" && goTo(`${currentView().id}/paths`),
  x: () => explorers.get(currentView().id)?.clear(),
  "/": () => document.getElementById("find").focus(),
  t: nextTheme,
};
const STEPS = {
  ArrowRight: (stepper) => stepper.move(1),
  ArrowLeft: (stepper) => stepper.move(-1),
  Home: (stepper) => stepper.go(1),
  End: (stepper) => stepper.go(stepper.size),
};

function scrollsItself(target) {
  return target instanceof Element && target.matches('[tabindex="0"]') && target.scrollWidth > target.clientWidth;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target instanceof HTMLInputElement;
  if (typing && event.key === "Escape") event.target.blur();
  const dialog = document.getElementById("keys");
  if (typing || (dialog.open && event.key !== "?")) return;
  const step = STEPS[event.key];
  if (step && currentView().querySelector(".shows") && !scrollsItself(event.target)) {
    if (moveStep(step)) event.preventDefault();
  } else if (Object.hasOwn(ACTIONS, event.key)) {
    ACTIONS[event.key]();
    event.preventDefault();
  }
}

function onSearch(event) {
  const wanted = event.target.value.trim().toLowerCase();
  const items = [...document.querySelectorAll("#sagas li")].slice(1);
  for (const item of items) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  if (event.key === "Enter") items.find((item) => !item.hidden)?.querySelector("a").click();
}
