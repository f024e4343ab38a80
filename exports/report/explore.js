// Filters of verken.html: from the short rows of the page to three charts, each with its table.
"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const data = read("cijfers");
  const specs = read("grafieken");
  const element = (id) => document.getElementById(id);
  const number = new Intl.NumberFormat("nl-NL", { maximumFractionDigits: 4 });

  const rows = data.rows.map((row) => ({
    kpi: row[0], design: row[1], period: row[2], region: data.regions[row[3]],
    service: data.services[row[4]].code, age: data.ages[row[5]], status: data.statuses[row[6]],
    value: row[7] ?? null, low: row[8] ?? null, high: row[9] ?? null, count: row[10] ?? null,
    reliability: row[11] === undefined ? null : data.reliabilities[row[11]],
    reasons: row[12] === undefined ? [] : data.reasons[row[12]], provisional: row[13] === 1,
  }));
  const areas = new Map(data.areas.map((area) => [area.code, area]));
  const present = new Set(data.regions);
  const nameOf = (code) => (code === null ? "alles samen" : areas.get(code)?.name ?? code);
  const services = data.services.filter((each) => each.code !== null)
    .sort((one, other) => (one.code < other.code ? -1 : 1));
  const serviceName = new Map(services.map((each) => [each.code, each.name]));

  const make = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    if (text !== undefined && text !== null) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const option = (value, text) => make("option", text, { value });
  const group = (label, options) => {
    const made = make("optgroup", null, { label });
    made.append(...options);
    return made;
  };

  function fillChoices() {
    for (const [layer, layerName] of Object.entries(data.layers)) {
      const options = data.kpis
        .map((kpi, place) => [kpi, place])
        .filter(([kpi]) => kpi.layer === layer)
        .map(([kpi, place]) => option(place, `${kpi.id} ${kpi.name}`));
      if (options.length) element("kpi").append(group(layerName, options));
    }
    const first = data.kpis.findIndex((kpi) => kpi.layer === "effect");
    element("kpi").value = String(Math.max(first, 0));
    element("gebied").append(option("", "Alles samen"));
    const municipalities = data.areas.filter((a) => a.kind === "gemeente" && present.has(a.code));
    element("gebied").append(group("Gemeenten", municipalities.map((a) => option(a.code, a.name))));
    for (const municipality of municipalities) {
      const wijken = data.areas.filter(
        (a) => a.kind === "wijk" && a.within === municipality.code && present.has(a.code));
      if (wijken.length) {
        element("gebied").append(
          group(`Wijken van ${municipality.name}`, wijken.map((a) => option(a.code, a.name))));
      }
    }
    element("werksoort").append(option("", "Alle werksoorten"));
    element("werksoort").append(...services.map((each) => option(each.code, each.name)));
  }

  const choice = () => ({
    kpi: Number(element("kpi").value),
    type: document.querySelector("input[name=soort]:checked").value,
    period: Number(element("periode").value),
    region: element("gebied").value || null,
    service: element("werksoort").value || null,
  });

  // The whole of open data is the country; that of own figures is the organisation.
  const isWhole = (region) => region === null || areas.get(region)?.kind === "land";
  const inRegion = (row, region) => (region === null ? isWhole(row.region) : row.region === region);

  function fillPeriods() {
    const { kpi, type } = choice();
    const former = element("periode").selectedOptions[0]?.textContent;
    const found = [...new Set(rows.filter((row) => row.kpi === kpi).map((row) => row.period))]
      .filter((place) => data.periods[place].type === type)
      .sort((one, other) => (data.periods[one].start < data.periods[other].start ? 1 : -1));
    element("periode").replaceChildren(
      ...found.map((place) => option(place, data.periods[place].name)));
    const same = found.find((place) => data.periods[place].name === former);
    const over = found.find((place) => data.periods[place].is_over);
    element("periode").value = String(same ?? over ?? found[0] ?? "");
  }

  const measured = (value, kpi) => `${number.format(value)}${kpi.unit.replace(" ", "\u00a0")}`;

  function said(row, kpi) {
    if (row.status === "afgeschermd") {
      return ["afgeschermd", "-", "-", "te weinig mensen of te onzeker"];
    }
    if (row.status !== "getoond") return ["niet beschikbaar", "-", "-", "geen cijfer in de bron"];
    return [
      measured(row.value, kpi) + (row.provisional ? " (voorlopig)" : ""),
      row.low === null || row.high === null
        ? "-" : `tussen ${measured(row.low, kpi)} en ${measured(row.high, kpi)}`,
      row.count === null ? "-" : number.format(row.count),
      `${row.reliability.mark} ${row.reliability.name}`
        + (row.reasons.length ? `: ${row.reasons.join(", ")}` : ""),
    ];
  }

  const seriesOf = (row) => [data.designs[row.design], row.age].filter(Boolean).join(", ");

  function table(caption, head, found, kpi) {
    if (!found.length) {
      return make("p", "Niet beschikbaar: deze combinatie wordt niet berekend of had geen cijfer.");
    }
    const made = make("table");
    made.append(make("caption", caption));
    const top = make("tr");
    for (const text of [head, "Reeks", "Cijfer", "Toeval (95%)", "Over", "Betrouwbaarheid"]) {
      top.append(make("th", text, { scope: "col" }));
    }
    made.append(make("thead"));
    made.tHead.append(top);
    const body = make("tbody");
    for (const row of found) {
      const line = make("tr");
      line.append(make("th", row.label, { scope: "row" }), make("td", seriesOf(row)));
      for (const text of said(row, kpi)) line.append(make("td", text));
      body.append(line);
    }
    made.append(body);
    const region = make("div", null,
      { class: "scroll", role: "region", tabindex: "0", "aria-label": caption });
    region.append(made);
    return region;
  }

  async function draw(id, spec, found, title, by, kpi) {
    const holder = element(id);
    const drawable = found.filter((row) => row.status === "getoond");
    element(`${id}-tabel`).replaceChildren(table(title, by, found, kpi));
    holder.parentElement.hidden = drawable.length === 0;
    holder.replaceChildren();
    if (!drawable.length) return;
    const values = found.map((row) => ({
      label: row.label, period: row.label, series: seriesOf(row),
      value: row.value, low: row.low ?? row.value, high: row.high ?? row.value,
    }));
    const plot = make("div", null, { class: "plot" });
    holder.append(plot);
    const size = spec.height ? {} : { height: 26 * new Set(drawable.map((row) => row.label)).size };
    await vegaEmbed(plot, { ...spec, ...size, datasets: { figures: values } }, {
      actions: false, renderer: "svg", tooltip: false,
      formatLocale: { decimal: ",", thousands: ".", grouping: [3], currency: ["€ ", ""] },
    });
    for (const name of ["role", "aria-label", "aria-roledescription"]) plot.removeAttribute(name);
    const svg = plot.querySelector("svg");
    for (const part of svg.querySelectorAll("[role], [aria-roledescription], [aria-label]")) {
      for (const name of ["role", "aria-label", "aria-roledescription"]) part.removeAttribute(name);
    }
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `${title}. De tabel hieronder geeft dezelfde cijfers.`);
  }

  function show() {
    const chosen = choice();
    const kpi = data.kpis[chosen.kpi];
    const own = rows.filter((row) => row.kpi === chosen.kpi);
    const place = nameOf(chosen.region);
    const service = chosen.service ? serviceName.get(chosen.service) : "alle werksoorten";
    const period = data.periods[chosen.period]?.name ?? "";

    const trend = own
      .filter((row) => data.periods[row.period].type === chosen.type
        && inRegion(row, chosen.region) && row.service === chosen.service)
      .map((row) => ({ ...row, label: data.periods[row.period].name,
        start: data.periods[row.period].start }))
      .sort((one, other) => (one.start < other.start ? -1 : one.start > other.start ? 1 : 0));

    const now = trend.filter((row) => row.period === chosen.period);
    element("kop").textContent = `${kpi.id} ${kpi.name}`;
    element("uitkomst").replaceChildren(...(now.length ? now.map((row) => {
      const [value, interval, count, sure] = said(row, kpi);
      const line = make("p");
      line.append(make("strong", value), document.createTextNode(
        ` in ${row.label}, ${place}, ${service} (${seriesOf(row)})`
        + (interval === "-" ? "" : `, ${interval}`) + (count === "-" ? "" : `, over ${count}`)
        + `. ${sure}.`));
      return line;
    }) : [make("p", `Niet beschikbaar voor ${place}, ${service}, ${period}: deze combinatie wordt `
      + "niet berekend of had geen cijfer. Kies een gemeente, of alle werksoorten.")]));

    // Within a municipality its wijken; a wijk stands beside the others of its municipality.
    const area = areas.get(chosen.region);
    const within = area?.kind === "wijk" ? area.within : area?.kind === "gemeente" ? area.code : null;
    const beside = own
      .filter((row) => row.period === chosen.period && row.service === chosen.service
        && (within === null
          ? areas.get(row.region)?.kind === "gemeente"
          : areas.get(row.region)?.kind === "wijk" && areas.get(row.region).within === within))
      .map((row) => ({ ...row, label: nameOf(row.region) }));
    const perService = own
      .filter((row) => row.period === chosen.period && row.service !== null
        && inRegion(row, chosen.region))
      .map((row) => ({ ...row, label: serviceName.get(row.service) }));

    const where = within === null ? "gemeenten" : `wijken van ${nameOf(within)}`;
    return Promise.all([
      draw("verloop", specs.trend, trend, `Verloop van ${kpi.id}, ${place}, ${service}`, "Periode",
        kpi),
      draw("gebieden", specs.beside, beside, `${kpi.id} in ${period}, ${where}, ${service}`,
        "Gebied", kpi),
      draw("werksoorten", specs.beside, perService, `${kpi.id} in ${period}, ${place}, per werksoort`,
        "Werksoort", kpi),
    ]);
  }

  fillChoices();
  fillPeriods();
  element("keuze").addEventListener("submit", (event) => event.preventDefault());
  element("keuze").addEventListener("change", (event) => {
    if (event.target.id === "kpi" || event.target.name === "soort") fillPeriods();
    show();
  });
  // The form is painted first; charts take longer.
  requestAnimationFrame(() => setTimeout(() => show().then(() => {
    document.documentElement.setAttribute("data-drawn", Math.round(performance.now()));
  })));
})();
