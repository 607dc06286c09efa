import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Combobox } from "@/components/combobox";
import { Field } from "@/components/field";
import { fieldError } from "@/components/form-error";
import { deviceQuery, devicesQuery, userQuery } from "../api/choices";
import { useCompanyChoices, useDeviceChoices, usePeopleChoices } from "../hooks/use-choices";

/** Whom and what a new ticket is about. */
export interface Parties {
  requesterId: string | null;
  companyId: string | null;
  deviceId: string | null;
}

interface NewTicketPartiesProps {
  parties: Parties;
  onChange: (parties: Parties) => void;
  error: unknown;
}

/** Requester, company and device: each choice suggests the others that are still open. */
export function NewTicketParties({ parties, onChange, error }: NewTicketPartiesProps) {
  const { t } = useTranslation("tickets");
  const queryClient = useQueryClient();
  const { requesterId, companyId, deviceId } = parties;
  const people = usePeopleChoices(companyId, requesterId ? [requesterId] : []);
  const companies = useCompanyChoices(companyId ? [companyId] : []);
  const devices = useDeviceChoices(companyId, deviceId ? [deviceId] : []);
  const suggested = useSuggestedDevice(requesterId, companyId);

  const pickRequester = async (id: string | null) => {
    onChange({ ...parties, requesterId: id });
    if (!id || companyId) return;
    const user = await queryClient.ensureQueryData(userQuery(id)).catch(() => undefined);
    if (user?.company) onChange({ ...parties, requesterId: id, companyId: user.company.id });
  };
  const pickDevice = async (id: string | null) => {
    onChange({ ...parties, deviceId: id });
    if (!id) return;
    const device = await queryClient.ensureQueryData(deviceQuery(id)).catch(() => undefined);
    if (!device) return;
    onChange({
      deviceId: id,
      companyId: companyId ?? device.company.id,
      requesterId: requesterId ?? device.assignedUser?.id ?? null,
    });
  };
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <Field label={t("field.requester")} hint={t("new.requesterHint")} error={fieldError(error, "requesterId")}>
        {(control) => (
          <Combobox
            {...control}
            clearable
            label={t("field.requester")}
            placeholder={t("new.me")}
            {...people}
            value={requesterId}
            onChange={(id) => void pickRequester(id)}
          />
        )}
      </Field>
      <Field label={t("field.company")} error={fieldError(error, "companyId")}>
        {(control) => (
          <Combobox
            {...control}
            clearable
            label={t("field.company")}
            placeholder={t("noCompany")}
            {...companies}
            value={companyId}
            // A device belongs to one company: another company lets it go.
            onChange={(id) => onChange({ ...parties, companyId: id, deviceId: id === companyId ? deviceId : null })}
          />
        )}
      </Field>
      <Field
        label={t("field.device")}
        className="sm:col-span-2"
        error={fieldError(error, "deviceId")}
        hint={
          suggested && suggested.id !== deviceId ? (
            <button
              type="button"
              className="rounded-sm text-accent-ink underline underline-offset-2"
              onClick={() => void pickDevice(suggested.id)}
            >
              {t("new.suggestedDevice", { device: suggested.name })}
            </button>
          ) : undefined
        }
      >
        {(control) => (
          <Combobox
            {...control}
            clearable
            label={t("field.device")}
            placeholder={t("noDevice")}
            {...devices}
            value={deviceId}
            onChange={(id) => void pickDevice(id)}
          />
        )}
      </Field>
    </div>
  );
}

/** The requester's own computer, when they have one. */
function useSuggestedDevice(requesterId: string | null, companyId: string | null) {
  const { data } = useQuery({ ...devicesQuery("", companyId), enabled: requesterId !== null });
  return requesterId ? data?.find((device) => device.assignedUser?.id === requesterId) : undefined;
}
