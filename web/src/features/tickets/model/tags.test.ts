import { expect, it } from "vitest";
import { addTags, MOST_TAGS, tagKey } from "./tags";

it("adds what was typed once, whatever its case and accents", () => {
  expect(addTags(["Rede"], " vpn ,  REDE, Wi  Fi ,,")).toEqual(["Rede", "vpn", "Wi Fi"]);
  expect(addTags(["Urgência"], "urgencia")).toEqual(["Urgência"]);
  expect(addTags([], "  ")).toEqual([]);
  expect(tagKey("Ação ")).toBe("acao");
});

it("adds no more than a ticket may have", () => {
  const many = Array.from({ length: MOST_TAGS }, (_, n) => `t${n}`);
  expect(addTags(many, "one more")).toEqual(many);
});
