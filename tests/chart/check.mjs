// Every check of the chart and of skaffold.yaml; the rules themselves first, by faults that are planted for each.
import "./checks/planted.mjs";
import "./checks/rendered.mjs";
import "./checks/refused.mjs";
import "./checks/cosmos.mjs";
import "./checks/upgrades.mjs";
import "./checks/sources.mjs";
import "./checks/skaffold.mjs";
import { end } from "./report.mjs";

end();
