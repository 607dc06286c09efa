import { describe, expect, it } from "vitest";
import type { Change } from "@/api/types";
import { byDay, isAboutUsb, isFirstReport, kindOf, parseDisk, personOf, toldChanges } from "./timeline";

const change = (field: string, oldValue: string | null, newValue: string | null, labels: Partial<Change> = {}): Change => ({
  field,
  oldValue,
  newValue,
  oldLabel: null,
  newLabel: null,
  ...labels,
});

describe("a device's timeline", () => {
  it("knows its kinds and leaves unknown ones for plain words", () => {
    expect(kindOf({ type: "reenrolled" })).toBe("reenrolled");
    expect(kindOf({ type: "teleported" })).toBeUndefined();
    expect(isAboutUsb("usb_policy_failed")).toBe(true);
    expect(isAboutUsb("updated")).toBe(false);
  });

  it("names what changed, by people's names where ids stand for them", () => {
    const [owner, memory, disk, user, other] = toldChanges({
      changes: [
        change("assignedUserId", "u1", "u2", { oldLabel: "Ana", newLabel: "Bia" }),
        change("hardware.memoryBytes", "1024", "2048"),
        change("disks./mnt/data.old", null, "x"),
        change("users.ana.souza", null, "local"),
        change("firmware.version", "1", "2"),
      ],
    });
    expect(owner).toMatchObject({ fact: "assignedUserId", before: "Ana", after: "Bia" });
    expect(memory).toMatchObject({ fact: "hardware.memoryBytes", before: "1024", after: "2048", item: undefined });
    expect(disk).toMatchObject({ fact: undefined, item: { list: "disks", name: "/mnt/data.old" } });
    expect(user).toMatchObject({ fact: undefined, item: { list: "users", name: "ana.souza" } });
    expect(other).toMatchObject({ fact: undefined, item: undefined, field: "firmware.version" });
  });

  it("tells who was linked or unlinked", () => {
    expect(personOf({ changes: [change("linkedUserIds", null, "u1", { newLabel: "Bia" })] })).toBe("Bia");
    expect(personOf({ changes: [change("linkedUserIds", "u1", null, { oldLabel: "Bia" })] })).toBe("Bia");
    expect(personOf({ changes: [change("linkedUserIds", null, "u1")] })).toBeUndefined();
  });

  it("tells the first report from a later change", () => {
    const first = [change("os.name", null, "Debian"), change("os.build", null, "6.1"), change("disks./", null, "x")];
    expect(isFirstReport({ type: "inventory_changed", changes: first })).toBe(true);
    expect(isFirstReport({ type: "inventory_changed", changes: [change("disks./mnt/usb", null, "x")] })).toBe(false);
    expect(isFirstReport({ type: "inventory_changed", changes: [...first, change("os.version", "11", "12")] })).toBe(false);
  });

  it("takes a disk's line apart", () => {
    const parts = { fileSystem: "ext4", totalBytes: 51200, freePercent: 40 };
    expect(parseDisk("/dev/vda1 ext4 51200 bytes, 40 % free")).toEqual(parts);
    expect(parseDisk("Local Disk (C:) ext4 51200 bytes, 40 % free")).toEqual(parts);
    expect(parseDisk("something else")).toBeUndefined();
  });

  it("puts entries of one local day together", () => {
    // São Paulo is three hours behind: the first two are of the 22nd there.
    const at = (occurredAt: string) => ({ occurredAt });
    const days = byDay([at("2026-11-23T02:30:00Z"), at("2026-11-22T12:00:00Z"), at("2026-11-22T02:59:00Z")]);
    expect(days.map(({ entries }) => entries.length)).toEqual([2, 1]);
  });
});
