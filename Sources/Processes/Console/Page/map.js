// The map: regions as far apart as their round trips say, as warm as their caches are full.
import { percent, shape, sum, time, word } from "./page.js";

const [width, height] = [480, 330];
// What names and figures take around a circle.
const edge = { x: 78, y: 66 };

/** Draws regions with the replicas that are in them. */
export function draw(regions, replicas) {
  const distance = roundTrips(regions);
  const places = fit(spread(regions, distance));
  const picture = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${regions.length} regions and the round trips between them` });
  regions.forEach((from, i) => regions.forEach((to, j) => {
    if (j <= i || distance(from.region, to.region) === null) return;
    const [a, b] = [places[i], places[j]];
    picture.append(
      shape("line", { class: "link", x1: a.x, y1: a.y, x2: b.x, y2: b.y }),
      label((a.x + b.x) / 2, (a.y + b.y) / 2 - 4, time(distance(from.region, to.region)), "quiet"));
  }));
  regions.forEach((region, i) => picture.append(circle(region, places[i], replicas)));
  return picture;
}

function circle(region, { x, y }, replicas) {
  const mine = replicas.filter((replica) => replica.region === region.region);
  const blocks = sum(mine, (each) => each.replica?.blockCount ?? 0);
  const warmth = blocks ? sum(mine, (each) => each.load?.blocksCached ?? 0) / blocks : 0;
  const running = sum(mine, (each) => each.load?.running ?? 0);
  const radius = 24;
  return shape("g", {},
    shape("circle", { class: `shell ${word(region.state, "AVAILABILITY_")}`, cx: x, cy: y, r: radius }),
    shape("circle", { class: "warmth", cx: x, cy: y, r: radius * Math.sqrt(Math.min(1, warmth)) }),
    label(x, y + 4, percent(warmth)),
    label(x, y - radius - 6, region.region),
    label(x, y + radius + 15, `${region.nodesReady} of ${region.nodes} nodes`, "quiet"),
    label(x, y + radius + 30, `${running} running`, "quiet"));
}

const label = (x, y, text, kind = "") => shape("text", { x, y, class: kind, "text-anchor": "middle" }, text);

/** Answers the round trip between two regions, whichever of them measured it, or null. */
function roundTrips(regions) {
  const known = new Map();
  for (const region of regions) {
    for (const { region: other, roundTripNs } of region.distances) {
      known.set([region.region, other].sort().join("\n"), Number(roundTripNs));
    }
  }
  return (a, b) => known.get([a, b].sort().join("\n")) ?? null;
}

/** Places regions so that what lies between two of them is like their round trip: each step moves
 * both ends of one pair to where they should be (stochastic gradient descent on stress). */
function spread(regions, distance) {
  const places = regions.map((_, i) => {
    const angle = (2 * Math.PI * i) / regions.length - Math.PI / 2;
    return { x: Math.cos(angle), y: Math.sin(angle) };
  });
  const all = regions.flatMap((a, i) => regions.slice(i + 1).map((b) => distance(a.region, b.region)));
  const longest = Math.max(...all.filter((each) => each !== null), 1);
  for (let step = 0; step < 200; step += 1) {
    for (let i = 0; i < regions.length; i += 1) {
      for (let j = i + 1; j < regions.length; j += 1) {
        const wanted = (distance(regions[i].region, regions[j].region) ?? longest) / longest;
        const [a, b] = [places[i], places[j]];
        const [dx, dy] = [b.x - a.x, b.y - a.y];
        const found = Math.hypot(dx, dy) || 1e-6;
        // Names must not lie on each other, however near two regions are.
        const move = ((Math.max(wanted, 0.35) - found) / found / 2) * (1 - step / 200);
        [a.x, a.y, b.x, b.y] = [a.x - dx * move, a.y - dy * move, b.x + dx * move, b.y + dy * move];
      }
    }
  }
  return places;
}

/** Scales places to the picture. */
function fit(places) {
  const scaled = (values, size, edge) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return values.map((value) =>
      high - low < 1e-9 ? size / 2 : edge + ((value - low) / (high - low)) * (size - 2 * edge));
  };
  const xs = scaled(places.map((place) => place.x), width, edge.x);
  const ys = scaled(places.map((place) => place.y), height, edge.y);
  return places.map((_, i) => ({ x: xs[i], y: ys[i] }));
}
