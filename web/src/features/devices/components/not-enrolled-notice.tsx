import { useQuery } from "@tanstack/react-query";
import { Unplug } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { useCan } from "@/features/auth/api/session";
import { companyQuery } from "@/features/companies/api/companies";
import { EnrolCommand } from "@/features/companies/components/enrol-command";

interface NotEnrolledNoticeProps {
  companyId: string;
  /** Goes on with the hand-over the device was reset for. */
  onContinue?: () => void;
}

/** Says that the device is cut off, and, to whoever may see the code, how it comes back. */
export function NotEnrolledNotice({ companyId, onContinue }: NotEnrolledNoticeProps) {
  const { t } = useTranslation("devices");
  const mayManage = useCan("companies.manage");
  const company = useQuery({ ...companyQuery(companyId), enabled: mayManage });
  const code = company.data?.provisioningCode;
  return (
    <div role="status" className="flex flex-col gap-3 rounded-md border border-note-line bg-note p-3 text-sm text-note-ink">
      <p className="flex gap-2">
        <Unplug className="mt-0.5 size-4 shrink-0" aria-hidden />
        {t(code ? "notEnrolledHow" : "notEnrolledWhat")}
      </p>
      {code && <EnrolCommand code={code} />}
      {onContinue && (
        <Button className="self-start" onClick={onContinue}>
          {t("handOver.continue")}
        </Button>
      )}
    </div>
  );
}
