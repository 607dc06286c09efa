import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** A client of a fresh page, whose every request is answered so. */
async function clientAnswered(status: number) {
  vi.resetModules();
  const fetched = vi.fn(() => Promise.resolve(new Response("{}", { status })));
  vi.stubGlobal("fetch", fetched);
  return { fetched, ...(await import("./client")) };
}

beforeEach(() => void vi.resetModules());
afterEach(() => void vi.unstubAllGlobals());

it("tells when an answer was for nobody, and not when a password was wrong", async () => {
  const { client, onSignedOut } = await clientAnswered(401);
  const told = vi.fn();
  const forget = onSignedOut(told);
  await expect(client.POST("/api/auth/sign-in/email", { body: { email: "a@b.c", password: "" } })).rejects.toThrow();
  expect(told).not.toHaveBeenCalled();
  await expect(client.GET("/api/me")).rejects.toThrow();
  expect(told).toHaveBeenCalledTimes(1);
  forget();
  await expect(client.GET("/api/me")).rejects.toThrow();
  expect(told).toHaveBeenCalledTimes(1);
});

it("asks nothing once it is closed", async () => {
  const { client, closeClient, fetched } = await clientAnswered(200);
  await client.GET("/api/me");
  expect(fetched).toHaveBeenCalledTimes(1);
  closeClient();
  await expect(client.GET("/api/me")).rejects.toMatchObject({ status: 401 });
  expect(fetched).toHaveBeenCalledTimes(1);
});
