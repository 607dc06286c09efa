import { expect, it } from "vitest";
import { numberIn } from "./number";

it.each([
  ["12", "12"],
  [" #12 ", "12"],
  ["#", undefined],
  ["012", undefined],
  ["12a", undefined],
  ["1234567890", undefined],
])("reads %j as the number %j", (typed, number) => {
  expect(numberIn(typed)).toBe(number);
});
