/** The look of a link within words: underlined, since colour alone does not tell it from them. */
export const inTextClass =
  "rounded-sm text-accent-ink underline decoration-current/40 underline-offset-2 hover:decoration-current";
