import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Button } from "@/components/button";
import { Section } from "@/components/section";
import { ResetAgentDialog } from "./reset-agent-dialog";

/** Cuts the device off until it is enrolled again: by itself at the end of the page, and only after asking. */
export function ResetAgent({ device }: { device: Device }) {
  const { t } = useTranslation("devices");
  const [asking, setAsking] = useState(false);
  return (
    <Section title={t("reset.title")} className="border-t border-line pt-5">
      <p className="text-sm text-ink-2">{t(device.enrolled ? "reset.description" : "reset.already")}</p>
      {device.enrolled && (
        <Button className="mt-1 self-start text-danger-ink" onClick={() => setAsking(true)}>
          {t("reset.action")}
        </Button>
      )}
      {asking && <ResetAgentDialog device={device} onClose={() => setAsking(false)} />}
    </Section>
  );
}
