import { expect, it } from "vitest";
import type { Ticket } from "@/api/types";
import { changedFacts } from "./conflict";

const ticket: Ticket = {
  id: "t",
  number: 1,
  subject: "Sem rede",
  description: "",
  status: "pending",
  priority: "normal",
  queue: { id: "q", name: "Chamados" },
  requester: { id: "u", name: "João" },
  company: null,
  device: { id: "d", name: "CAIXA-01", presence: "online" },
  assignee: null,
  pauseReason: null,
  workedSeconds: 0,
  workingSince: null,
  createdAt: "2026-11-23T12:00:00Z",
  updatedAt: "2026-11-23T12:00:00Z",
  resolvedAt: null,
  version: 1,
};

it("names the facts that differ", () => {
  const now: Ticket = { ...ticket, subject: "Sem internet", assignee: { id: "m", name: "Marina" }, version: 3 };
  expect(changedFacts(ticket, now)).toEqual(["subject", "assignee"]);
});

it("finds no difference in a version, a name or a presence alone", () => {
  const now: Ticket = { ...ticket, device: { id: "d", name: "Caixa", presence: "offline" }, version: 2 };
  expect(changedFacts(ticket, now)).toEqual([]);
});
