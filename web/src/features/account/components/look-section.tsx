import { useTranslation } from "react-i18next";
import { ChoiceGroup } from "@/components/choice-group";
import { Section } from "@/components/section";
import { useLook } from "@/features/auth/hooks/use-look";

/** Theme and language, as in the menu. */
export function LookSection() {
  const { t } = useTranslation("account");
  const { theme, language } = useLook();
  return (
    <Section title={t("look")} className="gap-4">
      <ChoiceGroup {...theme} />
      <ChoiceGroup {...language} />
    </Section>
  );
}
