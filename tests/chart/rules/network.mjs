// NetworkPolicies: every pod is under one each way. Who reaches whom is compared in arrows.mjs.
import { labelsOf, named, ofKind, selects, workloads } from "../objects.mjs";
import { podsOf, policiesFor } from "../reach.mjs";

export const network = {
  "a policy covers what comes in to every pod": (all) => podsOf(all).filter((p) => !policiesFor(all, p, "Ingress").length).map((p) => p.name),
  "a policy covers what goes out of every pod that no operator makes": (all) => podsOf(all).filter((p) => !p.operated && !policiesFor(all, p, "Egress").length).map((p) => p.name),
  "a policy of a hook is there before its pods": (all) => workloads(all).filter((w) => /pre-/.test(w.metadata.annotations?.["helm.sh/hook"] ?? ""))
    .filter((w) => !ofKind(all, "NetworkPolicy").some((p) => /pre-/.test(p.metadata.annotations?.["helm.sh/hook"] ?? "") && selects(p.spec.podSelector, labelsOf(w)))).map((w) => `${named(w)} runs before any policy`),
  "a policy selects pods that exist": (all) => ofKind(all, "NetworkPolicy").filter((p) => !podsOf(all).some((o) => selects(p.spec.podSelector, o.labels))).map(named),
  "a policy lets nobody reach every port": (all) => ofKind(all, "NetworkPolicy").flatMap((p) => [...(p.spec.ingress ?? []), ...(p.spec.egress ?? [])]
    .filter((r) => !r.ports?.length).map(() => `${named(p)} has a rule without a port`)),
};
