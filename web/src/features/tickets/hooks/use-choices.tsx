import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Company, Device, User } from "@/api/types";
import { Avatar } from "@/components/avatar";
import type { Option } from "@/components/option-list";
import { PresenceDot } from "@/components/presence-dot";
import {
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
