import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Company } from "@/api/types";
import type { Option } from "@/components/option-list";
import { useDebounced } from "@/lib/use-debounced";
import { companyChoicesQuery, companyQuery } from "../api/companies";

const option = (company: Company): Option => ({ value: company.id, label: company.name, hint: company.nickname });

/** Every company, searched by the server; the chosen one is among them also when the search left it out. */
export function useCompanyChoices(chosen: string | null) {
  const [text, setText] = useState("");
  const found = useQuery(companyChoicesQuery(useDebounced(text)));
  const absent = chosen !== null && found.isSuccess && !found.data.some((company) => company.id === chosen);
  const extra = useQuery({ ...companyQuery(chosen ?? ""), enabled: absent });
  const current = absent && extra.data ? option(extra.data) : null;
  const options = (found.data ?? []).map(option);
  return {
    options: current && text === "" ? [current, ...options] : options,
    current,
    onSearch: setText,
    loading: found.isFetching,
  };
}
