"use strict";
// The dashboard in the browser: reads the JSON of the page, draws views from cubes, and charts of the page's tables.
// No figure is computed here beyond sums' quotients and shares; what the floor hides is not in the page at all.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { words, cube, combined, structure, kpis, floor } = data;
  const DIMENSIONS = ["region", "customer_group", "value_tier"];
  const members = (name) => cube.dimensions[name] || [];
  const sizes = DIMENSIONS.map((name) => members(name).length + 1);
  const last = cube.months.length - 1;
  const state = { region: 0, customer_group: 0, value_tier: 0, period: last, field: null, tag: [0, -1], dimension: null };
  const language = () => (document.getElementById("en").checked ? 1 : 0);

  // --- elements and words ---------------------------------------------------------------------------------------

  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) node.setAttribute(name, value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null));
    return node;
  }
  const word = (key, values = {}) => {
    const pair = words[key] || [key, key];
    return pair.map((text) => text.replace(/\{(\w+)\}/g, (_, name) => (name in values ? values[name] : "")));
  };
  const both = (pair) => [el("span", { lang: "zh" }, pair[0]), el("span", { lang: "en" }, pair[1])];
  const say = (key, values) => both(word(key, values));
  const label = (member) => [member[1], member[2]];

  const minus = (text) => text.replace("-", "−");
  const grouped = (value, digits) =>
    minus(value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const FEW = "few";
  function show(kind, value) {
    if (value === FEW) return word("few", { floor })[language()];
    if (value === null || value === undefined) return "–";
    if (kind === "share") return grouped(100 * value, 1) + "%";
    if (kind === "people" || kind === "count") return grouped(value, 0);
    if (kind === "money") return grouped(value, Math.abs(value) >= 100 ? 0 : 2);
    if (kind === "ratio") return grouped(value, 2);
    return grouped(value, 1);
  }
  // a figure whose words follow the switch
  const figure = (kind, value) => (value === FEW ? say("few", { floor }) : [show(kind, value)]);

  // --- cubes ----------------------------------------------------------------------------------------------------

  const place = (at) => String(at.reduce((total, index, axis) => total * sizes[axis] + index, 0));
  const chosen = () => DIMENSIONS.map((name) => state[name]);
  const cellOf = (cells, at) => cells[place(at)] || null;
  const monthly = (month, at = chosen()) => cellOf(cube.cells[month] || {}, at);
  const latest = (at = chosen()) => cellOf(cube.latest.cells || {}, at);
  function part(cell, attributes, name, sum = null) {
    // counts of the members of an attribute, or one of its sums; FEW where the floor hides it
    const number = attributes.findIndex((attribute) => attribute.name === name);
    const attribute = attributes[number];
    if (!cell) return attribute.members.map(() => FEW);
    const entry = cell[1 + number];
    const values = sum === null ? entry[0] : entry[1 + attribute.sums.indexOf(sum)];
    return entry[0].map((count, at) => (count < 0 ? FEW : values[at]));
  }
  const ratio = (a, b) => (typeof a !== "number" || typeof b !== "number" || !b ? (a === FEW || b === FEW ? FEW : null) : a / b);

  // --- charts ---------------------------------------------------------------------------------------------------

  const drawn = new Map();
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  function option(spec, room) {
    const ink = colour("--ink"), soft = colour("--soft"), line = colour("--line");
    const lang = language();
    const names = spec.labels.map((pair) => pair[lang]);
    const flat = spec.kind === "bars" || spec.kind === "share_stack";
    const stacked = spec.kind === "stack" || spec.kind === "share_stack";
    const kinds = new Set(spec.series.map((series) => series.kind));
    const axisKind = spec.series[0] ? spec.series[0].kind : "count";
    const category = {
      type: "category", data: names, inverse: flat, axisTick: { show: false }, axisLine: { lineStyle: { color: line } },
      axisLabel: { color: soft, hideOverlap: !flat, interval: flat ? 0 : "auto", width: flat ? Math.min(150, room * 0.34) : undefined, overflow: flat ? "break" : "none", lineHeight: 13 },
    };
    const short = (value) => {
      if (axisKind === "share") return Math.round(value * 100) + "%";
      if (Math.abs(value) < 10000) return minus(value.toLocaleString("en-US"));
      return lang === 0 ? minus((value / 1e4).toLocaleString("en-US")) + " 万" : minus((value / 1e3).toLocaleString("en-US")) + "k";
    };
    const value = {
      type: "value", axisLabel: { color: soft, formatter: short }, splitLine: { lineStyle: { color: line } }, splitNumber: 4,
      max: spec.kind === "share_stack" ? 1 : axisKind === "share" ? (seen) => (seen.max <= 1 && seen.max > 0.7 ? 1 : null) : null,
      interval: spec.kind === "share_stack" ? 0.25 : null,
    };
    const many = spec.series.length > 1;
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
      color: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => colour("--c" + number)),
      grid: { left: 16, right: flat ? 64 : 16, top: many ? 40 : 16, bottom: 4, containLabel: true },
      legend: many ? { type: "scroll", top: 0, left: 0, textStyle: { color: ink }, pageTextStyle: { color: soft }, pageIconColor: soft } : undefined,
      tooltip: {
        trigger: "axis", axisPointer: { type: flat || spec.kind === "columns" ? "shadow" : "line" }, confine: true,
        backgroundColor: colour("--paper"), borderColor: line, textStyle: { color: ink },
      },
      xAxis: flat ? value : category,
      yAxis: flat ? category : value,
      series: spec.series.map((series) => ({
        name: series.name[lang],
        type: spec.kind === "lines" ? "line" : "bar",
        stack: stacked ? "all" : undefined,
        data: series.values.map((figure) => (typeof figure === "number" ? figure : null)),
        barMaxWidth: 22,
        symbolSize: 5, showSymbol: series.values.length < 16,
        connectNulls: false,
        lineStyle: series.dashed ? { type: "dashed", width: 1.5 } : { width: 2 },
        itemStyle: series.colours ? { color: (point) => colour(series.colours[point.dataIndex]) } : undefined,
        label: flat && !stacked && spec.series.length < 3
          ? { show: true, position: "right", color: ink, fontSize: 11, formatter: (point) => show(series.kind, point.value) } : undefined,
        tooltip: { valueFormatter: (figure) => show(series.kind, figure) },
      })),
    };
  }
  function chart(node, spec) {
    if (!node.offsetParent && !printing) return;
    const flat = spec.kind === "bars" || spec.kind === "share_stack";
    const rows = spec.kind === "share_stack" ? 1 : spec.series.length;
    if (flat) node.style.height = Math.max(9, spec.labels.length * (rows > 1 ? 0.9 * rows + 0.9 : 1.7) + (rows > 1 ? 4.5 : 3)) + "rem";
    let instance = echarts.getInstanceByDom(node);
    if (!instance) instance = echarts.init(node, null, { renderer: "svg" });
    instance.resize();
    instance.setOption(option(spec, node.clientWidth), true);
    drawn.set(node, spec);
  }
  function table(head, rows, attributes = {}) {
    return el("div", { class: "table", tabindex: "0", role: "region", "aria-labelledby": attributes.labelledby || null },
      el("table", { class: attributes.class || null },
        el("thead", {}, el("tr", {}, head.map((pair, at) => el("th", { scope: "col", class: at ? "number" : null }, both(pair))))),
        el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, at) =>
          at ? el("td", { class: "number" }, cell) : el("th", { scope: "row" }, cell)))))));
  }
  // a chart with its figures as a table; `extra`: views put more columns into the table than into the chart
  function draw(view, spec, extra = []) {
    const name = view.dataset.view;
    if (!view.querySelector(".chart")) {
      view.replaceChildren(
        el("div", { class: "chart", role: "img", "aria-labelledby": "h-" + name }),
        el("details", {}, el("summary", {}, say("js.table")), el("div", { class: "held" })));
    }
    const series = [...spec.series, ...extra];
    view.querySelector(".held").replaceChildren(table(
      [spec.first || word("js.group"), ...series.map((one) => one.name)],
      spec.labels.map((pair, at) => [both(pair), ...series.map((one) => figure(one.kind, one.values[at]))]),
      { labelledby: "h-" + name }));
    chart(view.querySelector(".chart"), spec);
  }
  function tiles(list) {
    return el("dl", { class: "tiles kpi" }, list.map(([name, kind, value, asides = []]) =>
      el("div", {}, el("dt", {}, name),
        el("dd", { class: value === FEW ? "few" : value === null ? "absent" : null, "data-value": typeof value === "number" ? value : null },
          value === null ? say("not_measured") : figure(kind, value)),
        asides.map((aside) => el("dd", { class: "aside" }, aside)))));
  }
  function info(id, key) {
    if (!words[key]) return null;
    return el("span", { class: "info" },
      el("button", { type: "button", "aria-describedby": "d-" + id }, "?", el("span", { class: "quiet" }, say("js.definition"))),
      el("span", { role: "tooltip", id: "d-" + id }, say(key)));
  }

  // --- overview -------------------------------------------------------------------------------------------------

  const HEADLINE = ["revenue", "revenue_growth", "margin_rate", "active_customers", "new_customers", "order_value", "repurchase_rate",
    "retention_rate", "churn_rate", "clv", "roi", "nps"];
  const column = Object.fromEntries(kpis.columns.map((name, at) => [name, at]));
  function kpiMonth() {
    const wanted = cube.months[state.period] ? cube.months[state.period].slice(0, 7) : kpis.months[kpis.complete];
    const found = kpis.months.indexOf(wanted);
    return found < 0 || found > kpis.complete ? kpis.complete : found;
  }
  const unitOf = (kpi) => ({ share: "share", money: "money", count: "count" })[kpi.unit] || "figure";
  function read(kpi, month, name) {
    // what is measured as of the latest date alone stands in its month, complete or not
    const only = month === kpis.complete && kpi.rows.slice(0, -1).every((row) => !row || row[column.value] === null);
    const row = kpi.rows[only ? kpi.rows.length - 1 : month];
    return row ? row[column[name]] : null;
  }
  // last year in the same festival seasons where it is known, else by the calendar
  function lastYear(kpi, month) {
    const aligned = read(kpi, month, "last_year_aligned_value");
    return aligned === null ? read(kpi, month, "last_year_value") : aligned;
  }
  function deviation(kpi, month) {
    const now = read(kpi, month, "value"), before = lastYear(kpi, month);
    if (now === null || before === null) return null;
    const change = kpi.unit === "share" || kpi.unit === "points" ? now - before : before ? now / before - 1 : null;
    if (change === null) return null;
    const better = (change > 0) === (kpi.direction === "higher");
    const text = kpi.unit === "share" ? word("js.points", { value: grouped(100 * change, 1) })
      : kpi.unit === "points" ? word("js.points", { value: grouped(change, 1) }) : [show("share", change), show("share", change)];
    return el("b", { class: change === 0 ? null : better ? "up" : "down" }, both(text.map((one) => (change > 0 ? "+" : "") + one)));
  }
  function kpi_tiles(view) {
    const month = kpiMonth();
    const list = HEADLINE.filter((code) => kpis.kpis[code]).map((code) => {
      const kpi = kpis.kpis[code], kind = unitOf(kpi), asides = [];
      const target = read(kpi, month, "target"), met = read(kpi, month, "is_target_met");
      if (target !== null) asides.push([say("js.target"), " ", el("b", {}, show(kind, target)), " ",
        met === null ? null : el("b", { class: met ? "up" : "down" }, say(met ? "js.met" : "js.missed"))]);
      const field = read(kpi, month, "field_average");
      if (field !== null) asides.push([say("js.field"), " ", el("b", {}, show(kind, field))]);
      const before = lastYear(kpi, month), moved = before !== read(kpi, month, "last_year_value");
      if (before !== null) asides.push([say(moved ? "js.last_season" : "js.last_year"), " ", el("b", {}, show(kind, before)), " ", deviation(kpi, month)]);
      const name = [el("span", {}, both(kpi.label)), info("kpi-" + code, "kpi." + code)];
      return [name, kind, read(kpi, month, "value"), asides];
    });
    view.replaceChildren(el("p", {}, say("js.month", { month: kpis.months[month] || "–" })), tiles(list));
    view.querySelectorAll("dl > div").forEach((node, at) => { node.dataset.kpi = HEADLINE.filter((code) => kpis.kpis[code])[at]; });
  }
  function trendSpec(code, ...names) {
    const kpi = kpis.kpis[code];
    const upto = kpis.complete + 1;
    return {
      kind: "lines", first: word("js.by_month"), labels: kpis.months.slice(0, upto).map((month) => [month, month]),
      series: names.map(([name, key, dashed]) => ({
        name: word(key), kind: unitOf(kpi), dashed, values: kpi.rows.slice(0, upto).map((row) => (row ? row[column[name]] : null)) })),
    };
  }
  function revenue_trend(view) {
    if (kpis.kpis.revenue) draw(view, trendSpec("revenue", ["value", "js.this_year", false], ["last_year_value", "js.last_year", true]));
  }
  function customer_trend(view) {
    if (kpis.kpis.active_customers) draw(view, trendSpec("active_customers", ["value", "js.this_year", false], ["last_year_value", "js.last_year", true]));
  }
  function kpi_table(view) {
    const month = kpiMonth();
    const areas = [...new Set(Object.values(kpis.kpis).map((kpi) => kpi.area))];
    const rows = areas.flatMap((area) => Object.entries(kpis.kpis).filter(([, kpi]) => kpi.area === area).map(([code, kpi]) => {
      const kind = unitOf(kpi), met = read(kpi, month, "is_target_met"), base = read(kpi, month, "base");
      const value = read(kpi, month, "value");
      return [
        [...both(kpi.label), info("row-" + code, "kpi." + code)],
        value === null ? say("not_measured") : [show(kind, value), ...unitSuffix(kpi)],
        base === null ? ["–"] : [grouped(base, base === Math.round(base) ? 0 : 1)],
        [show(kind, read(kpi, month, "target")), met === null ? null : el("span", { class: met ? "up" : "down" }, " ", say(met ? "js.met" : "js.missed"))].filter(Boolean),
        [show(kind, read(kpi, month, "field_average"))], [show(kind, read(kpi, month, "leader"))],
        [show(kind, lastYear(kpi, month))], [deviation(kpi, month) || "–"], [show(kind, read(kpi, month, "baseline_value"))],
      ];
    }));
    view.replaceChildren(table(
      ["js.kpi", "js.value", "js.base", "js.target", "js.field", "js.leader", "js.last_year", "js.change", "js.baseline"].map((key) => word(key)),
      rows, { labelledby: "h-kpi_table" }));
  }
  const unitSuffix = (kpi) => (words["unit." + kpi.unit] ? [" ", el("span", { class: "unit" }, say("unit." + kpi.unit))] : []);

  // --- structure ------------------------------------------------------------------------------------------------

  function group_trend(view) {
    const cells = cube.months.map((_, month) => monthly(month));
    const read = (name, sum, at = 0) => cells.map((cell) => part(cell, cube.attributes, name, sum)[at]);
    const active = read("activity", null), orders = read("activity", "orders"), amount = read("activity", "amount");
    const customers = cells.map((cell) => (cell ? cell[0] : FEW)), month = state.period;
    const whole = part(monthly(month, [0, 0, 0]), cube.attributes, "activity", "amount")[0];
    const list = [
      [say("js.customers"), "people", customers[month]],
      [say("js.active"), "people", active[month]],
      [say("js.net_12m"), "money", amount[month]],
      [say("js.orders_12m"), "count", orders[month]],
      [say("js.order_value"), "money", ratio(amount[month], orders[month])],
      [say("js.share_of_sales"), "share", ratio(amount[month], whole)],
    ];
    if (!view.querySelector(".inner")) view.replaceChildren(el("div", { class: "head" }), el("div", { class: "inner", "data-view": "group_trend" }));
    view.querySelector(".head").replaceChildren(tiles(list));
    ["customers", "active", "amount", "orders", "order_value", "share"].forEach((name, at) => {
      view.querySelectorAll(".head dl > div")[at].dataset.figure = name;
    });
    draw(view.querySelector(".inner"), {
      kind: "lines", first: word("js.as_of"), labels: cube.months.map((one) => [one, one]),
      series: [{ name: word("js.net_12m"), kind: "money", values: amount }],
    }, [{ name: word("js.customers"), kind: "people", values: customers }, { name: word("js.active"), kind: "people", values: active },
      { name: word("js.orders_12m"), kind: "count", values: orders }]);
  }
  function byDimension(view, axis, most) {
    const name = DIMENSIONS[axis];
    let rows = members(name).map((member, number) => {
      const at = chosen(); at[axis] = number + 1;
      const cell = monthly(state.period, at);
      const activity = (sum) => part(cell, cube.attributes, "activity", sum)[0];
      return { pair: label(member), number: number + 1, customers: cell ? cell[0] : FEW, active: activity(null), amount: activity("amount") };
    });
    if (most) rows = rows.filter((row) => row.customers !== FEW || row.number === state[name]).slice(0, most);
    const colours = rows.map((row) => (state[name] && row.number !== state[name] ? "--c5" : "--c1"));
    draw(view, {
      kind: "bars", labels: rows.map((row) => row.pair),
      series: [{ name: word("js.customers"), kind: "people", colours, values: rows.map((row) => row.customers) }],
    }, [{ name: word("js.active"), kind: "people", values: rows.map((row) => row.active) },
      { name: word("js.net_12m"), kind: "money", values: rows.map((row) => row.amount) }]);
  }
  const by_region = (view) => byDimension(view, 0, 20);
  const by_group = (view) => byDimension(view, 1);
  const by_tier = (view) => byDimension(view, 2);
  function byAttribute(view, cell, attributes, name, sums = [], skip = []) {
    const attribute = attributes.find((one) => one.name === name);
    const keep = attribute.members.map((member, at) => at).filter((at) => !skip.includes(attribute.members[at][0]));
    const pick = (values) => keep.map((at) => values[at]);
    const counts = part(cell, attributes, name);
    const total = cell ? cell[0] : FEW;
    draw(view, {
      kind: "bars", labels: keep.map((at) => label(attribute.members[at])),
      series: [{ name: word("js.customers"), kind: "people", values: pick(counts) }],
    }, [{ name: word("js.share"), kind: "share", values: pick(counts).map((count) => ratio(count, total)) },
      ...sums.map(([sum, key]) => ({ name: word(key), kind: "money", values: pick(part(cell, attributes, name, sum)) }))]);
  }
  const by_stage = (view) => byAttribute(view, monthly(state.period), cube.attributes, "lifecycle_stage");
  function registered(view) {
    const names = Object.keys(structure.dimensions);
    if (!names.length) return view.replaceChildren(el("p", { class: "absent" }, say("js.nothing_registered")));
    if (!names.includes(state.dimension)) state.dimension = names[0];
    const month = Math.max(0, structure.months.indexOf(cube.months[state.period]));
    if (!view.querySelector(".inner")) {
      const select = el("select", { id: "f-dimension", onchange: (event) => { state.dimension = event.target.value; registered(view); } });
      view.replaceChildren(el("div", { class: "picks" }, el("label", { class: "pick", for: "f-dimension" }, say("js.by"), select)),
        el("div", { class: "inner", "data-view": "registered" }));
    }
    options(view.querySelector("select"), names.map((name) => [name, word("dimension." + name)]), state.dimension);
    const one = structure.dimensions[state.dimension];
    const counts = one.counts[month].map((count) => (count < 0 ? FEW : count));
    const amounts = one.amounts[month].map((amount, at) => (counts[at] === FEW ? FEW : amount));
    draw(view.querySelector(".inner"), {
      kind: "bars", labels: one.members.map(label), series: [{ name: word("js.customers"), kind: "people", values: counts }],
    }, [{ name: word("js.net_12m"), kind: "money", values: amounts }]);
  }

  // --- value ----------------------------------------------------------------------------------------------------

  function rfm_matrix(view) {
    const attributes = cube.latest.attributes, attribute = attributes.find((one) => one.name === "rf");
    const cell = latest(), counts = part(cell, attributes, "rf"), amounts = part(cell, attributes, "rf", "amount");
    const count = {}, amount = {};
    attribute.members.forEach(([code], at) => { count[code] = counts[at]; amount[code] = amounts[at]; });
    const most = Math.max(1, ...counts.filter((one) => typeof one === "number"));
    const matrix = el("table", { class: "rfm" },
      el("thead", {}, el("tr", {}, el("th", {}, say("js.recency")), [1, 2, 3, 4, 5].map((f) => el("th", { scope: "col" }, "F" + f)))),
      el("tbody", {}, [5, 4, 3, 2, 1].map((r) => el("tr", {}, el("th", { scope: "row" }, "R" + r), [1, 2, 3, 4, 5].map((f) => {
        const code = r + "-" + f, value = code in count ? count[code] : 0;
        const heat = typeof value === "number" ? Math.round(9 * Math.sqrt(value / most)) : 0;
        return el("td", {}, el("button", {
          type: "button", class: "h" + heat + (value === FEW ? " few" : ""), "data-field": code, "aria-pressed": String(state.field === code),
          onclick: () => { state.field = state.field === code ? null : code; rfm_matrix(view);
            const again = view.querySelector(`[data-field="${code}"]`); if (again) again.focus(); },
        }, figure("people", value)));
      })))));
    const panel = el("div", { class: "panel", "aria-live": "polite" });
    if (state.field) {
      // group and tier are cells of the cube; what it does not cross stands in the profile
      const entry = combined.fields[state.field], at = attribute.members.findIndex(([code]) => code === state.field);
      const across = (axis) => members(DIMENSIONS[axis]).map((_, number) => {
        const one = part(latest([0, 1, 2].map((other) => (other === axis ? number + 1 : 0))), attributes, "rf")[at];
        return one === FEW ? -1 : one;
      });
      panel.append(el("h4", {}, say("js.field_chosen", { field: state.field.replace(/(\d)-(\d)/, "R$1 F$2") })));
      panel.append(tiles([[say("js.in_filter"), "people", state.field in count ? count[state.field] : 0], [say("js.net_12m"), "money", state.field in amount ? amount[state.field] : 0]]));
      panel.append(...profile(entry && [entry[0], [across(1), across(2), ...entry[1]], entry[2]]));
    } else panel.append(el("p", {}, say("js.choose_field")));
    view.replaceChildren(el("div", { class: "split" }, el("div", { class: "table" }, matrix), panel));
  }
  const rfm_classes = (view) => byAttribute(view, latest(), cube.latest.attributes, "rfm_class", [["amount", "js.net_12m"]]);
  const abc = (view) => byAttribute(view, latest(), cube.latest.attributes, "abc_class", [["amount", "js.net_12m"]]);
  function clv(view) {
    const cell = latest(), attributes = cube.latest.attributes, total = cell ? cell[0] : FEW;
    // a mean over customers of whom some have no value is not known
    const of = (sum) => (cube.latest.known.includes(sum) ? ratio(part(cell, attributes, "buyer", sum)[0], total) : null);
    const list = [["leading", "js.clv_leading"], ["formula", "js.clv_formula"], ["dynamic", "js.clv_dynamic"], ["probabilistic", "js.clv_probabilistic"]];
    draw(view, {
      kind: "bars", first: word("js.method"), labels: list.map(([, key]) => word(key)),
      series: [{ name: word("js.mean_value"), kind: "money", values: list.map(([sum]) => of(sum)) }],
    });
  }

  // --- churn ----------------------------------------------------------------------------------------------------

  const alert_levels = (view) => byAttribute(view, latest(), cube.latest.attributes, "alert_level", [["at_risk", "js.at_risk"]]);
  const churn_stages = (view) => byAttribute(view, latest(), cube.latest.attributes, "churn_stage");
  const causes = (view) => byAttribute(view, latest(), cube.latest.attributes, "root_cause", [], ["unknown_cause"]);
  function by_risk(view) {
    const cell = latest(), attributes = cube.latest.attributes, total = cell ? cell[0] : FEW;
    const of = (sum) => part(cell, attributes, "buyer", sum)[0];
    view.replaceChildren(tiles([
      [say("js.customers"), "people", total], [say("js.at_risk"), "money", of("at_risk")],
      [say("js.p_no_order_90d"), "share", ratio(of("risk"), of("judged"))],
    ]));
    ["customers", "at_risk", "probability"].forEach((name, at) => { view.querySelectorAll("dl > div")[at].dataset.figure = name; });
  }

  // --- tags -----------------------------------------------------------------------------------------------------

  function profile(entry) {
    if (!entry) return [el("p", { class: "few" }, say("js.profile_hidden", { floor }))];
    const everybody = combined.everybody;
    return combined.attributes.map((attribute, block) => el("div", {}, el("h4", {}, say("js.by_" + attribute.name)), table(
      [["js.group"], ["js.customers"], ["js.share"], ["js.everybody"], ["js.against"]].map(([key]) => word(key)),
      attribute.members.map((member, at) => {
        const count = entry[1][block][at] < 0 ? FEW : entry[1][block][at];
        const share = ratio(count, entry[0]), usual = everybody ? everybody[1][block][at] / everybody[0] : null;
        const meter = el("span", { class: "meter" });
        meter.style.width = (typeof share === "number" ? 60 * share : 0) + "%";
        return [both(label(member)), figure("people", count), figure("share", share), [show("share", usual)],
          [typeof share === "number" && usual ? show("ratio", share / usual) : "–", " ", meter]];
      }), { class: "meters" })));
  }
  function options(select, list, value) {
    const lang = language();
    select.replaceChildren(...list.map(([code, pair]) => { const one = el("option", { value: code }, pair[lang]); return one; }));
    select.value = String(value);
  }
  function tagOptions(select, value, none) {
    const lang = language();
    const families = [...new Set(combined.tags.map((tag) => tag[3]))];
    select.replaceChildren(...(none ? [el("option", { value: "-1" }, word("js.no_tag")[lang])] : []), ...families.map((family) => {
      const group = el("optgroup", { label: word("family." + family)[lang] });
      combined.tags.forEach((tag, at) => { if (tag[3] === family) group.append(el("option", { value: String(at) }, tag[1 + lang])); });
      return group;
    }));
    select.value = String(value);
  }
  function tag_profile(view) {
    if (!combined.tags.length) return view.replaceChildren(el("p", { class: "absent" }, say("js.no_tags")));
    if (!view.querySelector("select")) {
      const choose = (at) => (event) => { state.tag[at] = Number(event.target.value); tag_profile(view); };
      view.replaceChildren(el("div", { class: "picks" }, [0, 1].map((at) => el("label", { class: "pick", for: "f-tag-" + at },
        say(at ? "js.and_tag" : "js.tag"), el("select", { id: "f-tag-" + at, onchange: choose(at) })))),
      el("div", { class: "meaning" }), el("div", { class: "panel", "aria-live": "polite" }));
    }
    view.querySelectorAll("select").forEach((select, at) => tagOptions(select, state.tag[at], at === 1));
    const [a, b] = state.tag, second = b >= 0 && b !== a;
    const key = second ? Math.min(a, b) + "-" + Math.max(a, b) : null;
    const entry = second ? combined.pairs[key] : combined.single[a], nobody = second && combined.empty.includes(key);
    view.querySelector(".meaning").replaceChildren(...[a, ...(second ? [b] : [])].map((at) =>
      el("p", {}, both([combined.tags[at][1] + "：" + combined.tags[at][4], combined.tags[at][2] + ": " + combined.tags[at][5]]))));
    const everybody = combined.everybody;
    const aside = (at, kind) => (everybody ? [[say("js.everybody"), " ", el("b", {}, show(kind, everybody[2][at]))]] : []);
    const value = (at) => (entry ? entry[2][at] : FEW);
    view.querySelector(".panel").replaceChildren(tiles([
      [say("js.holders"), "people", entry ? entry[0] : nobody ? 0 : FEW],
      [say("js.share"), "share", entry && everybody ? entry[0] / everybody[0] : nobody ? 0 : FEW],
      [say("js.mean_net_12m"), "money", nobody ? null : value(0), aside(0, "money")],
      [say("js.mean_value"), "money", nobody ? null : value(1), aside(1, "money")],
      [say("js.p_no_order_90d"), "share", nobody ? null : value(2), aside(2, "share")],
    ]), el("div", { class: "grid" }, ...(nobody ? [] : profile(entry))));
    view.querySelector(".panel dl > div").dataset.figure = "holders";
  }

  // --- the page -------------------------------------------------------------------------------------------------

  const VIEWS = { kpi_tiles, revenue_trend, customer_trend, kpi_table, group_trend, by_region, by_group, by_tier, by_stage, registered,
    rfm_matrix, rfm_classes, abc, clv, alert_levels, churn_stages, causes, by_risk, tag_profile };
  let printing = false;
  const parts = [...document.querySelectorAll("main > section")];
  const shown = () => parts.filter((part) => !part.hidden);
  function render() {
    document.documentElement.lang = language() ? "en" : "zh";
    document.title = data.title[language()] + " · " + data.name[language()];
    filters();
    for (const part of printing ? parts : shown()) {
      for (const view of part.querySelectorAll("article > [data-view]")) {
        if (cube.months.length || part.id === "overview") VIEWS[view.dataset.view](view);
        else view.replaceChildren(el("p", { class: "absent" }, say("js.no_customers")));
      }
      for (const node of part.querySelectorAll("[data-chart]")) chart(node, data.charts[node.dataset.chart]);
    }
  }
  function filters() {
    const lang = language();
    for (const name of DIMENSIONS) {
      const select = document.getElementById("f-" + name);
      options(select, [["0", word("filter.all")], ...members(name).map((member, at) => [String(at + 1), label(member)])], state[name]);
    }
    options(document.getElementById("f-period"), cube.months.map((month, at) => [String(at), [month, month]]).reverse(), state.period);
    const cell = cube.months.length ? monthly(state.period) : null;
    const text = cell ? word("js.chosen", { count: grouped(cell[0], 0), month: cube.months[state.period] })
      : word("js.chosen_few", { floor, month: cube.months[state.period] || "–" });
    const any = DIMENSIONS.some((name) => state[name]);
    document.getElementById("chosen").replaceChildren(text[lang]);
    for (const part of parts) {
      let note = part.querySelector(":scope > .scope");
      if (!note) { note = el("p", { class: "scope" }, say("js.whole")); part.querySelector(".stand").after(note); }
      note.hidden = !(any && part.dataset.scope === "whole");
    }
  }
  function go() {
    const wanted = parts.find((part) => "#" + part.id === location.hash) || parts[0];
    for (const part of parts) part.hidden = part !== wanted;
    for (const link of document.querySelectorAll(".parts a")) {
      if (link.hash === "#" + wanted.id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    render();
  }
  document.getElementById("filters").addEventListener("change", (event) => {
    state[event.target.dataset.filter] = Number(event.target.value);
    render();
  });
  document.getElementById("filters").addEventListener("reset", (event) => {
    event.preventDefault();
    Object.assign(state, { region: 0, customer_group: 0, value_tier: 0, period: last });
    render();
  });
  for (const name of ["zh", "en"]) document.getElementById(name).addEventListener("change", render);
  addEventListener("hashchange", () => { go(); scrollTo(0, 0); });
  addEventListener("resize", () => { for (const [node] of drawn) if (node.offsetParent) echarts.getInstanceByDom(node).resize(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);
  addEventListener("beforeprint", () => {
    printing = true;
    for (const part of parts) part.hidden = false;
    for (const one of document.querySelectorAll("details")) one.open = true;
    render();
  });
  addEventListener("afterprint", () => {
    printing = false;
    for (const one of document.querySelectorAll("details")) one.open = false;
    go();
  });
  go();
  document.documentElement.dataset.ready = "yes";
})();
