// Makes elements. Text becomes text nodes and nothing else, whatever a model calls itself.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key.startsWith("aria-")) made.setAttribute(key, String(value));
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

// A name from a model, whose reading direction stays its own; it may be broken behind its dots.
function named(text) {
  const parts = String(text).split(/(?<=\.)/);
  return element("bdi", {}, parts.map((part, place) => (place ? [element("wbr"), part] : part)));
}

function say(text) {
  document.getElementById("said").textContent = text;
}

// Tells, for all to see, what is wrong with the address.
function notice(text) {
  document.getElementById("notice").textContent = text;
}

// Changes the address without another entry in the history.
function setAddress(hash) {
  notice("");
  try {
    history.replaceState(null, "", `#${hash}`);
  } catch { /* some embedded viewers do not allow it */ }
}
