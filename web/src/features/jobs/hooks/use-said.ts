import { useTranslation } from "react-i18next";
import { recognise } from "../model/said";

/** Says in the user's language what the server says of a run; what the panel does not know stays as it is. */
export function useSaid(): (text: string) => string {
  const { t } = useTranslation("jobs");
  return (text) => {
    const known = recognise(text);
    if (!known) return text;
    const [count = 0, second = 0, third = 0] = known.numbers;
    return t(`said.${known.sentence}`, { count, second, third });
  };
}
