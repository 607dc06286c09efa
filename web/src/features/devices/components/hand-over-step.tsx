import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Button } from "@/components/button";
import { PresenceDot } from "@/components/presence-dot";
import { useCan } from "@/features/auth/api/session";
import { companyQuery } from "@/features/companies/api/companies";
import { EnrolCommand } from "@/features/companies/components/enrol-command";
import { userDetailQuery } from "@/features/users/api/users";
import { cn } from "@/lib/cn";
import type { HandOverStep } from "../model/hand-over";
import { AdjustAccessDialog } from "./adjust-access-dialog";
import { LinkedPerson } from "./linked-person";
import { ResetAgentDialog } from "./reset-agent-dialog";

type State = "done" | "current" | "later";

interface HandOverStepItemProps {
  device: Device;
  step: HandOverStep;
  number: number;
  state: State;
  /** It comes by itself once the step before is done. */
  waiting: boolean;
}

/** One step: whether it is done and what came of it, or what to do now. */
export function HandOverStepItem({ device, step, number, state, waiting }: HandOverStepItemProps) {
  const { t } = useTranslation("devices");
  return (
    <li
      data-testid="hand-over-step"
      data-step={step}
      data-state={state}
      aria-current={state === "current" ? "step" : undefined}
      className="flex min-w-0 gap-3 py-2.5"
    >
      <span
        aria-hidden
        className={cn(
          "flex size-6 shrink-0 items-center justify-center rounded-full border text-xs tabular-nums",
          state === "done" && "border-accent bg-accent text-on-accent",
          state === "current" && "border-accent font-medium text-accent-ink",
          state === "later" && "border-line-2 text-ink-3",
        )}
      >
        {state === "done" ? <Check className="size-3.5" /> : number}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2 text-sm">
        <h3 className={cn("leading-6", state === "current" ? "font-medium" : "text-ink-2")}>
          <span className="sr-only">{t(`handOver.step.${state}`)} </span>
          {t(`handOver.${step}.title`)}
        </h3>
        {step === "reset" && <ResetStep device={device} state={state} />}
        {step === "access" && <AccessStep device={device} state={state} />}
        {step === "enrol" && <EnrolStep device={device} state={state} />}
        {step === "back" && <BackStep device={device} state={state} waiting={waiting} />}
      </div>
    </li>
  );
}

interface StepProps {
  device: Device;
  state: State;
}

function ResetStep({ device, state }: StepProps) {
  const { t } = useTranslation("devices");
  const [asking, setAsking] = useState(false);
  const person = device.assignedUser?.name;
  if (state !== "current") return <p className="text-ink-3">{t("handOver.reset.done")}</p>;
  return (
    <>
      <p className="text-ink-2">{person ? t("handOver.reset.who", { person }) : t("handOver.reset.nobody")}</p>
      <Button className="self-start text-danger-ink" onClick={() => setAsking(true)}>
        {t("reset.action")}
      </Button>
      {asking && <ResetAgentDialog device={device} onClose={() => setAsking(false)} />}
    </>
  );
}

function AccessStep({ device, state }: StepProps) {
  const { t } = useTranslation("devices");
  const [asking, setAsking] = useState(false);
  const person = device.assignedUser?.name || t("timeline.somebody");
  if (state === "later") return null;
  return (
    <>
      {state === "done" ? (
        <p className="text-ink-2">{t("handOver.access.done", { person, persona: t(`persona.${device.persona}`) })}</p>
      ) : (
        <p className="text-ink-2">{t("handOver.access.what")}</p>
      )}
      {device.linkedUsers.length > 0 && (
        <div>
          <p className="text-xs text-ink-3">{t("handOver.access.linked")}</p>
          <ul className="flex flex-col">
            {device.linkedUsers.map((linked) => (
              <LinkedPerson key={linked.id} device={device} person={linked} />
            ))}
          </ul>
        </div>
      )}
      {state === "current" && (
        <Button variant="primary" className="self-start" onClick={() => setAsking(true)}>
          {t("access.action")}
        </Button>
      )}
      {asking && <AdjustAccessDialog device={device} onClose={() => setAsking(false)} />}
    </>
  );
}

function EnrolStep({ device, state }: StepProps) {
  const { t } = useTranslation("devices");
  const seesCode = useCan("companies.manage");
  const company = useQuery({ ...companyQuery(device.company.id), enabled: seesCode && state === "current" });
  const person = device.assignedUser;
  const user = useQuery({ ...userDetailQuery(person?.id ?? ""), enabled: person !== null && state === "current" });
  if (state === "later") return null;
  if (state === "done") return <p className="text-ink-3">{t("handOver.enrol.done")}</p>;
  const code = company.data?.provisioningCode;
  if (!seesCode) return <p className="text-ink-2">{t("handOver.enrol.noCode", { company: device.company.name })}</p>;
  if (!code) return null;
  return (
    <>
      <p className="text-ink-2">{t("handOver.enrol.what")}</p>
      <EnrolCommand code={code} email={user.data?.email ?? undefined} />
    </>
  );
}

function BackStep({ device, state, waiting }: StepProps & { waiting: boolean }) {
  const { t } = useTranslation("devices");
  const person = device.assignedUser?.name || t("timeline.somebody");
  return (
    <div role="status" className="flex min-w-0 items-center gap-2">
      {state === "done" && (
        <>
          <PresenceDot presence={device.presence} />
          <p className="min-w-0 font-medium wrap-anywhere">{t("handOver.back.done", { device: device.name, person })}</p>
        </>
      )}
      {state === "current" && <p className="text-ink-2">{t("handOver.back.enrolled")}</p>}
      {waiting && <p className="text-ink-2">{t("handOver.back.waiting")}</p>}
    </div>
  );
}
