/**
 * Where to go after signing in: the page that asked for it, when it is one of ours. An address
 * with a host of its own would let a link send people elsewhere with our sign-in page before it.
 */
export function returnAddress(wanted: string | undefined): string {
  if (!wanted || !wanted.startsWith("/") || /^\/[/\\]/.test(wanted)) return "/chamados";
  if (/^\/(entrar|setup)\b/.test(wanted)) return "/chamados";
  return wanted;
}
