import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { FindPeople } from "@/components/editor/types";
import { useCan } from "@/features/auth/api/session";
import { staffQuery } from "../api/choices";

/** Finds whom a text can mention: the staff hear of it. Only staff know all of them; for others it is undefined. */
export function useFindStaff(): FindPeople | undefined {
  const staff = useCan("tickets.work");
  const queryClient = useQueryClient();
  const find = useCallback<FindPeople>(
    async (text) => {
      const found = await queryClient.fetchQuery({ ...staffQuery(text), staleTime: 60_000 });
      return found.map(({ id, name }) => ({ id, name }));
    },
    [queryClient],
  );
  return staff ? find : undefined;
}
