/** The longest nickname the server takes. */
export const LONGEST_NICKNAME = 40;

/** A nickname that suits a name: "Padaria São João Ltda." gives "padaria-sao-joao-ltda". May be empty. */
export function suggestNickname(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/&/g, " e ")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST_NICKNAME)
    .replace(/^-+|-+$/g, "");
}
