/** The address somebody typed, as a link needs it; undefined for what is none. */
export function toHref(typed: string): string | undefined {
  const text = typed.trim();
  if (text === "" || /\s/.test(text)) return undefined;
  if (/^(https?:\/\/|mailto:|tel:)./i.test(text)) return text;
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text)) return undefined;
  if (/^[^@/]+@[^@/]+\.[^@/]+$/.test(text)) return `mailto:${text}`;
  return URL.canParse(`https://${text}`) ? `https://${text}` : undefined;
}
