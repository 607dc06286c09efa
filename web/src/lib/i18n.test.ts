import { expect, it } from "vitest";
import { matchLocale, preferredLocale } from "./i18n";

it("speaks the browser's first language that it knows", () => {
  expect(preferredLocale(null, ["fr-FR", "pt-PT", "en"])).toBe("pt-BR");
  expect(preferredLocale(null, ["en-GB"])).toBe("en");
  expect(preferredLocale(null, ["fr"])).toBe("en");
});

it("lets the user override the browser", () => {
  expect(preferredLocale("en", ["pt-BR"])).toBe("en");
  expect(preferredLocale("xx", ["pt-BR"])).toBe("pt-BR");
});

it("does not mistake other languages", () => {
  expect(matchLocale("enm")).toBeUndefined();
});
