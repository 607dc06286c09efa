import { useTranslation } from "react-i18next";
import { byArea, type ScopeGroup, scopeOf } from "../model/scopes";

/** Says what scopes allow. Those this panel does not know stay as the server names them. */
export function useScopeWords() {
  const { t } = useTranslation("service-accounts");
  const scopeText = (name: string): string => {
    const scope = scopeOf(name);
    return scope ? t(`scope.${scope}`) : name;
  };
  const areaText = ({ area }: Pick<ScopeGroup, "area">): string => t(`area.${area ?? "other"}`);
  return {
    scopeText,
    areaText,
    /** "Chamados: ver, abrir", one for each area. */
    summary: (names: readonly string[]): string[] =>
      byArea(names).map((group) => `${areaText(group)}: ${group.scopes.map(scopeText).join(", ")}`),
  };
}
