import { describe, expect, it } from "vitest";
import { LONGEST_NICKNAME, suggestNickname } from "./nickname";

describe("a suggested nickname", () => {
  it.each([
    ["Padaria São João Ltda.", "padaria-sao-joao-ltda"],
    ["Andrade & Filhos", "andrade-e-filhos"],
    ["  ACME  ", "acme"],
    ["日本", ""],
  ])("of %j is %j", (name, nickname) => {
    expect(suggestNickname(name)).toBe(nickname);
  });

  it("is cut to what the server takes, at no hyphen", () => {
    const nickname = suggestNickname(`${"a".repeat(LONGEST_NICKNAME - 1)} b`);
    expect(nickname).toBe("a".repeat(LONGEST_NICKNAME - 1));
  });
});
