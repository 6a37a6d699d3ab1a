// Pod Security Standards of Kubernetes 1.34, profile "restricted", a row of its table each; then what goes beyond them.
import { eachContainer, eachPod, find, named, ofKind, pod, workloads } from "../objects.mjs";

const set = (value) => value !== undefined && value !== null && value !== false;
const probes = ["startupProbe", "livenessProbe", "readinessProbe"];
const handlers = (c) => [...probes.map((p) => c[p]), c.lifecycle?.postStart, c.lifecycle?.preStop].filter(Boolean);
const both = (p, c) => [p.securityContext, c.securityContext].filter(Boolean);
const eachContext = (all, faultsOf) => eachPod(all, (p) => [p, ...p.containers, ...(p.initContainers ?? [])].flatMap((o) => o.securityContext ? faultsOf(o.securityContext) : []));

const volumeKinds = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];
const safeSysctls = ["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

export const security = {
  "no pod shares the host's namespaces": (all) => eachPod(all, (p) => ["hostNetwork", "hostPID", "hostIPC"].filter((k) => set(p[k]))),
  "no pod is a host process of Windows": (all) => eachContext(all, (s) => [set(s.windowsOptions?.hostProcess) && "hostProcess"]),
  "no container is privileged": (all) => eachContainer(all, (c) => [set(c.securityContext?.privileged) && "privileged"]),
  "every container drops all capabilities, and adds but NET_BIND_SERVICE": (all) => eachContainer(all, (c) => [
    !c.securityContext?.capabilities?.drop?.includes("ALL") && "does not drop ALL",
    ...(c.securityContext?.capabilities?.add ?? []).filter((k) => k !== "NET_BIND_SERVICE").map((k) => `adds ${k}`),
  ]),
  "volumes are of the kinds that are allowed, so none of the host": (all) => eachPod(all, (p) => (p.volumes ?? []).flatMap((v) =>
    Object.keys(v).filter((k) => k !== "name" && !volumeKinds.includes(k)).map((k) => `volume ${v.name} is a ${k}`))),
  "no container takes a port of the host": (all) => eachContainer(all, (c) => (c.ports ?? []).filter((p) => p.hostPort).map((p) => `hostPort ${p.hostPort}`)),
  "probes and hooks ask the pod itself, and no other host": (all) => eachContainer(all, (c) =>
    handlers(c).map((h) => (h.httpGet ?? h.tcpSocket)?.host).filter(Boolean).map((host) => `asks ${host}`)),
  "AppArmor is left on": (all) => [
    ...eachContext(all, (s) => [s.appArmorProfile && !["RuntimeDefault", "Localhost"].includes(s.appArmorProfile.type) && `AppArmor ${s.appArmorProfile.type}`]),
    ...workloads(all).flatMap((w) => Object.entries((w.kind === "Pod" ? w : w.spec.template ?? w.spec.jobTemplate.spec.template).metadata?.annotations ?? {})
      .filter(([k, v]) => k.startsWith("container.apparmor.security.beta.kubernetes.io/") && !/^(runtime\/default|localhost\/.+)$/.test(v)).map(([, v]) => `${named(w)}: AppArmor ${v}`)),
  ],
  "SELinux keeps its user and role, and a type for containers": (all) => eachContext(all, ({ seLinuxOptions: se = {} }) => [
    set(se.user) && se.user !== "" && "SELinux user", set(se.role) && se.role !== "" && "SELinux role",
    !["", undefined, "container_t", "container_init_t", "container_kvm_t", "container_engine_t"].includes(se.type) && `SELinux type ${se.type}`,
  ]),
  "/proc is masked": (all) => eachContainer(all, (c) => [!["Default", undefined].includes(c.securityContext?.procMount) && `procMount ${c.securityContext.procMount}`]),
  "no sysctl but those that are safe": (all) => eachPod(all, (p) => (p.securityContext?.sysctls ?? []).filter((s) => !safeSysctls.includes(s.name)).map((s) => s.name)),
  "no process gains privileges": (all) => eachContainer(all, (c) => [c.securityContext?.allowPrivilegeEscalation !== false && "may gain privileges"]),
  "no container may run as root": (all) => eachContainer(all, (c, w) => [
    (c.securityContext?.runAsNonRoot ?? pod(w).securityContext?.runAsNonRoot) !== true && "runAsNonRoot is not true",
  ]),
  "a user other than root is named, so that the kubelet can tell": (all) => eachContainer(all, (c, w) => [
    !(both(pod(w), c).map((s) => s.runAsUser).filter((u) => u !== undefined).pop() > 0) && "no such user",
    both(pod(w), c).some((s) => s.runAsUser === 0) && "user 0",
  ]),
  "every container has a seccomp profile": (all) => eachContainer(all, (c, w) => {
    const type = (c.securityContext?.seccompProfile ?? pod(w).securityContext?.seccompProfile)?.type;
    return [!["RuntimeDefault", "Localhost"].includes(type) && `seccomp ${type ?? "unset"}`];
  }),

  "root file systems are read-only": (all) => eachContainer(all, (c) => [c.securityContext?.readOnlyRootFilesystem !== true && "writable root file system"]),
  "no token of a service account is mounted": (all) => eachPod(all, (p) => [
    p.automountServiceAccountToken !== false && "mounts one",
    (p.volumes ?? []).some((v) => v.projected?.sources?.some((s) => s.serviceAccountToken)) && "projects one",
  ]),
  "every pod has a service account of its own, which mounts no token either": (all) => eachPod(all, (p) => {
    const name = p.serviceAccountName ?? "default";
    const account = find(all, "ServiceAccount", name);
    return [name === "default" ? "uses the default one" : !account ? `no ServiceAccount ${name}` : account.automountServiceAccountToken !== false && `${name} mounts a token`];
  }),
  "no role is given to anybody": (all) => ofKind(all, "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding").map(named),
};
