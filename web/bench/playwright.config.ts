import base from "../playwright.config";

/** Measurements of the panel: the browser and the server of the tests, and as much time as they take. */
export default { ...base, testDir: ".", testMatch: "*.spec.ts", timeout: 1_200_000 };
