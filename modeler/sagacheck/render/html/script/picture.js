// The picture of a saga: what is traced in it, and what a click on it asks for.

const FITS = 1.6;
const SHARE = 0.45;
const SHRINKS = 1.4;
const ABOVE_START = 64;

class Picture {
  constructor(figure, prefix) {
    this.figure = figure;
    this.prefix = prefix;
    this.svg = figure.querySelector("svg");
    this.whole = false;
    const press = () => {
      this.whole = !this.whole;
      this.fit();
    };
    this.size = element("button", { type: "button", class: "size", onclick: press });
    figure.prepend(this.size);
    this.fit();
    this.#seek();
  }

  part(id) {
    return document.getElementById(this.prefix + id);
  }

  // A picture that would shrink too much beside the paths has the width of the page; one that would become too small to read is scrolled.
  fit() {
    const natural = this.svg.width.baseVal.value;
    const pair = this.figure.parentElement;
    pair.classList.toggle("stacked", natural > pair.clientWidth * SHARE * SHRINKS);
    const small = natural <= this.figure.clientWidth * FITS;
    this.size.hidden = small;
    this.size.textContent = this.whole ? "as large as can be read" : "whole picture";
    this.figure.classList.toggle("fits", small);
    this.figure.classList.toggle("whole", !small && this.whole);
  }

  // Begins where the saga does, which may be far down: what unwinds rises above the start.
  #seek() {
    const start = this.svg.querySelector(".node.start")?.getBoundingClientRect();
    if (!start) return;
    const frame = this.figure.getBoundingClientRect();
    this.figure.scrollLeft += (start.left + start.right - frame.left - frame.right) / 2;
    this.figure.scrollTop += start.top - frame.top - ABOVE_START;
  }

  // Lets some boxes and lines stand out; without any, all are shown alike.
  trace(boxes = [], lines = []) {
    for (const part of this.svg.querySelectorAll(".on")) part.classList.remove("on");
    const parts = [...boxes, ...lines].map((id) => this.part(id)).filter((part) => part !== null);
    for (const part of parts) part.classList.add("on");
    this.figure.classList.toggle("traced", parts.length > 0);
  }

  choose(ids) {
    for (const part of this.svg.querySelectorAll(".chosen")) part.classList.remove("chosen");
    for (const id of ids) this.part(id)?.classList.add("chosen");
  }

  // Makes a part a button.
  onPress(id, label, press) {
    const part = this.part(id);
    if (part === null || part.getAttribute("role") === "button") return;
    this.svg.setAttribute("role", "group");
    part.setAttribute("role", "button");
    part.setAttribute("tabindex", "0");
    part.setAttribute("aria-label", label);
    if (part.classList.contains("edge")) this.#widen(part);
    part.addEventListener("click", press);
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      press();
    });
  }

  // Lines are thin: an invisible wide one makes them easy to hit.
  #widen(part) {
    const line = part.querySelector("path");
    if (line === null) return;
    const wide = line.cloneNode();
    for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray"]) wide.removeAttribute(name);
    wide.setAttribute("class", "hit");
    part.append(wide);
  }
}
