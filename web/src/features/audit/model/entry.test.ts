import { describe, expect, it } from "vitest";
import { actionOf, actions, fieldOf, kinds, toldChanges, valueKindOf } from "./entry";

describe("an entry of the audit log", () => {
  it("has a known action, or one of a newer server", () => {
    expect(actionOf("user.merged")).toBe("user.merged");
    expect(actionOf("user.teleported")).toBeUndefined();
  });

  it("is of a kind one can ask for", () => {
    expect([...new Set(actions.map((action) => action.split(".")[0]))].toSorted()).toEqual([...kinds].toSorted());
  });

  it("reads values by their field, and unknown ones as they are", () => {
    expect(valueKindOf({ field: "role" })).toBe("role");
    expect(valueKindOf({ field: "expire_time" })).toBe("time");
    expect(valueKindOf({ field: "colour" })).toBe("text");
    expect(fieldOf({ field: "toString" })).toBeUndefined();
  });

  it("tells what was, and what is", () => {
    const [made, changed, emptied] = toldChanges([
      { field: "name", oldValue: null, newValue: "Bia" },
      { field: "role", oldValue: "agent", newValue: "admin" },
      { field: "description", oldValue: "ERP", newValue: "" },
    ]);
    expect(made).toMatchObject({ before: null, after: "Bia", replaced: false });
    expect(changed).toMatchObject({ before: "agent", after: "admin", replaced: true });
    expect(emptied).toMatchObject({ before: "ERP", after: null, replaced: true });
  });
});
