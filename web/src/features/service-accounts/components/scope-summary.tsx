import { useScopeWords } from "../hooks/use-scope-words";

/** What scopes allow, in one line. For every page that tells of a key. */
export function ScopeSummary({ scopes }: { scopes: readonly string[] }) {
  return <>{useScopeWords().summary(scopes).join(" · ")}</>;
}
