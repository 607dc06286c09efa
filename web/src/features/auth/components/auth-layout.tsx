import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/components/logo";
import { DemoMark } from "./demo-mark";
import { LocaleSwitch } from "./locale-switch";

interface AuthLayoutProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages one sees before signing in. */
export function AuthLayout({ title, lead, children }: AuthLayoutProps) {
  const { t } = useTranslation();
  return (
    <main className="flex h-full flex-col overflow-y-auto">
      <DemoMark />
      <div className="mx-auto flex w-full max-w-[26.5rem] flex-1 flex-col justify-center px-5 py-10">
        <div className="mb-8 flex items-center gap-2.5">
          <Logo className="size-7" />
          <span className="text-lg font-medium">{t("product")}</span>
        </div>
        <h1 className="text-xl font-medium">{title}</h1>
        {lead && <p className="mt-1.5 text-ink-2">{lead}</p>}
        <div className="mt-6">{children}</div>
      </div>
      <footer className="mx-auto flex w-full max-w-[26.5rem] justify-center px-5 py-5">
        <LocaleSwitch />
      </footer>
    </main>
  );
}
