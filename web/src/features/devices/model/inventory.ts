import type { Device } from "@/api/types";

type Inventory = Device["inventory"];
export type Disk = Inventory["disks"][number];
export type NetworkInterface = Inventory["interfaces"][number];

/** How full a disk is, in percent, and what that means. */
export interface DiskUse {
  usedPercent: number;
  freeBytes: number;
  level: "fine" | "low" | "full";
}

/** Free space below this is worth a look, in percent. */
const LOW = 15;
/** Free space below this will soon stop the computer, in percent. */
const FULL = 5;

/** The agent rounds free space down to steps of 5 %, so the bytes are a floor too. */
export function diskUse({ totalBytes, freePercent }: Pick<Disk, "totalBytes" | "freePercent">): DiskUse {
  const free = Math.min(100, Math.max(0, freePercent));
  return {
    usedPercent: 100 - free,
    freeBytes: (totalBytes * free) / 100,
    level: free <= FULL ? "full" : free <= LOW ? "low" : "fine",
  };
}

/** The first address without its prefix length, and the rest: the first is what one types elsewhere. */
export function plainAddress(address: string): string {
  return address.split("/")[0] ?? address;
}

/** Interfaces that lead somewhere first: with addresses, and not the computer's own loop. */
export function sortedInterfaces(interfaces: readonly NetworkInterface[]): NetworkInterface[] {
  const rank = ({ addresses, name }: NetworkInterface) =>
    addresses.length === 0 ? 2 : /^lo\d*$/.test(name) ? 1 : 0;
  return interfaces.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** "Dell Inc. OptiPlex 7090": maker and model, of which either may be unknown or repeated. */
export function modelName(hardware: NonNullable<Inventory["hardware"]>): string {
  const { vendor, model } = hardware;
  return model.toLowerCase().startsWith(vendor.toLowerCase()) ? model : `${vendor} ${model}`.trim();
}
