import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Fact, Facts } from "@/components/facts";
import { Section } from "@/components/section";
import { formatBytes } from "@/lib/bytes";
import { useLocale } from "@/lib/use-locale";
import { modelName } from "../model/inventory";

type Inventory = Device["inventory"];

interface HardwareSectionProps {
  /** The system's name, edition and build, as lists show it. */
  osLabel: string;
  os: Inventory["os"];
  hardware: Inventory["hardware"];
}

/** Processor, memory, board and system, as the agent says. */
export function HardwareSection({ osLabel, os, hardware }: HardwareSectionProps) {
  const { t } = useTranslation("devices");
  const locale = useLocale();
  if (!os && !hardware) {
    return (
      <Section title={t("hardware.title")}>
        <p className="text-sm text-ink-3">{t("hardware.notReported")}</p>
      </Section>
    );
  }
  return (
    <Section title={t("hardware.title")}>
      <div className="grid grid-cols-1 gap-x-8 xl:grid-cols-2">
        {os && (
          <Facts>
            <Fact label={t("hardware.os")}>{osLabel || os.name || t("unknown")}</Fact>
            <Fact label={t("hardware.version")}>{os.version || t("unknown")}</Fact>
            <Fact label={t("hardware.build")}>{os.build || t("unknown")}</Fact>
            <Fact label={t("hardware.architecture")}>{os.architecture || t("unknown")}</Fact>
          </Facts>
        )}
        {hardware && (
          <Facts>
            <Fact label={t("hardware.processor")}>
              <div className="py-1">
                {hardware.cpuModel || t("unknown")}
                <span className="block text-xs text-ink-3">
                  {[
                    hardware.cpuCores > 0 && t("hardware.cores", { count: hardware.cpuCores }),
                    hardware.cpuThreads > 0 && t("hardware.threads", { count: hardware.cpuThreads }),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </div>
            </Fact>
            <Fact label={t("hardware.memory")}>
              {hardware.memoryBytes > 0 ? formatBytes(hardware.memoryBytes, locale) : t("unknown")}
            </Fact>
            {modelName(hardware) && <Fact label={t("hardware.model")}>{modelName(hardware)}</Fact>}
            {hardware.serial && (
              <Fact label={t("hardware.serial")}>
                <code className="font-mono text-xs break-all">{hardware.serial}</code>
              </Fact>
            )}
          </Facts>
        )}
      </div>
    </Section>
  );
}
