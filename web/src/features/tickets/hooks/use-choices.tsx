import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Company, Device, User } from "@/api/types";
import { Avatar } from "@/components/avatar";
import type { Option } from "@/components/option-list";
import { PresenceDot } from "@/components/presence-dot";
import {
  allQueuesQuery,
  categoriesQuery,
  companiesQuery,
  companyQuery,
  deviceQuery,
  devicesQuery,
  peopleQuery,
  queuesQuery,
  staffQuery,
  userQuery,
} from "../api/choices";
import { useDebounced } from "@/lib/use-debounced";
import { tagKey } from "../model/tags";

/** What a searchable picker needs; spread it into one. */
export interface Choices {
  options: Option[];
  onSearch: (text: string) => void;
  loading: boolean;
}

const userOption = (user: User): Option => ({
  value: user.id,
  label: user.name,
  hint: user.company?.name ?? user.email ?? undefined,
  icon: <Avatar id={user.id} name={user.name} />,
});
const companyOption = (company: Company): Option => ({ value: company.id, label: company.name, hint: company.nickname });
const deviceOption = (device: Device): Option => ({
  value: device.id,
  label: device.name,
  hint: device.company.name,
  icon: <PresenceDot presence={device.presence} />,
});

/** Adds what is selected and was not among the found, so that it is never shown without its name. */
function withSelected(found: readonly Option[], selected: readonly (Option | undefined)[]): Option[] {
  const missing = selected.filter((each): each is Option => !!each && !found.some((other) => other.value === each.value));
  return [...missing, ...found];
}

export function useQueueChoices(enabled = true): Option[] {
  const queues = useQuery({ ...queuesQuery, enabled });
  return (queues.data ?? []).map((queue) => ({ value: queue.id, label: queue.name }));
}

/** Queues to filter by, those that are archived last. */
export function useAllQueueChoices(): Option[] {
  return useArchivable(useQuery(allQueuesQuery).data ?? []);
}

/** Categories to filter by, those that are archived last; or only those a ticket can be given. */
export function useCategoryChoices(offeredOnly = false): Option[] {
  const all = useQuery(categoriesQuery).data ?? [];
  return useArchivable(offeredOnly ? all.filter((category) => !category.archived) : all);
}

function useArchivable(records: readonly { id: string; name: string; archived: boolean }[]): Option[] {
  const { t } = useTranslation("tickets");
  return records
    .toSorted((a, b) => Number(a.archived) - Number(b.archived))
    .map(({ id, name, archived }) => ({ value: id, label: name, hint: archived ? t("archived") : undefined }));
}

/** Tags to filter by: those of the tickets at hand, those chosen, and whatever is typed. */
export function useTagChoices(atHand: readonly string[], selected: readonly string[]): Choices {
  const [text, setText] = useState("");
  const typed = text.trim();
  // Of those that differ in case and accents alone the first.
  const known = [...new Map([...selected, ...atHand].toReversed().map((tag) => [tagKey(tag), tag])).values()].toReversed();
  const found = known.filter((tag) => tagKey(tag).includes(tagKey(typed)));
  const all = typed === "" || found.some((tag) => tagKey(tag) === tagKey(typed)) ? found : [typed, ...found];
  return { options: all.slice(0, 50).map((tag) => ({ value: tag, label: tag })), onSearch: setText, loading: false };
}

export function useStaffChoices(selected: readonly string[] = [], enabled = true): Choices {
  const [text, setText] = useState("");
  const found = useQuery({ ...staffQuery(useDebounced(text)), enabled });
  const missing = selected.filter((id) => found.data && !found.data.some((user) => user.id === id));
  const extra = useQueries({ queries: missing.map((id) => ({ ...userQuery(id), enabled })) });
  const options = withSelected(
    (found.data ?? []).map(userOption),
    extra.map((each) => each.data && userOption(each.data)),
  );
  return { options, onSearch: setText, loading: found.isFetching };
}

export function usePeopleChoices(companyId: string | null, selected: readonly string[] = [], enabled = true): Choices {
  const [text, setText] = useState("");
  const found = useQuery({ ...peopleQuery(useDebounced(text), companyId), enabled });
  const missing = selected.filter((id) => found.data && !found.data.some((user) => user.id === id));
  const extra = useQueries({ queries: missing.map((id) => ({ ...userQuery(id), enabled })) });
  const options = withSelected(
    (found.data ?? []).map(userOption),
    extra.map((each) => each.data && userOption(each.data)),
  );
  return { options, onSearch: setText, loading: found.isFetching };
}

export function useCompanyChoices(selected: readonly string[] = [], enabled = true): Choices {
  const [text, setText] = useState("");
  const found = useQuery({ ...companiesQuery(useDebounced(text)), enabled });
  const missing = selected.filter((id) => found.data && !found.data.some((company) => company.id === id));
  const extra = useQueries({ queries: missing.map((id) => ({ ...companyQuery(id), enabled })) });
  const options = withSelected(
    (found.data ?? []).map(companyOption),
    extra.map((each) => each.data && companyOption(each.data)),
  );
  return { options, onSearch: setText, loading: found.isFetching };
}

export function useDeviceChoices(companyId: string | null, selected: readonly string[] = [], enabled = true): Choices {
  const [text, setText] = useState("");
  const found = useQuery({ ...devicesQuery(useDebounced(text), companyId), enabled });
  const missing = selected.filter((id) => found.data && !found.data.some((device) => device.id === id));
  const extra = useQueries({ queries: missing.map((id) => ({ ...deviceQuery(id), enabled })) });
  const options = withSelected(
    (found.data ?? []).map(deviceOption),
    extra.map((each) => each.data && deviceOption(each.data)),
  );
  return { options, onSearch: setText, loading: found.isFetching };
}
