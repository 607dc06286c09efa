import auth from "./auth.json";
import common from "./common.json";
import companies from "./companies.json";
import devices from "./devices.json";
import jobs from "./jobs.json";
import shell from "./shell.json";
import tickets from "./tickets.json";
import users from "./users.json";

/** The words of this language, one namespace a feature. */
export default { auth, common, companies, devices, jobs, shell, tickets, users };
