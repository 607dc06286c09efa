import { expect, it } from "vitest";
import { toHref } from "./href";

it.each([
  ["https://example.com/a?b=1", "https://example.com/a?b=1"],
  [" example.com ", "https://example.com"],
  ["10.0.0.1:8080/painel", "https://10.0.0.1:8080/painel"],
  ["servidor:8080", "https://servidor:8080"],
  ["ana@example.com", "mailto:ana@example.com"],
  ["tel:+551130001000", "tel:+551130001000"],
])("takes %s", (typed, href) => {
  expect(toHref(typed)).toBe(href);
});

it.each(["", "  ", "duas palavras", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "https://", "file:///etc"])(
  "refuses %s",
  (typed) => {
    expect(toHref(typed)).toBeUndefined();
  },
);
