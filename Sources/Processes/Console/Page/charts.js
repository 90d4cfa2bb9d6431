// Charts of the samples that the control plane keeps.
import { element, shape } from "./page.js";

const [width, height, left, bottom, top] = [480, 130, 44, 108, 18];

/** Draws lines over time: `lines` are [name, sample => number or null], `text` writes a number. */
export function chart(title, samples, lines, text, most = 0) {
  const values = samples.flatMap((sample) => lines.map(([, figure]) => figure(sample)))
    .filter((value) => value !== null);
  const high = Math.max(most, ...values) || 1;
  const end = Math.max(1, ...samples.map((sample) => sample.seconds));
  const start = Math.min(end - 60, ...samples.map((sample) => sample.seconds));
  const x = (sample) => left + ((sample.seconds - start) / (end - start)) * (width - left - 8);
  const y = (value) => bottom - (value / high) * (bottom - top);
  const picture = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
  for (const part of [0, 0.5, 1]) {
    picture.append(
      shape("line", { class: "axis", x1: left, x2: width - 8, y1: y(part * high), y2: y(part * high) }),
      shape("text", { class: "quiet", x: left - 6, y: y(part * high) + 4, "text-anchor": "end" },
        text(part * high)));
  }
  picture.append(
    shape("text", { class: "quiet", x: left, y: height - 4 }, `${ago(end - start)} ago`),
    shape("text", { class: "quiet", x: width - 8, y: height - 4, "text-anchor": "end" }, "now"));
  lines.forEach(([name, figure], i) => {
    for (const run of runs(samples, figure)) {
      const path = run.map((sample) => `${x(sample).toFixed(1)},${y(figure(sample)).toFixed(1)}`);
      picture.append(shape("polyline", { class: `line c${i}`, points: path.join(" ") }));
    }
    picture.append(shape("text", { class: `t${i}`, x: left + 4 + 110 * i, y: 11 }, name));
  });
  return element("figure", {}, element("figcaption", {}, title), picture);
}

const ago = (seconds) => (seconds < 120 ? `${Math.round(seconds)}s` : `${Math.round(seconds / 60)}m`);

/** The parts of a line that have values. */
function runs(samples, figure) {
  const found = [[]];
  for (const sample of samples) {
    if (figure(sample) === null) found.push([]);
    else found[found.length - 1].push(sample);
  }
  return found.filter((run) => run.length > 0);
}
