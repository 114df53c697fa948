import { expect, it } from "vitest";
import { type Column, inOrder } from "./DataTable";

interface Row {
  name: string;
  cost: number | null;
}
const columns: Column<Row>[] = [
  { id: "name", header: "Name", width: "1fr", cell: (row) => row.name, sort: (row) => row.name },
  { id: "cost", header: "Cost", width: "1fr", cell: (row) => row.cost, sort: (row) => row.cost },
];
const rows: Row[] = [
  { name: "a10", cost: 2 },
  { name: "a9", cost: null },
  { name: "b", cost: 7 },
];
const names = (sorting: { id: string; down: boolean } | null) => inOrder(rows, columns, sorting).map((row) => row.name);

it("leaves the order it was given alone", () => {
  expect(names(null)).toEqual(["a10", "a9", "b"]);
});

it("sorts texts with numbers in them as people do", () => {
  expect(names({ id: "name", down: false })).toEqual(["a9", "a10", "b"]);
});

it("puts what has no value last, whichever way it sorts", () => {
  expect(names({ id: "cost", down: true })).toEqual(["b", "a10", "a9"]);
  expect(names({ id: "cost", down: false })).toEqual(["a10", "b", "a9"]);
});
