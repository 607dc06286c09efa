import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { entrySize } from "./entry-budget";

const chunk = (fileName: string, imports: string[] = [], isEntry = false) => ({
  type: "chunk",
  fileName,
  isEntry,
  imports,
  code: fileName.repeat(50),
});
const size = (...names: string[]) => names.reduce((sum, name) => sum + gzipSync(name.repeat(50)).length, 0);

it("counts what the entry needs at once, each file once, and no page", () => {
  const chunks = [chunk("main", ["react", "shared"], true), chunk("shared", ["react"]), chunk("react"), chunk("page", ["react"])];
  const bundle = Object.fromEntries(chunks.map((each) => [each.fileName, each]));
  expect(entrySize(bundle)).toBe(size("main", "react", "shared"));
});
