import account from "./account.json";
import attachments from "./attachments.json";
import audit from "./audit.json";
import auth from "./auth.json";
import chat from "./chat.json";
import common from "./common.json";
import companies from "./companies.json";
import dashboard from "./dashboard.json";
import deskLists from "./desk-lists.json";
import devices from "./devices.json";
import editor from "./editor.json";
import exports from "./exports.json";
import jobs from "./jobs.json";
import serviceAccounts from "./service-accounts.json";
import settings from "./settings.json";
import shell from "./shell.json";
import tickets from "./tickets.json";
import users from "./users.json";

/** The words of this language, one namespace a feature. */
export default {
  account,
  attachments,
  audit,
  auth,
  chat,
  common,
  companies,
  dashboard,
  "desk-lists": deskLists,
  devices,
  editor,
  exports,
  jobs,
  "service-accounts": serviceAccounts,
  settings,
  shell,
  tickets,
  users,
};
