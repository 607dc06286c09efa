/**
 * What the built-in jobs and the scheduler say of a run, as the server says it, in English; `#` stands for a number.
 * The panel says it again in the user's language, and leaves what it does not know as it is.
 */
export const sentences = {
  attempt: "attempt # of #",
  askedFor: "asked for by a person",
  calledOff: "called off by a person",
  missed: "due while nobody was there, and not made up for",
  overlap: "due while earlier runs were unfinished",
  done: "done",
  presenceMoved: "# devices changed their presence",
  presenceCompared: "Records and hot store compared",
  policiesGivenUp: "# USB policies that no agent answered were given up",
  policiesExpired: "USB policies that no agent answered in time",
  tokensForgotten: "Revoked tokens past their time",
  expiredRemoved: "# expired rows removed",
  expiredPurged: "Expired rows removed",
  rowsRemoved: "# rows past their time removed",
  rowsPurged: "Remembered requests, delivered events and finished runs past their time",
  chatsEnded: "# chats nobody wrote in ended",
  chatsLeft: "Live chats nobody wrote in",
  changesSummed: "# changes summed up",
  changesFolded: "Changes taken into their sums",
  filesRemoved: "# files that were attached nowhere removed",
  filesPurged: "Files attached nowhere",
  runsRemoved: "# runs removed",
  runsPurged: "removed runs past their retention",
  archived: "# records and # attachments",
  archivedBut: "# records and # attachments, # could not be read",
  archiveWhole: "The archive is whole",
  archivesRemoved: "# archives removed",
  archivesPurged: "Archives whose time is over, or that came to nothing",
} as const;
export type Sentence = keyof typeof sentences;

const patterns = Object.entries(sentences).map(([key, text]): [Sentence, RegExp] => [
  key as Sentence,
  new RegExp(`^${text.replaceAll("#", "(\\d+)")}$`),
]);

/** Which sentence a text is, and its numbers; undefined for one the panel does not know. */
export function recognise(text: string): { sentence: Sentence; numbers: number[] } | undefined {
  for (const [sentence, pattern] of patterns) {
    const found = pattern.exec(text);
    if (found) return { sentence, numbers: found.slice(1).map(Number) };
  }
  return undefined;
}
