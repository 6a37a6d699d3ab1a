// Every rule over rendered manifests: sentence to a function that takes them, and what was there before, and answers the faults.
import { alerts } from "./alerts.mjs";
import { naming } from "./rules/names.mjs";
import { network } from "./rules/network.mjs";
import { references } from "./rules/references.mjs";
import { running } from "./rules/workloads.mjs";
import { security } from "./rules/security.mjs";

export const rules = { ...security, ...running, ...references, ...network, ...naming, ...alerts };
