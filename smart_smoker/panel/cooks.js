"use strict";

/* The rows of the list of cooks. What they say can come from anybody: it is only ever put in as text. */
const cookList = (() => {
  const rows = new Map(); // by the cook's id

  function tag(name, role, parent, classes = "") {
    const made = document.createElement(name);
    if (role) made.setAttribute("role", role);
    made.className = classes;
    parent?.append(made);
    return made;
  }

  function makeRow(id, count) {
    const row = tag("tr", "row");
    const name = tag("th", "rowheader", row);
    name.scope = "row";
    tag("a", "", name).href = `?cook=${encodeURIComponent(id)}`;
    for (let number = 0; number < count; number += 1) {
      const cell = tag("td", "cell", row);
      tag("strong", "", cell);
      tag("span", "", cell, "state");
    }
    rows.set(id, row);
    return row;
  }

  function fill(id, label, cells) {
    const [name, ...tags] = (rows.get(id) ?? makeRow(id, cells.length)).children;
    name.firstChild.textContent = label;
    cells.forEach(([look, probe, temperature, words], number) => {
      const cell = tags[number];
      cell.className = `${look} probe-${number}`;
      cell.dataset.probe = probe;
      cell.firstChild.textContent = temperature;
      cell.lastChild.textContent = words;
    });
  }

  /* Fill the rows that have changed, and have all of them in this order. */
  function show(order, changed) {
    for (const row of changed) fill(...row);
    const gone = new Set(rows.keys());
    for (const id of order) gone.delete(id);
    for (const id of gone) {
      rows.get(id).remove();
      rows.delete(id);
    }
    const body = document.querySelector(".cooks tbody");
    order.forEach((id, place) => {
      const there = body.children[place];
      if (there !== rows.get(id)) body.insertBefore(rows.get(id), there ?? null);
    });
  }

  return { show };
})();
