import type { Role, User } from "@/api/types";
import { needsCompany } from "./create";

/** What the editor of a user holds. An empty text stands for none. */
export interface UserTexts extends Record<string, string> {
  name: string;
  email: string;
  role: Role;
  companyId: string;
  tenantId: string;
}

export function textsOf(user: User): UserTexts {
  return {
    name: user.name,
    email: user.email ?? "",
    role: user.role,
    companyId: user.company?.id ?? "",
    tenantId: user.tenantId ?? "",
  };
}

/** What the server is sent for the fields that changed. */
export function changesFrom(texts: Partial<UserTexts>, currentPassword: string) {
  const { companyId, tenantId, ...rest } = texts;
  return {
    ...rest,
    ...(companyId !== undefined && { companyId: companyId === "" ? null : companyId }),
    ...(tenantId && { tenantId }),
    ...(currentPassword && { currentPassword }),
  };
}

/** Whether a change of one's own account must be confirmed with the present password. */
export function wantsPassword(before: UserTexts, after: UserTexts): boolean {
  return (["email", "role", "tenantId"] as const).some((field) => before[field] !== after[field]);
}

/** Whether the person lacks the company that their role needs. */
export function lacksCompany(texts: UserTexts): boolean {
  return needsCompany(texts.role) && texts.companyId === "";
}
