import { expect, it } from "vitest";
import { returnAddress } from "./return-address";

it("goes back to the page that asked for signing in", () => {
  expect(returnAddress("/chamados/12?x=1")).toBe("/chamados/12?x=1");
});

it.each([undefined, "", "https://example.com", "//example.com", "/\\example.com", "javascript:alert(1)", "/entrar?voltar=/x", "/setup"])(
  "goes to the start instead of %s",
  (wanted) => {
    expect(returnAddress(wanted)).toBe("/chamados");
  },
);
