import { describe, expect, it } from "vitest";
import { creatableRoles, needsCompany } from "./create";

describe("making a person", () => {
  it("offers the roles the caller may give", () => {
    expect(creatableRoles(["users.create", "users.manage"])).toEqual(["collaborator", "manager", "agent", "admin"]);
    expect(creatableRoles(["users.create"])).toEqual(["collaborator"]);
    expect(creatableRoles(["users.read"])).toEqual([]);
  });

  it("asks for a company where the server does", () => {
    expect(["admin", "agent", "manager", "collaborator"].map((role) => needsCompany(role as "admin"))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
