import { describe, expect, it } from "vitest";
import { diskUse, modelName, plainAddress, sortedInterfaces } from "./inventory";

describe("a disk", () => {
  it.each([
    [40, 60, "fine"],
    [20, 80, "fine"],
    [15, 85, "low"],
    [5, 95, "full"],
    [0, 100, "full"],
  ])("with %i %% free is %i %% used and %s", (freePercent, usedPercent, level) => {
    expect(diskUse({ totalBytes: 1000, freePercent })).toEqual({ usedPercent, freeBytes: freePercent * 10, level });
  });

  it("keeps to its bar whatever the agent says", () => {
    expect(diskUse({ totalBytes: 1000, freePercent: 130 }).usedPercent).toBe(0);
  });
});

describe("network interfaces", () => {
  it("come with those in use first and the loop later", () => {
    const named = (name: string, addresses: string[]) => ({ name, mac: "", addresses });
    const sorted = sortedInterfaces([named("wlan0", []), named("lo", ["127.0.0.1/8"]), named("eth0", ["192.0.2.7/24"])]);
    expect(sorted.map(({ name }) => name)).toEqual(["eth0", "lo", "wlan0"]);
  });

  it("give an address one can type elsewhere", () => {
    expect(plainAddress("192.0.2.7/24")).toBe("192.0.2.7");
    expect(plainAddress("fe80::1/64")).toBe("fe80::1");
  });
});

describe("the model's name", () => {
  const named = (vendor: string, model: string) =>
    modelName({ vendor, model, cpuModel: "", cpuCores: 0, cpuThreads: 0, memoryBytes: 0, serial: "" });

  it("says the maker once", () => {
    expect(named("Dell Inc.", "OptiPlex 7090")).toBe("Dell Inc. OptiPlex 7090");
    expect(named("HP", "HP EliteDesk 800")).toBe("HP EliteDesk 800");
    expect(named("", "")).toBe("");
  });
});
