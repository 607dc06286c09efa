import { expect, it } from "vitest";
import { holdBack, newest } from "./held";

const rows = (...numbers: number[]) => numbers.map((number) => ({ number }));

it("holds back what is newer than the reader has seen, and nothing older", () => {
  const { shown, held } = holdBack(rows(9, 8, 7, 2), 7);
  expect(shown).toEqual(rows(7, 2));
  expect(held).toEqual(rows(9, 8));
});

it("shows everything when nothing else would be shown", () => {
  expect(holdBack(rows(2, 1), 0)).toEqual({ shown: rows(2, 1), held: [] });
});

it("knows the newest of a list, and of an empty one", () => {
  expect(newest(rows(3, 12, 5))).toBe(12);
  expect(newest([])).toBe(0);
});
