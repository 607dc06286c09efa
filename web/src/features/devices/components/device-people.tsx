import { Link } from "@tanstack/react-router";
import { ArrowRightLeft, UserRoundCog, UserRoundPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Fact, Facts } from "@/components/facts";
import { Button } from "@/components/button";
import { IconButton } from "@/components/icon-button";
import { Section } from "@/components/section";
import { useCan } from "@/features/auth/api/session";
import { UserLink } from "@/features/users/components/user-link";
import { AdjustAccessDialog } from "./adjust-access-dialog";
import { LinkedPerson } from "./linked-person";
import { LinkPersonDialog } from "./link-person-dialog";

interface DevicePeopleProps {
  device: Device;
  onHandOver?: () => void;
}

/** Whose the device is, and who else is tied to it. */
export function DevicePeople({ device, onHandOver }: DevicePeopleProps) {
  const { t } = useTranslation("devices");
  const seesCompanies = useCan("companies.read");
  const mayManage = useCan("devices.manage");
  const [linking, setLinking] = useState(false);
  const [adjusting, setAdjusting] = useState(false);
  const { assignedUser, linkedUsers, company } = device;
  return (
    <Section
      title={t("people.title")}
      action={
        mayManage && (
          <>
            <IconButton label={t("access.action")} size="icon-sm" onClick={() => setAdjusting(true)}>
              <UserRoundCog aria-hidden />
            </IconButton>
            <IconButton label={t("people.linkAction")} size="icon-sm" onClick={() => setLinking(true)}>
              <UserRoundPlus aria-hidden />
            </IconButton>
          </>
        )
      }
    >
      <Facts>
        <Fact label={t("people.assigned")}>
          {assignedUser ? (
            <span className="flex min-w-0 items-center gap-2">
              <Avatar id={assignedUser.id} name={assignedUser.name} />
              <UserLink user={assignedUser} className="min-w-0 wrap-anywhere" />
            </span>
          ) : (
            <span className="text-ink-3">{t("nobody")}</span>
          )}
        </Fact>
        {assignedUser && (
          <Fact label={t("people.persona")}>
            <span data-testid="persona" title={t("access.personaHint")}>
              {t(`persona.${device.persona}`)}
            </span>
          </Fact>
        )}
        <Fact label={t("people.linked")}>
          {linkedUsers.length > 0 ? (
            <ul className="flex min-w-0 flex-1 flex-col">
              {linkedUsers.map((person) => (
                <LinkedPerson key={person.id} device={device} person={person} />
              ))}
            </ul>
          ) : (
            <span className="text-ink-3">{t("nobody")}</span>
          )}
        </Fact>
        <Fact label={t("company")}>
          {seesCompanies ? (
            <Link
              to="/empresas/$id"
              params={{ id: company.id }}
              className="rounded-sm text-accent-ink underline-offset-2 hover:underline"
            >
              {company.name}
            </Link>
          ) : (
            company.name
          )}
        </Fact>
      </Facts>
      {onHandOver && (
        <Button className="self-start" onClick={onHandOver}>
          <ArrowRightLeft aria-hidden />
          {t("handOver.action")}
        </Button>
      )}
      {adjusting && <AdjustAccessDialog device={device} onClose={() => setAdjusting(false)} />}
      {linking && <LinkPersonDialog device={device} onClose={() => setLinking(false)} />}
    </Section>
  );
}
