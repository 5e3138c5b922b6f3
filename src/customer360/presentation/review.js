"use strict";
// The review page in the browser: shows one pair at a time, takes answers, keeps them in localStorage, saves them as a file.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const KEY = `customer360.review.${data.data_set}.${data.build}`;
  const HEADINGS = ["record_id_a", "record_id_b", "decision", "decided_by", "decided_on", "note", "drawn_as"];
  const sections = [...document.querySelectorAll(".pair")];
  const one = (selector) => document.querySelector(selector);
  const keys = data.pairs.map((pair) => JSON.stringify(pair));
  const fresh = () => ({ by: "", token: Math.random().toString(16).slice(2, 6).padEnd(4, "0"), answers: {}, notes: {}, done: [], saved: 0, changed: 0 });
  let keeps = true;
  let at = 0;
  let state = fresh();

  // --- what the browser keeps -----------------------------------------------------------------------------------

  function load() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      if (kept && typeof kept === "object" && kept.answers) state = { ...fresh(), ...kept };
    } catch { keeps = false; }
  }

  function keep() {
    state.changed += 1;
    try {
      localStorage.setItem(KEY, JSON.stringify(state));
    } catch { keeps = false; }
  }

  // --- what is shown --------------------------------------------------------------------------------------------

  function render() {
    const answered = keys.filter((key) => state.answers[key]).length;
    sections.forEach((section, index) => {
      section.hidden = index !== at;
      const answer = state.answers[keys[index]];
      const badge = section.querySelector(".badge");
      if (answer) badge.dataset.decision = answer.decision; else delete badge.dataset.decision;
    });
    one("#answered").textContent = `${answered} / ${keys.length}`;
    one("progress").value = answered;
    one("#unsaved").hidden = state.saved === state.changed || !Object.keys(state.answers).length;
    one("#done").hidden = !keys.length || answered < keys.length;
    one("#not_kept").hidden = keeps;
    one("#by").value = state.by;
    if (!keys.length) return;
    const answer = state.answers[keys[at]];
    for (const button of document.querySelectorAll(".answers [data-decision]"))
      button.setAttribute("aria-pressed", String(answer?.decision === button.dataset.decision));
    one('[data-do="back"]').disabled = at === 0;
    one('[data-do="forth"]').disabled = at === keys.length - 1;
    one('[data-do="undo"]').disabled = !state.done.length;
    sections[at].querySelector(".note input").value = state.notes[keys[at]] || "";
  }

  function go(index) {
    at = Math.max(0, Math.min(keys.length - 1, index));
    render();
    sections[at]?.scrollIntoView({ block: "start" });
  }

  function nextOpen() {
    for (let step = 1; step <= keys.length; step += 1) {
      const index = (at + step) % keys.length;
      if (!state.answers[keys[index]]) return index;
    }
    return at;
  }

  // where two near values differ: beginning and end that they share are left as they are
  function markDifferences() {
    for (const row of document.querySelectorAll("tr.near")) {
      const cells = [...row.querySelectorAll(".value")].filter((cell) => !cell.children.length);
      if (cells.length < 2) continue;
      const [a, b] = cells.map((cell) => [...cell.textContent]);
      let from = 0;
      while (from < Math.min(a.length, b.length) && a[from] === b[from]) from += 1;
      let behind = 0;
      while (behind < Math.min(a.length, b.length) - from && a[a.length - 1 - behind] === b[b.length - 1 - behind]) behind += 1;
      [a, b].forEach((text, index) => {
        const middle = document.createElement("mark");
        middle.textContent = text.slice(from, text.length - behind).join("");
        cells[index].replaceChildren(text.slice(0, from).join(""), middle, text.slice(text.length - behind).join(""));
      });
    }
  }

  // --- answers --------------------------------------------------------------------------------------------------

  function today() {
    // a day after that of landing would be refused: the company's day, not that of the machine
    try {
      const parts = new Intl.DateTimeFormat("en", { timeZone: data.time_zone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(new Date());
      const part = (type) => parts.find((found) => found.type === type).value;
      return `${part("year")}-${part("month")}-${part("day")}`;
    } catch { return new Date().toISOString().slice(0, 10); }
  }

  function answer(decision) {
    if (!keys.length) return;
    const key = keys[at];
    state.done.push([key, state.answers[key] || null]);
    state.answers[key] = { decision, on: today(), drawn: data.drawn[at] };
    keep();
    go(nextOpen());
  }

  function undo() {
    const last = state.done.pop();
    if (!last) return;
    const [key, before] = last;
    if (before) state.answers[key] = before; else delete state.answers[key];
    keep();
    go(keys.includes(key) ? keys.indexOf(key) : at);
  }

  function forget() {
    const { token } = state;
    state = { ...fresh(), token };
    try {
      localStorage.removeItem(KEY);
    } catch { keeps = false; }
    one("#saved").hidden = true;
    one("details").open = false;
    go(0);
  }

  // --- the file -------------------------------------------------------------------------------------------------

  // a spreadsheet takes what begins with such a sign for a formula
  const asText = (value) => (/^[\s\u0000-\u001f]*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : value);
  const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

  function file() {
    const rows = Object.entries(state.answers).map(([key, { decision, on, drawn }]) => {
      const [a, b] = JSON.parse(key);
      return [a, b, decision, asText(state.by.trim()), on, asText((state.notes[key] || "").trim()), drawn || ""];
    });
    return [HEADINGS, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
  }

  function save() {
    if (!Object.keys(state.answers).length) return;
    const link = document.createElement("a");
    const name = `identity_decisions_${data.build}_${state.token}.csv`;
    // the mark at the beginning lets spreadsheets read Chinese
    link.href = URL.createObjectURL(new Blob(["\ufeff", file()], { type: "text/csv" }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    keep();
    state.saved = state.changed;
    try {
      localStorage.setItem(KEY, JSON.stringify(state));
    } catch { keeps = false; }
    for (const place of document.querySelectorAll("#saved .file")) place.textContent = name;
    one("#saved").hidden = false;
    render();
  }

  // --- keys and buttons -----------------------------------------------------------------------------------------

  const DO = {
    back: () => go(at - 1), forth: () => go(at + 1), next_open: () => go(nextOpen()), undo, save, forget,
  };
  const KEYS = {
    y: () => answer("must_link"), j: () => answer("must_link"), n: () => answer("must_not_link"),
    u: () => answer("undecided"), "?": () => answer("undecided"), "？": () => answer("undecided"),
    z: undo, arrowleft: DO.back, arrowright: DO.forth,
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.decision) answer(button.dataset.decision);
    else if (button) DO[button.dataset.do]?.();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest('input[type="text"]')) return;
    // an input method for Chinese says "Process" and leaves the key's place
    const key = event.key === "Process" ? event.code.replace(/^Key/, "") : event.key;
    const act = KEYS[key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "by") state.by = event.target.value;
    else if (event.target.closest(".note")) state.notes[keys[at]] = event.target.value;
    else return;
    keep();
    one("#unsaved").hidden = !Object.keys(state.answers).length;
  });
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) { state = fresh(); load(); render(); }
  });
  window.addEventListener("beforeunload", (event) => {
    if (!keeps && state.saved !== state.changed) event.preventDefault();
  });

  load();
  try {
    localStorage.setItem(`${KEY}.probe`, "1");
    localStorage.removeItem(`${KEY}.probe`);
  } catch { keeps = false; }
  markDifferences();
  for (const node of document.querySelectorAll(".needs_script")) node.hidden = false;
  if (keys.length && state.answers[keys[0]]) at = nextOpen();
  render();
  document.documentElement.dataset.ready = "yes";
})();
