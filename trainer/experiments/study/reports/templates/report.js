// Tables sort by a click on a header, or by Enter on it.
"use strict";
const order = new Intl.Collator("en", { numeric: true });

function number(text) {
  const found = text.replace(/,/g, "").replace("−", "-").match(/^[+-]?\d+(\.\d+)?/);
  return found ? Number(found[0]) : NaN;
}

function compare(one, other, numeric) {
  if (!numeric) return order.compare(one, other);
  return number(one) - number(other);
}

function sort(header) {
  const column = header.cellIndex, body = header.closest("table").tBodies[0];
  const numeric = !header.classList.contains("text");
  const falling = header.getAttribute("aria-sort") === "ascending" || (numeric && !header.hasAttribute("aria-sort"));
  for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const text = (row) => row.cells[column].textContent.trim();
  const empty = (row) => numeric && Number.isNaN(number(text(row)));
  const rows = [...body.rows];
  const full = rows.filter((row) => !empty(row));
  full.sort((one, other) => (falling ? -1 : 1) * compare(text(one), text(other), numeric));
  body.append(...full, ...rows.filter(empty));
}

for (const header of document.querySelectorAll("thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...header.childNodes);
  header.append(button);
  button.addEventListener("click", () => sort(header));
}
