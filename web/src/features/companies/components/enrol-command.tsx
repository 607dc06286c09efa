import { useTranslation } from "react-i18next";
import { CopyButton } from "@/components/copy-button";
import { agentServer, enrolCommand } from "../model/enrol";

interface EnrolCommandProps {
  code: string;
  /** Of the person who will use the computer, when that is settled. */
  email?: string;
}

/** The command that enrols a computer of a company, ready to copy. */
export function EnrolCommand({ code, email }: EnrolCommandProps) {
  const { t } = useTranslation("companies");
  const command = enrolCommand(window.location, code, email ?? t("enrol.email"));
  return (
    <div className="flex w-full min-w-0 flex-col gap-1.5 text-left">
      <div className="flex items-start gap-1 rounded-md border border-line bg-canvas py-1.5 pr-1.5 pl-3">
        <code
          data-testid="enrol-command"
          className="min-w-0 flex-1 py-1 font-mono text-xs leading-5 break-words whitespace-pre-wrap text-ink"
        >
          {command}
        </code>
        <CopyButton value={command} label={t("enrol.copy")} />
      </div>
      <p className="text-xs text-ink-3">{t("enrol.hint", { server: agentServer(window.location) })}</p>
    </div>
  );
}
