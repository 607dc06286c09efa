import { expect, it } from "vitest";
import { formatBytes } from "./bytes";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

it("writes sizes in the largest unit that keeps them above one", () => {
  expect(plain(formatBytes(16 * 1024 ** 3, "pt-BR"))).toBe("16 GB");
  expect(plain(formatBytes(1536, "pt-BR"))).toBe("1,5 kB");
  expect(plain(formatBytes(0, "en"))).toBe("0 bytes");
});
