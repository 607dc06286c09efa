import { Section } from "@/components/section";

const sizes = ["text-xs", "text-sm", "text-base", "text-lg", "text-xl", "text-2xl"];

/** The colours of the panel, read from its style sheets, and its text sizes. */
export function Tokens() {
  return (
    <Section title="Tokens">
      <ul className="grid grid-cols-2 gap-3 text-xs sm:grid-cols-4">
        {colours().map((name) => (
          <li key={name} className="flex min-w-0 items-center gap-2">
            <span className="size-6 shrink-0 rounded-md border border-line-2" style={{ background: `var(${name})` }} />
            <span className="truncate">{name.replace("--color-", "")}</span>
          </li>
        ))}
      </ul>
      <ul className="mt-4 flex flex-col gap-2">
        {sizes.map((size) => (
          <li key={size} className={size}>
            {size}: <span className="font-medium tabular-nums">0123456789</span> À impressora não imprime
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Names of the custom properties that are colours. */
function colours(): string[] {
  const names = new Set<string>();
  const collect = (rules: CSSRuleList) => {
    for (const rule of rules) {
      if (rule instanceof CSSStyleRule) for (const name of rule.style) if (name.startsWith("--color-")) names.add(name);
      if (rule instanceof CSSGroupingRule) collect(rule.cssRules);
    }
  };
  for (const sheet of document.styleSheets) collect(sheet.cssRules);
  return [...names];
}
