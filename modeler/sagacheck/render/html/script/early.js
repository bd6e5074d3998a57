// Runs before anything is drawn: says that there is JavaScript, and takes up the theme that was chosen last.
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("sagacheck-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* a page from a file may have no storage */ }
