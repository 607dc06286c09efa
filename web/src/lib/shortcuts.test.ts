import { expect, it } from "vitest";
import { ariaKeys, keysOf, shortcutGroups, shortcuts } from "./shortcuts";

it("means one thing by a key, wherever it can be pressed", () => {
  for (const [where, ids] of shortcutGroups()) {
    const keys = ids.map((id) => shortcuts[id].key);
    const everywhere = where === "everywhere" || where === "writing" ? [] : ["mod+k", "c", "?"];
    expect(new Set([...keys, ...everywhere]).size, where).toBe(keys.length + everywhere.length);
  }
});

it("is in the sheet, once each", () => {
  const listed = shortcutGroups().flatMap(([, ids]) => ids);
  expect(listed.toSorted()).toEqual(Object.keys(shortcuts).toSorted());
});

it("is printed as on the keys, and said as browsers have it", () => {
  expect(keysOf("palette")).toEqual(["Ctrl", "K"]);
  expect(keysOf("bulletList")).toEqual(["Ctrl", "Shift", "8"]);
  expect(keysOf("close")).toEqual(["Esc"]);
  expect(ariaKeys("palette")).toBe("Control+K");
  expect(ariaKeys("search")).toBe("/");
});
