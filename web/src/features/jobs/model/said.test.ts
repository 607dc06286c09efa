import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recognise, sentences } from "./said";

/** Where the server's sentences stand in its sources: summaries and lines of jobs, and lines of the scheduler. */
const places = [
  /Done::new\([^"]{0,80}format!\(\s*"([^"]+)"/g,
  /let (?:mut )?summary = format!\(\s*"([^"]+)"/g,
  /with_line\(\s*"[a-z_]+",\s*"([^"]+)"/g,
  /Line::(?:info|warn)\("run_[a-z_]+", "([^"]+)"\)/g,
  /Self::(?:Missed|Overlap) => "([a-z][^"]* [^"]*)"/g,
];

const sources = ["identity", "ticket", "device", "scheduler", "store-kit"].flatMap((service) =>
  readdirSync(`../services/${service}/src`, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile() && file.name.endsWith(".rs"))
    .map((file) => readFileSync(join(file.parentPath, file.name), "utf8").split("#[cfg(test)]")[0] ?? ""),
);
const said = places.flatMap((place) => sources.flatMap((source) => [...source.matchAll(place)].map(([, text = ""]) => text)));

describe("what the server says of a run", () => {
  it("is found in its sources", () => {
    expect(said.length).toBeGreaterThan(15);
    expect(said).toContain("{moved} devices changed their presence");
  });

  it("is known to the panel, sentence by sentence", () => {
    const strange = said.filter((text) => !recognise(text.replace(/\{\w*\}/g, "7")));
    expect(strange).toEqual([]);
  });

  it("is told apart with its numbers", () => {
    expect(recognise("attempt 2 of 5")).toEqual({ sentence: "attempt", numbers: [2, 5] });
    expect(recognise("3 records and 4 attachments, 1 could not be read")?.sentence).toBe("archivedBut");
    expect(recognise("the disk is full")).toBeUndefined();
    for (const [sentence, text] of Object.entries(sentences)) {
      expect(recognise(text.replaceAll("#", "9"))?.sentence).toBe(sentence);
    }
  });
});
