import { Link } from "@tanstack/react-router";
import { ArrowUpRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Combobox, Select } from "@/components/combobox";
import { Fact, Facts } from "@/components/facts";
import { IconButton } from "@/components/icon-button";
import type { Option } from "@/components/option-list";
import { PresenceDot } from "@/components/presence-dot";
import { useCan } from "@/features/auth/api/session";
import { toastDone } from "@/lib/toast";
import type { TicketChanges } from "../api/actions";
import {
  useCategoryChoices,
  useCompanyChoices,
  useDeviceChoices,
  usePeopleChoices,
  useQueueChoices,
} from "../hooks/use-choices";
import { useEdit } from "../hooks/use-edit";
import { priorities } from "../model/filter";
import { ConflictDialog } from "./conflict-dialog";
import { PriorityIcon } from "./priority-icon";
import { TagsField } from "./tags-field";
import { WatchersField } from "./watchers-field";
import { TicketTimes } from "./ticket-times";

/** What is known of a ticket, beside its conversation. Staff change it in place. */
export function TicketFacts({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const mayEdit = useCan("tickets.work");
  return (
    <section aria-label={t("facts.title")}>
      <Facts dense>
        {mayEdit ? <EditableFacts ticket={ticket} /> : <ReadFacts ticket={ticket} />}
        <TicketTimes ticket={ticket} />
      </Facts>
    </section>
  );
}

function ReadFacts({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const priority = useTranslation().t(`priority.${ticket.priority}`);
  return (
    <>
      <Fact label={t("field.requester")}>{ticket.requester.name}</Fact>
      <Fact label={t("field.company")}>{ticket.company?.name ?? t("noCompany")}</Fact>
      <Fact label={t("field.device")}>
        {ticket.device ? (
          <span className="flex items-center gap-2">
            <PresenceDot presence={ticket.device.presence} />
            {ticket.device.name}
          </span>
        ) : (
          t("noDevice")
        )}
      </Fact>
      <Fact label={t("field.queue")}>{ticket.queue.name}</Fact>
      <Fact label={t("field.priority")}>{priority}</Fact>
      <Fact label={t("field.category")}>{ticket.category?.name ?? t("noCategory")}</Fact>
      {ticket.tags.length > 0 && <Fact label={t("field.tags")}>{ticket.tags.join(", ")}</Fact>}
      {ticket.watchers.length > 0 && (
        <Fact label={t("field.watchers")}>{ticket.watchers.map(({ name }) => name).join(", ")}</Fact>
      )}
    </>
  );
}

function EditableFacts({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const edit = useEdit(ticket.id);
  const [wanted, setWanted] = useState<{ changes: TicketChanges; text: string }>();
  const queues = useQueueChoices();
  const companyId = ticket.company?.id ?? null;
  const categories = useCategoryChoices(true);
  const people = usePeopleChoices(null);
  const companies = useCompanyChoices();
  const devices = useDeviceChoices(companyId);

  /** Saves one fact; `back` is what undoing it would save. */
  const change = async (base: Ticket, changes: TicketChanges, text: string, back?: TicketChanges) => {
    setWanted({ changes, text });
    const saved = await edit.save(base, changes);
    if (!saved) return;
    setWanted(undefined);
    const undo = back && { label: common("undo"), run: () => void change(saved, back, text) };
    toastDone(back ? t("facts.saved", { value: text }) : t("facts.undone"), undo);
  };
  /** The fact that was to change, as it is and as it was wanted. */
  const factOf = (wanted: { changes: TicketChanges; text: string }, now: Ticket | undefined) => {
    const fact = (["queue", "requester", "company", "device"] as const).find((each) => `${each}Id` in wanted.changes);
    const label = t(`field.${fact ?? "priority"}`);
    if (!fact) return { label, theirs: now ? common(`priority.${now.priority}`) : "", mine: wanted.text };
    return { label, theirs: now?.[fact]?.name ?? "", mine: wanted.text };
  };
  const nameIn = (options: readonly Option[], id: string | null) =>
    options.find((option) => option.value === id)?.label ?? t("none");
  const priorityOptions = priorities.map((value) => ({
    value,
    label: common(`priority.${value}`),
    icon: <PriorityIcon priority={value} />,
  }));
  return (
    <>
      <Fact label={t("field.requester")}>
        <Combobox
          quiet
          label={t("field.requester")}
          {...people}
          value={ticket.requester.id}
          current={{ value: ticket.requester.id, label: ticket.requester.name }}
          onChange={(id) =>
            id && void change(ticket, { requesterId: id }, nameIn(people.options, id), { requesterId: ticket.requester.id })
          }
        />
      </Fact>
      <Fact label={t("field.company")}>
        <Combobox
          quiet
          clearable
          label={t("field.company")}
          placeholder={t("noCompany")}
          {...companies}
          value={companyId}
          current={ticket.company && { value: ticket.company.id, label: ticket.company.name }}
          onChange={(id) => void change(ticket, { companyId: id }, nameIn(companies.options, id), { companyId })}
        />
        {ticket.company && (
          <IconButton label={t("facts.openCompany")} size="icon-sm" asChild>
            <Link to="/empresas/$id" params={{ id: ticket.company.id }}>
              <ArrowUpRight aria-hidden />
            </Link>
          </IconButton>
        )}
      </Fact>
      <Fact label={t("field.device")}>
        <Combobox
          quiet
          clearable
          label={t("field.device")}
          placeholder={t("noDevice")}
          {...devices}
          value={ticket.device?.id ?? null}
          current={
            ticket.device && {
              value: ticket.device.id,
              label: ticket.device.name,
              icon: <PresenceDot presence={ticket.device.presence} />,
            }
          }
          onChange={(id) =>
            void change(ticket, { deviceId: id }, nameIn(devices.options, id), { deviceId: ticket.device?.id ?? null })
          }
        />
        {ticket.device && (
          <IconButton label={t("facts.openDevice")} size="icon-sm" asChild>
            <Link to="/dispositivos/$id" params={{ id: ticket.device.id }}>
              <ArrowUpRight aria-hidden />
            </Link>
          </IconButton>
        )}
      </Fact>
      <Fact label={t("field.queue")}>
        <Combobox
          quiet
          label={t("field.queue")}
          options={queues}
          value={ticket.queue.id}
          current={{ value: ticket.queue.id, label: ticket.queue.name }}
          onChange={(id) => id && void change(ticket, { queueId: id }, nameIn(queues, id), { queueId: ticket.queue.id })}
        />
      </Fact>
      <Fact label={t("field.priority")}>
        <Select
          quiet
          label={t("field.priority")}
          options={priorityOptions}
          value={ticket.priority}
          onChange={(value) => {
            const priority = priorities.find((each) => each === value);
            if (priority) void change(ticket, { priority }, nameIn(priorityOptions, value), { priority: ticket.priority });
          }}
        />
      </Fact>
      <Fact label={t("field.category")}>
        <Combobox
          quiet
          clearable
          label={t("field.category")}
          placeholder={t("noCategory")}
          options={categories}
          value={ticket.category?.id ?? null}
          current={ticket.category && { value: ticket.category.id, label: ticket.category.name }}
          onChange={(id) =>
            void change(ticket, { category: id }, id ? nameIn(categories, id) : t("noCategory"), {
              category: ticket.category?.id ?? null,
            })
          }
        />
      </Fact>
      <Fact tall label={t("field.tags")}>
        <TagsField
          quiet
          tags={ticket.tags}
          disabled={edit.busy}
          onChange={(tags) => void change(ticket, { tags }, tags.join(", ") || t("none"), { tags: ticket.tags })}
        />
      </Fact>
      <Fact tall label={t("field.watchers")}>
        <WatchersField
          watchers={ticket.watchers}
          disabled={edit.busy}
          onChange={(watcherIds, name) =>
            void change(ticket, { watcherIds }, name, { watcherIds: ticket.watchers.map(({ id }) => id) })
          }
        />
      </Fact>
      <ConflictDialog
        conflict={edit.conflict}
        field={wanted ? factOf(wanted, edit.conflict?.now) : { label: "", theirs: "", mine: "" }}
        busy={edit.busy}
        onKeepMine={() => edit.conflict && wanted && void change(edit.conflict.now, wanted.changes, wanted.text)}
        onTakeTheirs={edit.dropConflict}
        onClose={edit.dropConflict}
      />
    </>
  );
}
