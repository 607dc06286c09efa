import { UserRound } from "lucide-react";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket, UserRef } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Combobox } from "@/components/combobox";
import { useCan, useMe } from "@/features/auth/api/session";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useTicketAction } from "../api/actions";
import { useStaffChoices } from "../hooks/use-choices";

/** Who has the ticket; for staff, also who shall have it. */
export function AssigneePicker({ ticket, ref }: { ticket: Ticket; ref?: Ref<HTMLButtonElement> }) {
  const { t } = useTranslation("tickets");
  const mayWork = useCan("tickets.work");
  if (!mayWork || ticket.status === "resolved") {
    return ticket.assignee ? <Person person={ticket.assignee} /> : <span className="text-sm text-ink-3">{t("nobody")}</span>;
  }
  return <Picker ticket={ticket} ref={ref} />;
}

function Person({ person }: { person: UserRef }) {
  return (
    <span className="flex min-w-0 items-center gap-2 text-sm">
      <Avatar id={person.id} name={person.name} />
      <span className="truncate">{person.name}</span>
    </span>
  );
}

function Picker({ ticket, ref }: { ticket: Ticket; ref?: Ref<HTMLButtonElement> }) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const describe = useErrorText();
  const { user } = useMe();
  const action = useTicketAction(ticket.id);
  const staff = useStaffChoices();
  const me = { value: user.id, label: user.name, hint: t("you"), icon: <Avatar id={user.id} name={user.name} /> };
  const others = staff.options.filter((option) => option.value !== user.id);
  const listed = staff.options.some((option) => option.value === user.id);

  const assign = (assigneeId: string | null, undo?: string | null) => {
    action.mutate(
      { verb: "assign", assigneeId },
      {
        onSuccess: (now) => {
          const text = now.assignee ? t("assign.done", { name: now.assignee.name }) : t("assign.removed");
          toastDone(text, undo === undefined ? undefined : { label: common("undo"), run: () => assign(undo) });
        },
        onError: (error) => toastFailed(describe(error)),
      },
    );
  };
  return (
    <Combobox
      ref={ref}
      label={t("field.assignee")}
      {...staff}
      options={listed ? [me, ...others] : others}
      value={ticket.assignee?.id ?? null}
      current={
        ticket.assignee && {
          value: ticket.assignee.id,
          label: ticket.assignee.name,
          icon: <Avatar id={ticket.assignee.id} name={ticket.assignee.name} />,
        }
      }
      onChange={(id) => assign(id, ticket.assignee?.id ?? null)}
      placeholder={
        <>
          <UserRound className="size-4 shrink-0" aria-hidden />
          {t("assign.action")}
        </>
      }
      // Taking it from somebody who is working on it is refused: pause first.
      clearable={ticket.status !== "in_progress"}
      quiet
      oneLine
      className="max-w-40 md:max-w-52"
    />
  );
}
