import { describe, expect, it } from "vitest";
import { isPermitted, permittedPlaces } from "./navigation";

/** As the server grants them. */
const collaborator = ["tickets.read", "tickets.create", "devices.read", "companies.read"];
const manager = [...collaborator, "users.read"];
const admin = [...manager, "jobs.manage", "service_accounts.manage", "audit.read"];

describe("the places of the panel", () => {
  it.each([
    [collaborator, ["tickets", "devices"]],
    [manager, ["dashboard", "tickets", "devices", "users", "companies"]],
    [admin, ["dashboard", "tickets", "devices", "users", "companies", "jobs", "settings"]],
  ])("are those somebody with %o may use", (permissions, labels) => {
    expect(permittedPlaces(permissions).map(({ label }) => label)).toEqual(labels);
  });

  it.each([
    ["/usuarios", false, true],
    ["/usuarios/convites", false, true],
    ["/painel", false, true],
    ["/tarefas/ticket-purge/1", false, false],
    ["/chamados/12", true, true],
    ["/chamados/novo", true, true],
    ["/conta", true, true],
    ["/", true, true],
  ])("%s by address: collaborator %s, manager %s", (address, ofCollaborator, ofManager) => {
    expect(isPermitted(address, collaborator)).toBe(ofCollaborator);
    expect(isPermitted(address, manager)).toBe(ofManager);
    expect(isPermitted(address, admin)).toBe(true);
  });
});
