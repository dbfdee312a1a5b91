"use strict";
// Makes tables sortable and searchable. Without it, the page shows the same.
for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0];
  const titles = [...table.tHead.rows[0].cells];
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent.trim() : cell.dataset.sort;
  };
  const compare = (left, right) => {
    // Empty cells are last in both directions; see below.
    const numeric = left !== "" && right !== "" && !isNaN(left) && !isNaN(right);
    return numeric ? left - right : left.localeCompare(right, undefined, { numeric: true, sensitivity: "base" });
  };
  titles.forEach((title, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...title.childNodes);
    title.append(button);
    title.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const direction = title.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      titles.forEach((other) => other.setAttribute("aria-sort", "none"));
      title.setAttribute("aria-sort", direction);
      const rows = [...body.rows].map((row) => [value(row, column), row]);
      rows.sort(([left], [right]) => {
        if (left === "" || right === "") return (left === "") - (right === "");
        return direction === "ascending" ? compare(left, right) : compare(right, left);
      });
      body.append(...rows.map(([, row]) => row));
    });
  });
  const search = document.getElementById(table.id + "-search");
  if (!search) continue;
  const shown = document.getElementById(table.id + "-shown");
  search.closest(".tools").hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of body.rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      count += !row.hidden;
    }
    shown.textContent = count + " of " + body.rows.length + " shown";
  });
}
// What is folded on the screen belongs on paper as well.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
