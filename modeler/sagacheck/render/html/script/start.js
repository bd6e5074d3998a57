// Begins when the whole page is there.

function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const finding = event.target.closest?.(".finding");
    if (finding) choose(finding, false);
  });
  document.addEventListener("click", (event) => {
    const finding = event.target.closest?.(".finding");
    if (finding) choose(finding, false);
  });
  document.getElementById("theme").addEventListener("click", nextTheme);
  document.getElementById("help").addEventListener("click", help);
  document.getElementById("find").addEventListener("input", onSearch);
  document.getElementById("find").addEventListener("keyup", onSearch);
  addEventListener("hashchange", route);
  addEventListener("resize", () => pictures.get(currentView().id)?.fit());
  // The browser goes to the address by itself once all is loaded, but knows nothing of views.
  addEventListener("load", route);
  nameTheme();
  route();
}

start();
