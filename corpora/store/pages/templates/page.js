// Tables sort by a click on a header or by Enter on it; closed details open for print.
"use strict";
const order = new Intl.Collator("en", { numeric: true });

function key(row, column, numeric) {
  const text = row.cells[column].dataset.key;
  return numeric ? (text === "" ? NaN : Number(text)) : text;
}

function compare(one, other, numeric) {
  if (!numeric) return order.compare(one, other);
  return Number.isNaN(one) - Number.isNaN(other) || one - other || 0;
}

function sort(header) {
  const column = header.cellIndex, body = header.closest("table").tBodies[0];
  const numeric = header.classList.contains("number");
  const falling = header.getAttribute("aria-sort") === "ascending" || (numeric && !header.hasAttribute("aria-sort"));
  for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const rows = [...body.rows].map((row) => [key(row, column, numeric), row]);
  rows.sort(([one], [other]) => (falling ? -1 : 1) * compare(one, other, numeric));
  body.append(...rows.map(([, row]) => row));
}

for (const header of document.querySelectorAll("table.sortable thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...header.childNodes);
  header.append(button);
  button.addEventListener("click", () => sort(header));
}

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
