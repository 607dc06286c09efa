import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Bot } from "lucide-react";
import { useState } from "react";
import type { Actor } from "@/api/types";
import { Avatar } from "@/components/avatar";
import type { Option } from "@/components/option-list";
import { useCan } from "@/features/auth/api/session";
import { accountListQuery } from "@/features/service-accounts/api/service-accounts";
import { peopleQuery } from "@/features/tickets/api/choices";
import { useActorName } from "@/lib/use-actor-name";
import { useDebounced } from "@/lib/use-debounced";

/**
 * Who may have done something: people, searched by the server, and service accounts. Whoever is chosen
 * and not among them takes the name the entries have for them.
 */
export function useActorChoices(chosen: string | undefined, shown: readonly Actor[]) {
  const [text, setText] = useState("");
  const nameOf = useActorName();
  const people = useQuery(peopleQuery(useDebounced(text), null));
  const accounts = useInfiniteQuery({ ...accountListQuery, enabled: useCan("service_accounts.manage") });
  const found: Option[] = [
    ...(people.data ?? []).map((user) => ({
      value: user.id,
      label: user.name,
      hint: user.email ?? undefined,
      icon: <Avatar id={user.id} name={user.name} />,
    })),
    ...(accounts.data?.pages.flatMap((page) => page.items) ?? [])
      .filter(({ name }) => name.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase()))
      .map(({ id, name }) => ({ value: id, label: name, icon: <Bot className="size-4 text-ink-3" aria-hidden /> })),
  ];
  const actor = found.some(({ value }) => value === chosen) ? undefined : shown.find(({ id }) => id === chosen);
  return {
    options: actor && text === "" ? [{ value: actor.id, label: nameOf(actor) }, ...found] : found,
    onSearch: setText,
    loading: people.isFetching,
  };
}
