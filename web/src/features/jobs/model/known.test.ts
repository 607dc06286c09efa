import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import en from "@/locales/en";
import portuguese from "@/locales/pt-BR";

/** The schedules every installation has, from the one place that lists them. */
const builtins = [
  ...readFileSync("../services/scheduler/src/domain/builtin.rs", "utf8").matchAll(/Builtin::new\(\s*"([a-z-]+)"/g),
].map(([, key]) => key);

describe("the words for the built-in jobs", () => {
  it("find the list", () => {
    expect(builtins).toContain("ticket-end-inactive-chats");
  });

  it.each([
    ["English", en.jobs.known],
    ["Portuguese", portuguese.jobs.known],
  ])("are there for each and for no others: %s", (_, known) => {
    expect(Object.keys(known).toSorted()).toEqual(builtins.toSorted());
  });
});
