import { beforeEach, expect, it } from "vitest";
import { Unsaved } from "./unsaved";

beforeEach(() => sessionStorage.clear());

it("gives what was typed back to its owner, and to nobody else", () => {
  new Unsaved<string>("ana", "ticket", "comment").keep("a senha é");
  expect(new Unsaved<string>("ana", "ticket", "comment").get()).toBe("a senha é");
  expect(new Unsaved<string>("caio", "ticket", "comment").get()).toBeUndefined();
  expect(new Unsaved<string>("ana", "another", "comment").get()).toBeUndefined();
  expect(new Unsaved<string>("ana", "ticket", "closing").get()).toBeUndefined();
});

it("forgets what is saved, and not what was typed since", () => {
  const unsaved = new Unsaved<{ body: string }>("ana", "ticket", "comment");
  unsaved.keep({ body: "a" });
  unsaved.keep({ body: "ab" });
  unsaved.drop({ body: "a" });
  expect(unsaved.get()).toEqual({ body: "ab" });
  unsaved.drop({ body: "ab" });
  expect(unsaved.get()).toBeUndefined();
});
