import { describe, expect, it } from "vitest";
import { holdBack } from "./held";

const rows = (ids: string) => [...ids].map((id) => ({ id }));
const told = (ids: string, order: string) => {
  const { shown, held } = holdBack(rows(ids), [...order]);
  return [shown, held].map((part) => part.map(({ id }) => id).join(""));
};

describe("rows that wait", () => {
  it("shows what was seen and holds back what came since", () => {
    expect(told("xyab", "ab")).toEqual(["ab", "xy"]);
    expect(told("axb", "ab")).toEqual(["ab", "x"]);
  });

  it("keeps rows where they were, also when they changed places", () => {
    expect(told("bac", "abc")).toEqual(["abc", ""]);
    expect(told("xcab", "abc")).toEqual(["abc", "x"]);
  });

  it("lets the next page follow, and rows go", () => {
    expect(holdBack(rows("abcd"), ["a", "b"]).grown).toBe(true);
    expect(holdBack(rows("xab"), ["a", "b"]).grown).toBe(false);
    expect(told("abcd", "ab")).toEqual(["abcd", ""]);
    expect(told("ac", "abc")).toEqual(["ac", ""]);
  });

  it("holds nothing back from an empty list", () => {
    expect(told("xy", "")).toEqual(["xy", ""]);
    expect(told("xy", "ab")).toEqual(["xy", ""]);
  });
});
