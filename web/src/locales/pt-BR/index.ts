import account from "./account.json";
import audit from "./audit.json";
import auth from "./auth.json";
import common from "./common.json";
import companies from "./companies.json";
import devices from "./devices.json";
import jobs from "./jobs.json";
import serviceAccounts from "./service-accounts.json";
import settings from "./settings.json";
import shell from "./shell.json";
import tickets from "./tickets.json";
import users from "./users.json";

/** The words of this language, one namespace a feature. */
export default {
  account,
  audit,
  auth,
  common,
  companies,
  devices,
  jobs,
  "service-accounts": serviceAccounts,
  settings,
  shell,
  tickets,
  users,
};
