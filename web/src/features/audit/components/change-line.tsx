import { useTranslation } from "react-i18next";
import type { AuditEntry } from "@/api/types";
import { fieldOf, type ToldChange } from "../model/entry";
import { ChangeValue } from "./change-value";

/** One field that became different: "Papel: Agente → Administrador". */
export function ChangeLine({ told, target }: { told: ToldChange; target: AuditEntry["target"] }) {
  const { t } = useTranslation("audit");
  const { change, before, after, replaced } = told;
  const name = fieldOf(change);
  return (
    <li className="min-w-0 break-words" data-field={change.field}>
      <span className="text-ink-3">{name ? t(`field.${name}`) : change.field}: </span>
      {replaced && (
        <>
          <ChangeValue change={change} value={before} target={target} />
          <span aria-label={t("to")} className="text-ink-3">
            {" → "}
          </span>
        </>
      )}
      <ChangeValue change={change} value={after} target={target} />
    </li>
  );
}
