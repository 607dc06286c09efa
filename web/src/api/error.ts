import type { Problem } from "./types";

/** Something the server refused, or could not be asked. */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Stable, snake case: what words are chosen by. `unreachable` when no answer came. */
  readonly code: string;
  /** Finds the cause in the server's logs. */
  readonly requestId: string | null;
  /** The service that is away, where that is the problem. */
  readonly service: string | null;
  /** Per-field messages of invalid input. */
  readonly fields: ReadonlyMap<string, string>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? (status === 0 ? "unreachable" : `http_${status}`);
    this.requestId = problem.requestId ?? null;
    this.service = problem.service ?? null;
    this.fields = new Map((problem.errors ?? []).map((error) => [error.field, error.message]));
  }

  /** Reads the problem document of a refused answer; other bodies keep status and request id. */
  static async of(response: Response): Promise<ApiError> {
    let problem: Partial<Problem> = {};
    if (response.headers.get("content-type")?.includes("json")) {
      problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
    }
    const requestId = problem.requestId ?? response.headers.get("x-request-id") ?? undefined;
    return new ApiError(response.status, { ...problem, requestId });
  }

  /** No answer: the server is away, or the network is. */
  static unreachable(): ApiError {
    return new ApiError(0, {});
  }
}

/** Whether `error` is the server's refusal with this status. */
export function isStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

/** Whether `error` is the server's refusal with this code. */
export function isCode(error: unknown, code: string): error is ApiError {
  return error instanceof ApiError && error.code === code;
}
