import { ApiError } from "@/api/error";
import { useErrorText } from "@/lib/error-text";

/** Why a form was refused, above its button. Nothing while there is no error. */
export function FormError({ error }: { error: unknown }) {
  const describe = useErrorText();
  if (!error) return null;
  const requestId = error instanceof ApiError && error.status >= 500 ? error.requestId : null;
  return (
    <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger-ink">
      {describe(error)}
      {requestId && <code className="mt-1 block text-xs break-all">{requestId}</code>}
    </p>
  );
}

/** The server's message for one field of a refused form. */
export function fieldError(error: unknown, field: string): string | undefined {
  return error instanceof ApiError ? error.fields.get(field) : undefined;
}
