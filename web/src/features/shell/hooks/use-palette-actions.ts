import { useNavigate } from "@tanstack/react-router";
import { CircleUserRound, LogOut, type LucideIcon, Moon, Plus, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Theme } from "@/api/types";
import { useMe, usePreferences } from "@/features/auth/api/session";
import { setTheme, useTheme } from "@/lib/theme";
import { permittedPlaces } from "../model/navigation";
import { useLeave } from "./use-leave";

export interface PaletteAction {
  id: string;
  label: string;
  icon: LucideIcon;
  run: () => void;
}

/** What the palette can do, besides finding: only what the user may. */
export function usePaletteActions(): PaletteAction[] {
  const { t } = useTranslation("shell");
  const { permissions } = useMe();
  const navigate = useNavigate();
  const leave = useLeave();
  const theme = useTheme();
  const preferences = usePreferences();
  const wear = (next: Theme) => {
    setTheme(next);
    preferences.mutate({ theme: next });
  };
  const actions: PaletteAction[] = [];
  if (permissions.includes("tickets.create")) {
    actions.push({
      id: "new-ticket",
      label: t("action.newTicket"),
      icon: Plus,
      run: () => void navigate({ to: "/chamados/novo" }),
    });
  }
  for (const place of permittedPlaces(permissions)) {
    actions.push({
      id: place.to,
      label: t("action.goTo", { place: t(`nav.${place.label}`) }),
      icon: place.icon,
      run: () => void navigate({ to: place.to }),
    });
  }
  actions.push({
    id: "account",
    label: t("action.account"),
    icon: CircleUserRound,
    run: () => void navigate({ to: "/conta" }),
  });
  if (theme !== "dark") actions.push({ id: "dark", label: t("action.dark"), icon: Moon, run: () => wear("dark") });
  if (theme !== "light") actions.push({ id: "light", label: t("action.light"), icon: Sun, run: () => wear("light") });
  actions.push({ id: "sign-out", label: t("signOut"), icon: LogOut, run: leave });
  return actions;
}
