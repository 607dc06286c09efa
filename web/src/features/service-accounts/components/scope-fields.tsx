import { useTranslation } from "react-i18next";
import { useScopeWords } from "../hooks/use-scope-words";
import { byArea, toggled } from "../model/scopes";

interface ScopeFieldsProps {
  /** Everything a key may be allowed. */
  offered: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** What a key may do, area by area. */
export function ScopeFields({ offered, chosen, onChange }: ScopeFieldsProps) {
  const { t } = useTranslation("service-accounts");
  const { areaText, scopeText } = useScopeWords();
  return (
    <div role="group" aria-label={t("newKey.scopes")} className="flex flex-col gap-2">
      <p className="text-sm font-medium text-ink-2">{t("newKey.scopes")}</p>
      <div className="grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-2">
        {byArea(offered).map(({ area, scopes }) => (
          <fieldset key={area ?? "other"} className="min-w-0">
            <legend className="pb-1 text-xs text-ink-3">{areaText({ area })}</legend>
            {scopes.map((scope) => (
              <label key={scope} className="flex min-h-7 cursor-pointer items-start gap-2 py-1 text-sm">
                <input
                  type="checkbox"
                  className="mt-0.5 size-4 shrink-0 accent-accent"
                  checked={chosen.includes(scope)}
                  onChange={() => onChange(toggled(chosen, scope))}
                />
                <span className="min-w-0 break-words">{scopeText(scope)}</span>
              </label>
            ))}
          </fieldset>
        ))}
      </div>
    </div>
  );
}
