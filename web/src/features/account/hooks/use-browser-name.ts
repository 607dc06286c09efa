import { useTranslation } from "react-i18next";
import { readUserAgent } from "../model/user-agent";

/** Names the browser of a session: "Firefox no Windows". */
export function useBrowserName(): (userAgent: string) => string {
  const { t } = useTranslation("account");
  return (userAgent) => {
    const { name, system } = readUserAgent(userAgent);
    if (name && system) return t("sessions.browser", { name, system });
    return name ?? system ?? t("sessions.unknown");
  };
}
