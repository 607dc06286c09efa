/** What the `?` sheet lists; the words are `shortcuts.*` of the `shell` words. */
export const shortcuts = [
  {
    title: "everywhere",
    keys: [
      { keys: ["Ctrl", "K"], does: "palette" },
      { keys: ["C"], does: "newTicket" },
      { keys: ["?"], does: "sheet" },
      { keys: ["Esc"], does: "close" },
    ],
  },
  {
    title: "lists",
    keys: [
      { keys: ["J"], does: "next" },
      { keys: ["K"], does: "previous" },
      { keys: ["Enter"], does: "open" },
      { keys: ["X"], does: "select" },
      { keys: ["/"], does: "search" },
    ],
  },
  {
    title: "ticket",
    keys: [
      { keys: ["P"], does: "playPause" },
      { keys: ["E"], does: "resolve" },
      { keys: ["A"], does: "assign" },
      { keys: ["R"], does: "reply" },
      { keys: ["N"], does: "note" },
      { keys: ["L"], does: "chat" },
      { keys: ["Ctrl", "Enter"], does: "send" },
      { keys: ["U"], does: "back" },
    ],
  },
] as const;
