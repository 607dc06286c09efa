import { describe, expect, it } from "vitest";
import { changesFrom, lacksCompany, type UserTexts, wantsPassword } from "./edit";

const ana: UserTexts = { name: "Ana", email: "ana@example.com", role: "agent", companyId: "", tenantId: "t1" };

describe("editing a user", () => {
  it("sends null for a company taken away, and nothing for what stays", () => {
    expect(changesFrom({ companyId: "" }, "")).toEqual({ companyId: null });
    expect(changesFrom({ name: "Bia", companyId: "c1" }, "")).toEqual({ name: "Bia", companyId: "c1" });
    expect(changesFrom({ email: "b@example.com" }, "secret")).toEqual({ email: "b@example.com", currentPassword: "secret" });
  });

  it("asks for the password where the server does", () => {
    expect(wantsPassword(ana, { ...ana, name: "Bia" })).toBe(false);
    expect(wantsPassword(ana, { ...ana, email: "b@example.com" })).toBe(true);
    expect(wantsPassword(ana, { ...ana, role: "admin" })).toBe(true);
  });

  it("knows who needs a company", () => {
    expect(lacksCompany(ana)).toBe(false);
    expect(lacksCompany({ ...ana, role: "manager" })).toBe(true);
  });
});
