import { expect, it } from "vitest";
import { isTaken, keyName } from "./hotkeys";

it("names keys by what is printed, and the modifier of shortcuts alike everywhere", () => {
  expect(keyName(new KeyboardEvent("keydown", { key: "C", shiftKey: true }))).toBe("c");
  expect(keyName(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }))).toBe("mod+k");
  expect(keyName(new KeyboardEvent("keydown", { key: "k", metaKey: true }))).toBe("mod+k");
  expect(keyName(new KeyboardEvent("keydown", { key: "Enter" }))).toBe("Enter");
});

it("leaves keys to whom they are typed, and to open dialogs", () => {
  const pressIn = (element: HTMLElement) => {
    document.body.append(element);
    let taken = false;
    element.addEventListener("keydown", (event) => (taken = isTaken(event)), { once: true });
    element.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true }));
    element.remove();
    return taken;
  };
  expect(pressIn(document.createElement("textarea"))).toBe(true);
  expect(pressIn(document.createElement("button"))).toBe(false);
  const dialog = document.createElement("div");
  dialog.setAttribute("role", "dialog");
  expect(pressIn(dialog)).toBe(true);
});
