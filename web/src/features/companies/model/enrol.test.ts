import { describe, expect, it } from "vitest";
import { agentServer, enrolCommand } from "./enrol";

const place = (address: string) => new URL(address);

describe("the address agents are told", () => {
  it.each([
    ["https://chamados.example.com/empresas/1", "https://chamados.example.com"],
    ["http://127.0.0.1:8080/dispositivos", "http://127.0.0.1:8081"],
    ["http://[::1]:9000/", "http://[::1]:9001"],
  ])("from %s is %s", (address, server) => {
    expect(agentServer(place(address))).toBe(server);
  });
});

describe("the command that enrols", () => {
  it("is complete", () => {
    expect(enrolCommand(place("http://localhost:8080/"), "K7QP-1", "ana@example.com")).toBe(
      "chamados-agent enroll --server http://localhost:8081 --code K7QP-1 --email ana@example.com",
    );
  });

  it("says so where the connection to another host is bare", () => {
    expect(enrolCommand(place("http://10.0.0.5:8080/"), "K", "a@b.c")).toMatch(/ --insecure-plaintext$/);
    expect(enrolCommand(place("https://10.0.0.5/"), "K", "a@b.c")).not.toMatch(/insecure/);
  });
});
