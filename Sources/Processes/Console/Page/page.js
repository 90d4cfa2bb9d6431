// What all parts of the page use: elements, numbers and words.

/** Makes an element; texts in `children` are never read as markup. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Makes an element of a picture. */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A table; a column is [title, cell, "number" | "text" | undefined]. */
export function table(columns, rows, none, classOf = () => "") {
  if (rows.length === 0) return element("p", { class: "none" }, none);
  const cells = (tag, content) =>
    columns.map((column) => element(tag, { class: column[2] ?? "" }, content(column)));
  return element("div", { class: "scroll", tabindex: "0" },
    element("table", {},
      element("thead", {}, element("tr", {}, ...cells("th", (column) => column[0]))),
      element("tbody", {}, ...rows.map((row) =>
        element("tr", { class: classOf(row) }, ...cells("td", (column) => column[1](row) ?? ""))))));
}

/** Nanoseconds in a unit that suits them. */
export function time(nanoseconds) {
  const seconds = Number(nanoseconds) / 1e9;
  if (!isFinite(seconds)) return "";
  const size = Math.abs(seconds);
  if (size === 0) return "0";
  if (size < 1e-3) return `${(seconds * 1e6).toFixed(0)}us`;
  if (size < 1) return `${(seconds * 1e3).toFixed(size < 0.01 ? 1 : 0)}ms`;
  if (size < 120) return `${seconds.toFixed(size < 10 ? 2 : 0)}s`;
  if (size < 7200) return `${Math.round(seconds / 60)}m`;
  return size < 172800 ? `${Math.round(seconds / 3600)}h` : `${Math.round(seconds / 86400)}d`;
}

/** A share from 0 to 1. */
export const percent = (share) => `${Math.round(share * 100)}%`;

/** A whole number with thin spaces between thousands. */
export const count = (number) => Number(number).toLocaleString("en").replaceAll(",", "\u2009");

/** `AVAILABILITY_READY` of the prefix `AVAILABILITY_` as "ready". */
export const word = (value, prefix) =>
  String(value ?? "").replace(prefix, "").toLowerCase().replaceAll("_", " ");

/** A word in the colour of what it says. */
export const state = (name) => element("span", { class: `state-${name}` }, name);

/** The sum of `figure` over a list. */
export const sum = (list, figure) => list.reduce((total, each) => total + Number(figure(each)), 0);
