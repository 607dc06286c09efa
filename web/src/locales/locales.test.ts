import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "./en";
import portuguese from "./pt-BR";

type Words = { [key: string]: string | Words };

function flatten(words: Words, prefix = ""): [key: string, text: string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${prefix}${key}`, value]] : flatten(value, `${prefix}${key}.`),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile() && /\.tsx?$/.test(file.name) && !/\.test\.|\.gen\.ts|schema\.ts/.test(file.name))
    .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
}

/** Placeholders of a text: `{{name}}`. */
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted();

const code = sources("src").join("\n");
const namespaces = Object.keys(en) as (keyof typeof en)[];

describe.each(namespaces)("the words of %s", (namespace) => {
  const english = new Map(flatten(en[namespace] as Words));
  const translated = new Map(flatten(portuguese[namespace] as Words));

  it("are the same in both languages", () => {
    expect([...translated.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  it("say something, with the same placeholders", () => {
    for (const [key, text] of english) {
      const other = translated.get(key) ?? "";
      expect(other.trim(), key).not.toBe("");
      expect(placeholders(other), key).toEqual(placeholders(text));
    }
  });

  it("are all used", () => {
    const unused = [...english.keys()].filter((key) => !isUsed(key.replace(/_(zero|one|other)$/, "")));
    expect(unused).toEqual([]);
  });
});

/** A key is used when the code has it whole, or has a template that begins as it does: `status.${…}`. */
function isUsed(key: string): boolean {
  if (code.includes(`"${key}"`)) return true;
  for (let end = key.indexOf("."); end !== -1; end = key.indexOf(".", end + 1)) {
    if (code.includes(`\`${key.slice(0, end + 1)}\${`)) return true;
  }
  return false;
}
