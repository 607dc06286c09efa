import { Bot, type LucideIcon, PackageOpen, ScrollText, Tags, Waypoints } from "lucide-react";
import type { FileRouteTypes } from "@/app/route-tree.gen";
import type settings from "@/locales/en/settings.json";

/** One part of the settings. */
export interface SettingsSection {
  /** Its address; also matches what is below it. */
  to: FileRouteTypes["to"];
  /** Its name: a key below `section` of the `settings` words. */
  label: keyof (typeof settings)["section"];
  icon: LucideIcon;
  /** The permission without which it is not shown. */
  needs: string;
}

/** The parts of the settings in the order they are shown. A part is added with the page that it opens. */
export const sections: readonly SettingsSection[] = [
  { to: "/configuracoes/filas", label: "queues", icon: Waypoints, needs: "queues.manage" },
  { to: "/configuracoes/categorias", label: "categories", icon: Tags, needs: "categories.manage" },
  { to: "/configuracoes/contas-de-servico", label: "serviceAccounts", icon: Bot, needs: "service_accounts.manage" },
  { to: "/configuracoes/exportacoes", label: "exports", icon: PackageOpen, needs: "exports.manage" },
  { to: "/configuracoes/auditoria", label: "audit", icon: ScrollText, needs: "audit.read" },
];

/** The parts somebody with these permissions may use. */
export function permittedSections(permissions: readonly string[]): SettingsSection[] {
  return sections.filter((section) => permissions.includes(section.needs));
}
