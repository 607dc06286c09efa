import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/error";
import { passwordFault } from "./password";

const refused = (field: string) => new ApiError(400, { code: "invalid_argument", errors: [{ field, message: "no" }] });

describe("a refused password", () => {
  it.each([
    ["1234567", "length"],
    ["12345678", "common"],
    ["a".repeat(128), "common"],
    ["a".repeat(129), "length"],
    // Seven characters, of two halves each.
    ["🔑".repeat(7), "length"],
    ["🔑".repeat(100), "common"],
  ])("%s: %s", (password, fault) => {
    expect(passwordFault(refused("password"), "password", password)).toBe(fault);
  });

  it("is none where something else was refused", () => {
    expect(passwordFault(refused("name"), "password", "1234567")).toBeUndefined();
    expect(passwordFault(new ApiError(503, {}), "password", "1234567")).toBeUndefined();
    expect(passwordFault(null, "password", "1234567")).toBeUndefined();
  });
});
