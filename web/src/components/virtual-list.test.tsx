import { render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { VirtualList } from "./virtual-list";

const items = Array.from({ length: 500 }, (_, index) => ({ id: `id-${index}` }));

/** A page whose rows were there before it is shown, as on the way back to a list. */
function Page() {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  return (
    <div ref={setScroller}>
      <VirtualList label="Rows" items={items} total={items.length} scroller={scroller}>
        {(item, place) => (
          <li key={item.id} {...place}>
            {item.id}
          </li>
        )}
      </VirtualList>
    </div>
  );
}

// Nothing has a size where nothing is laid out.
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(400);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(40);
});
afterEach(() => vi.restoreAllMocks());

it("shows rows at once when it comes together with what scrolls, and only those near the eyes", () => {
  render(<Page />);
  expect(screen.getByText("id-0")).toBeTruthy();
  expect(screen.getAllByRole("listitem").length).toBeLessThan(100);
});
