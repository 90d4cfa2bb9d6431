// Asks the control plane what the fleet does, every other second, and shows it.
import { chart } from "./charts.js";
import { show as showDecisions } from "./decisions.js";
import { draw } from "./map.js";
import { count, element, percent, state, sum, table, time, word } from "./page.js";

const interval = 2000;
const part = (id) => document.getElementById(id);
let token = sessionStorage.getItem("token") ?? "";

async function ask(path, method = "GET") {
  const headers = method === "POST" ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(`api/${path}`, { method, headers, signal: AbortSignal.timeout(10000) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

async function refresh() {
  try {
    const [status, regions, nodes, queue, jobs, decisions, history] = await Promise.all(
      ["status", "regions", "nodes", "queue", "jobs", "decisions", "history"].map((path) => ask(path)));
    const replicas = nodes.nodes.flatMap((node) => node.replicas);
    head(status);
    alarms(status);
    figures(status, replicas, queue, jobs);
    part("map").replaceChildren(regions.regions.length
      ? draw(regions.regions, replicas) : element("p", { class: "none" }, "No region is attached."));
    charts(history.samples);
    tiles(regions.regions, replicas);
    waiting(queue);
    jobTable(jobs);
    nodeTable(nodes.nodes, history.takesOrders);
    showDecisions(part("decisions"), decisions.decisions, ask);
    contact(true, `as of ${new Date().toLocaleTimeString()}`);
  } catch (error) {
    contact(false, `the control plane does not answer: ${error.message}`);
  }
}

function contact(isThere, text) {
  part("contact").className = isThere ? "" : "lost";
  part("contact").textContent = text;
}

function head(status) {
  const pace = status.timeScale === 1 ? "" : `, ${status.timeScale} times faster than real time`;
  part("summary").textContent =
    `${status.version}, policy ${status.policy}, up ${time(status.uptimeNs)}${pace}`;
}

function alarms(status) {
  const all = (status.predictions?.drifting ?? []).map((each) =>
    `${each.replica || "The fleet"} finds ${percent(each.actual)} of prompt tokens cached where `
    + `${percent(each.predicted)} are predicted.`);
  if (status.predictions?.hitRate?.drifting) {
    const rate = status.predictions.hitRate;
    all.unshift(`${percent(rate.actual)} of prompt tokens are found cached where ${percent(rate.predicted)} `
      + "are predicted.");
  }
  part("alarms").hidden = all.length === 0;
  part("alarms").replaceChildren(...all.map((text) => element("p", { class: "alarm" }, text)));
}

function figures(status, replicas, queue, jobs) {
  const blocks = sum(replicas, (each) => each.replica?.blockCount ?? 0);
  const share = (figure) => (blocks ? percent(sum(replicas, figure) / blocks) : "");
  const rate = status.predictions?.hitRate;
  const rows = [
    ["nodes ready", status.nodesReady, `of ${status.nodes}`],
    ["replicas ready", status.replicasReady, `of ${status.replicas}`],
    ["turns running", count(status.running), ""],
    ["turns waiting", count(status.waiting), `of ${count(queue.waitingMax)} at most`],
    ["hit rate", rate?.samples > 0 ? percent(rate.actual) : "none yet",
      rate?.samples > 0 ? `${percent(rate.predicted)} predicted` : ""],
    ["KV in use", share((each) => each.load?.blocksUsed ?? 0), ""],
    ["KV kept for reuse", share((each) => each.load?.blocksCached ?? 0), ""],
    ["GPUs that train", count(jobs.gpusRunning),
      `${count(jobs.gpusIdle)} idle, ${count(jobs.gpusServing)} serve`],
    ["turns completed", count(status.completed), `${count(status.cutShort)} cut short`],
    ["refusals", count(status.refused), `${count(status.refusedForGood)} for good`],
  ];
  part("figures").replaceChildren(...rows.map(([title, value, note]) =>
    element("div", {}, element("dt", {}, title), element("dd", {}, `${value} `, element("small", {}, note)))));
}

function charts(samples) {
  const of = (name) => (sample) => sample[name];
  part("charts").replaceChildren(
    chart("Share of prompt tokens found cached", samples,
      [["found", of("hitActual")], ["predicted", of("hitPredicted")]], percent, 1),
    chart("Time to the first token", samples,
      [["median", of("ttftMedian")], ["9 of 10 within", of("ttftP90")]], (value) => time(value * 1e9)),
    chart("Turns", samples, [["running", of("running")], ["waiting", of("waiting")]],
      (value) => count(Math.round(value)), 10));
}

function tiles(regions, replicas) {
  const groups = regions.map(({ region }) => {
    const mine = replicas.filter((each) => each.region === region);
    return element("div", {}, element("h3", {}, region), element("div", { class: "tiles" }, ...mine.map(tile)));
  });
  part("replicas").replaceChildren(...groups);
}

function tile(status) {
  const { replica, load, operation } = status;
  const availability = word(status.availability, "AVAILABILITY_");
  const blocks = replica?.blockCount || 1;
  const [used, cached] = [(load?.blocksUsed ?? 0) / blocks, (load?.blocksCached ?? 0) / blocks];
  const bound = operation?.bound && operation.bound !== "nothing"
    ? `bound by ${operation.bound.replace("-", " ")}` : "bound by nothing";
  const batch = load?.decoding ?? 0;
  return element("div", { class: `tile ${availability === "ready" ? "" : "off"}` },
    element("p", {}, element("span", { class: "name", title: replica?.id ?? "" }, replica?.id ?? ""),
      state(availability)),
    element("p", { class: "note" }, element("span", {}, replica?.model?.name ?? ""),
      element("span", {}, replica?.gpu?.name ?? "")),
    bar([used, "used"], [cached, "cached"]),
    bar([batch / (replica?.runningMax || 1), "batch"]),
    element("p", { class: "note" }, element("span", {}, `${load?.running ?? 0} running${load?.waiting ? `, ${load.waiting} wait` : ""}`),
      element("span", {}, `${percent(used)} + ${percent(cached)}`)),
    element("p", { class: "note" }, element("span", {}, status.reason || bound)));
}

function bar(...parts) {
  return element("progress-bar", { "aria-hidden": "true" }, ...parts.map(([share, kind]) => {
    const made = element("span", { class: kind });
    made.style.width = `${Math.min(100, share * 100)}%`;
    return made;
  }));
}

function waiting(queue) {
  const rows = queue.turns.slice(0, 20);
  part("queue").replaceChildren(
    element("p", { class: "hint" }, `${count(queue.waiting)} wait, ${count(queue.running)} run.`),
    table([
      ["Request", (turn) => turn.requestId], ["Model", (turn) => turn.model],
      ["Tenant", (turn) => turn.tenant], ["Priority", (turn) => turn.priority, "number"],
      ["Prompt", (turn) => count(turn.promptTokens), "number"],
      ["Waited", (turn) => time(turn.waitedNs), "number"],
      ["About to wait", (turn) => time(turn.estimateNs), "number"],
    ], rows, "Nobody waits."));
}

function jobTable({ jobs }) {
  const isWaiting = (job) => job.workers.length === 0;
  const rows = [...jobs.filter((job) => !isWaiting(job)), ...jobs.filter(isWaiting)].slice(0, 50);
  const { length: waits } = jobs.filter((job) => job.state === "waiting");
  const wanted = ({ workersMin, workersMax }) =>
    (workersMin === workersMax ? workersMax : `${workersMin}-${workersMax}`);
  part("jobs").replaceChildren(
    element("p", { class: "hint" }, `${count(jobs.length - waits)} with GPUs, ${count(waits)} wait.`),
    table([
      ["Job", (job) => job.spec.name], ["Tenant", (job) => job.spec.tenant],
      ["State", (job) => state(job.state)],
      ["Workers", (job) => `${job.workers.length} of ${wanted(job.spec)}`, "number"],
      ["GPUs", (job) => job.workers.length * job.spec.gpusPerWorker, "number"],
      ["Regions", (job) => [...new Set(job.workers.map((each) => each.region))].sort().join(", ")],
      ["Ran", (job) => time(job.ranNs), "number"],
      ["Checkpoint", (job) => (job.checkpoint ? `${time(job.checkpoint.ageNs)} ago` : "none"), "number"],
      ["Why", (job) => job.cause, "text"],
    ], rows, "No job runs or waits."));
}

function nodeTable(nodes, takesOrders) {
  part("access").hidden = !takesOrders;
  const orders = (node) => {
    if (!takesOrders || !token) return "";
    const isOff = ["CORDONED", "DRAINING", "DRAINED"].includes(node.availability.replace("AVAILABILITY_", ""));
    const all = isOff ? [["Return to service", "undrain"]] : [["Cordon", "cordon"], ["Drain", "drain"]];
    return element("span", {}, ...all.map(([title, verb]) =>
      element("button", { type: "button", onclick: () => order(node.node, title, verb) }, title)));
  };
  const left = (node) => (Number(node.drainLeftNs) > 0 ? `, ends in ${time(node.drainLeftNs)}` : "");
  part("nodes").replaceChildren(table([
    ["Node", (node) => node.node], ["Region", (node) => node.region],
    ["State", (node) => state(word(node.availability, "AVAILABILITY_"))],
    ["Silent for", (node) => time(node.silentNs), "number"],
    ["Why", (node) => `${node.reason}${left(node)}`, "text"], ["", orders],
  ], nodes, "No node is attached."));
}

async function order(node, title, verb) {
  if (!confirm(`${title}: ${node}?`)) return;
  try {
    await ask(`nodes/${node}/${verb}`, "POST");
    part("ordered").textContent = `${node}: the order is given.`;
  } catch (error) {
    part("ordered").textContent = error.message;
  }
  refresh();
}

part("access").addEventListener("submit", (event) => {
  event.preventDefault();
  token = part("token").value;
  sessionStorage.setItem("token", token);
  part("token").value = "";
  refresh();
});

await refresh();
setInterval(() => document.hidden || refresh(), interval);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
