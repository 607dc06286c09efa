import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "./error";
import { Reach } from "./reach";

const away = (service: string) => new ApiError(503, { code: "unavailable", service });
let answers: Record<string, ApiError | undefined>;
let reach: Reach;

beforeEach(() => {
  vi.useFakeTimers();
  answers = {};
  reach = new Reach((what) => Promise.resolve(answers[what]));
});

afterEach(() => vi.useRealTimers());

it("asks for a service that is away until it is back", async () => {
  answers = { ticket: away("ticket") };
  reach.failed(away("ticket"));
  expect(reach.away()).toEqual(["ticket"]);
  reach.answered();
  expect(reach.away(), "others may well answer").toEqual(["ticket"]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reach.away()).toEqual(["ticket"]);
  answers = {};
  await vi.advanceTimersByTimeAsync(2000);
  expect(reach.away()).toEqual([]);
  expect(vi.getTimerCount(), "nothing is asked any more").toBe(0);
});

it("takes no answer, or a proxy's, for the whole server, until anything answers", () => {
  reach.failed(ApiError.unreachable());
  expect(reach.away()).toEqual(["server"]);
  reach.failed(new ApiError(404, { code: "not_found" }));
  expect(reach.away()).toEqual([]);
  reach.failed(new ApiError(502, {}));
  expect(reach.away()).toEqual(["server"]);
});

it("finds out what is away when the whole server comes back without a part", async () => {
  reach.failed(ApiError.unreachable());
  answers = { server: away("identity"), identity: away("identity") };
  await vi.advanceTimersByTimeAsync(2000);
  expect(reach.away()).toEqual(["identity"]);
});

it("takes being busy, and mistakes, for no absence", () => {
  reach.failed(new ApiError(503, { code: "busy" }));
  reach.failed(new ApiError(400, { code: "invalid_argument" }));
  expect(reach.away()).toEqual([]);
});
