import { describe, expect, it } from "vitest";
import { beside, matching } from "./mention";

it("finds people by part of a name, without regard to case and accents", () => {
  const people = ["João Nunes", "Marina Sá", "Joana"].map((name) => ({ id: name, name }));
  expect(matching(people, "joa").map(({ name }) => name)).toEqual(["João Nunes", "Joana"]);
  expect(matching(people, "SA").map(({ name }) => name)).toEqual(["Marina Sá"]);
  expect(matching(people, "")).toHaveLength(3);
});

describe("a list beside the text", () => {
  const view = { width: 360, height: 640 };
  const size = { width: 256, height: 288 };

  it("opens below where there is room", () => {
    expect(beside({ top: 100, bottom: 120, left: 40 }, size, view)).toEqual({ left: 40, top: 124 });
  });

  it("opens above at the foot of the window, and stays within it", () => {
    expect(beside({ top: 560, bottom: 580, left: 300 }, size, view)).toEqual({ left: 100, bottom: 84 });
  });

  it("stays below where there is even less room above", () => {
    expect(beside({ top: 20, bottom: 40, left: 0 }, size, { width: 360, height: 200 })).toEqual({ left: 4, top: 44 });
  });
});
