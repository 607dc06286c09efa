import { describe, expect, it } from "vitest";
import { parts, toggle } from "./selection";

const pressed = (selected: string, id: string, from?: string) =>
  [...toggle(new Set(selected), [..."abcde"], id, from)].toSorted().join("");

describe("the selection", () => {
  it("takes and drops one", () => {
    expect(pressed("a", "c")).toBe("ac");
    expect(pressed("ac", "c")).toBe("a");
  });

  it("takes and drops all between two", () => {
    expect(pressed("b", "d", "b")).toBe("bcd");
    expect(pressed("d", "b", "d")).toBe("bcd");
    expect(pressed("abcde", "d", "b")).toBe("ae");
    expect(pressed("", "d", "gone")).toBe("d");
  });

  it("is sent in parts", () => {
    expect(parts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(parts([], 2)).toEqual([]);
  });
});
