import { act, renderHook } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/error";
import { useRecordForm } from "./use-record-form";

interface Thing {
  version: number;
  name: string;
  notes: string;
}

const read = ({ notes }: Thing) => ({ notes });
const saved: Thing = { version: 1, name: "a", notes: "old" };

/** A server with one record, which refuses what is based on another version. */
function serverWith(start: Thing) {
  let now = start;
  return {
    set: (next: Thing) => (now = next),
    reload: () => Promise.resolve(now),
    save: vi.fn((version: number, changes: Partial<Thing>) => {
      if (version !== now.version) return Promise.reject(new ApiError(412, { code: "stale_version" }));
      now = { ...now, ...changes, version: version + 1 };
      return Promise.resolve(now);
    }),
  };
}

function form(server: ReturnType<typeof serverWith>, record = saved) {
  return renderHook((props: Thing) => useRecordForm({ record: props, read, save: server.save, reload: server.reload }), {
    initialProps: record,
  });
}

describe("a form on top of a record", () => {
  it("follows the record until somebody types, and keeps what was typed then", () => {
    const { result, rerender } = form(serverWith(saved));
    rerender({ ...saved, version: 2, notes: "new" });
    expect(result.current.values.notes).toBe("new");
    act(() => result.current.set("notes", "mine"));
    rerender({ ...saved, version: 3, notes: "newer" });
    expect(result.current.values.notes).toBe("mine");
    expect(result.current.dirty).toBe(true);
  });

  it("tells what the others saved, keeps what was typed, and saves it only when told to", async () => {
    const server = serverWith({ ...saved, version: 2, notes: "theirs" });
    const { result } = form(server);
    act(() => result.current.set("notes", "mine"));
    expect(await act(() => result.current.submit())).toBe(false);
    expect(result.current.collision).toMatchObject({ theirs: { notes: "theirs" }, fields: ["notes"] });
    expect(result.current.values.notes).toBe("mine");
    expect(await act(() => result.current.overwrite())).toBe(true);
    expect(await server.reload()).toMatchObject({ notes: "mine", version: 3 });
  });

  it("does not ask when the others changed something else", async () => {
    const server = serverWith({ ...saved, version: 5, name: "b" });
    const { result } = form(server);
    act(() => result.current.set("notes", "mine"));
    expect(await act(() => result.current.submit())).toBe(true);
    expect(await server.reload()).toMatchObject({ name: "b", notes: "mine" });
  });

  it("keeps what was typed when the server refuses it", async () => {
    const server = serverWith(saved);
    server.save.mockRejectedValueOnce(new ApiError(400, { errors: [{ field: "notes", message: "too long" }] }));
    const { result } = form(server);
    act(() => result.current.set("notes", "mine"));
    expect(await act(() => result.current.submit())).toBe(false);
    expect(result.current.error).toBeInstanceOf(ApiError);
    expect(result.current.values.notes).toBe("mine");
  });

  it("sends nothing when nothing changed", async () => {
    const server = serverWith(saved);
    const { result } = form(server);
    act(() => result.current.set("notes", "old"));
    expect(await act(() => result.current.submit())).toBe(true);
    expect(server.save).not.toHaveBeenCalled();
  });
});
