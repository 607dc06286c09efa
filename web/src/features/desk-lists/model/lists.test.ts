import { expect, it } from "vitest";
import { inOrder, takers } from "./lists";

const records = [
  { id: "a", archived: true },
  { id: "b", archived: false },
  { id: "c", archived: false },
];

it("shows what is archived last", () => {
  expect(inOrder(records).map(({ id }) => id)).toEqual(["b", "c", "a"]);
});

it("sends tickets neither to what is archived nor to what is gone", () => {
  expect(takers(records, "b").map(({ id }) => id)).toEqual(["c"]);
});
