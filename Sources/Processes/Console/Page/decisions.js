// The latest decisions, each opened to its candidates and what their costs are made of.
import { count, element, percent, state, table, time, word } from "./page.js";

/** Shows a list of decisions; `ask` fetches a path of the API. */
export function show(place, decisions, ask) {
  const known = new Map([...place.children].map((row) => [row.dataset.key, row]));
  const rows = decisions.map((decision) => {
    const key = `${decision.requestId}\n${kind(decision)}`;
    const row = known.get(key) ?? made(key, decision, ask);
    row.firstChild.replaceChildren(...line(decision));
    return row;
  });
  if (rows.length === 0) rows.push(element("p", { class: "none" }, "Nothing was decided yet."));
  place.replaceChildren(...rows);
}

const kind = (decision) => (decision.placed ? `on ${decision.placed.replica}` : decision.refused ? "refused" : "waits");

function made(key, decision, ask) {
  const row = element("details", {}, element("summary"), element("div"));
  row.dataset.key = key;
  row.addEventListener("toggle", async () => {
    if (!row.open) return;
    row.lastChild.replaceChildren("asking");
    try {
      const { decisions } = await ask(`decisions/${encodeURIComponent(decision.requestId)}`);
      row.lastChild.replaceChildren(...decisions.flatMap(whole));
    } catch (error) {
      row.lastChild.replaceChildren(`The decision can't be shown: ${error.message}`);
    }
  });
  return row;
}

function line(decision) {
  const quiet = (text) => element("span", { class: "quiet" }, text);
  const { placed, refused } = decision;
  const start = [quiet(`${time(decision.ageNs)} ago `), `${decision.model} `,
    quiet(`${decision.originRegion || "anywhere"} to `)];
  if (placed) {
    const warm = decision.promptTokens ? placed.cachedTokens / decision.promptTokens : 0;
    const ttft = decision.outcome && Number(decision.outcome.ttftNs) > 0
      ? `, first token after ${time(decision.outcome.ttftNs)}` : "";
    const ending = word(decision.outcome?.ending, "TURN_ENDING_") || word(decision.state, "DECISION_STATE_");
    return [...start, `${placed.replica} `,
      quiet(`${percent(warm)} of ${count(decision.promptTokens)} tokens cached${ttft}, `), state(ending)];
  }
  const rest = refused ? [state("refused"), quiet(` ${refused.message}`)] : [state("waiting")];
  return [...start, ...rest];
}

function whole(decision) {
  const rank = (each) => (each.excluded ? 2 : each.chosen ? 0 : 1);
  const rows = [...decision.candidates].sort((a, b) => rank(a) - rank(b) || a.totalSeconds - b.totalSeconds);
  const names = [...new Set(rows.flatMap((each) => each.terms).filter((term) => term.seconds * term.weight !== 0)
    .map((term) => term.name))];
  const term = (row, name) => {
    const found = row.terms.find((each) => each.name === name);
    return found ? time(found.seconds * found.weight * 1e9) : "";
  };
  const others = decision.others.map((each) => `${each.count} ${each.what}`).join(", ");
  return [
    element("p", {}, happened(decision)),
    table([
      ["Replica", (row) => row.replica], ["Region", (row) => row.region],
      ["Cached", (row) => count(row.cachedTokens), "number"],
      ...names.map((name) => [spaced(name), (row) => term(row, name), "number"]),
      ["Cost", (row) => (row.excluded ? "" : time(row.totalSeconds * 1e9)), "number"],
      ["Out because", (row) => row.excluded, "text"],
    ], rows, decision.undetailed ? "The candidates were not kept: too many turns were placed in that second."
      : "No candidates were weighed.", (row) => (row.chosen ? "chosen" : "")),
    others ? element("p", { class: "hint" }, `and others without a line: ${others}`) : null,
  ].filter((each) => each !== null);
}

const spaced = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function happened(decision) {
  const { placed, refused, waits, outcome } = decision;
  if (refused) return `Refused by ${decision.policy}: ${refused.message}`;
  if (waits) return `It had to wait, by the estimate for ${time(waits.estimateNs)}.`;
  if (!placed) return "";
  const why = word(decision.choice?.reason, "CHOICE_REASON_");
  const predicted = Number(placed.predictedTtftNs) - Number(decision.networkNs);
  const text = `Placed by ${decision.policy} on ${placed.replica} (${why}): ${count(placed.cachedTokens)} `
    + `cached tokens and ${time(predicted)} to the first token at the engine were predicted`;
  if (!outcome) return `${text}.`;
  return `${text}, ${count(outcome.cachedTokens)} and ${time(outcome.ttftNs)} came of it, `
    + `with ${count(outcome.outputTokens)} tokens in ${time(outcome.totalNs)}.`;
}
